import { readRegular } from '../io/read-regular.ts';
import { makeFolder, replaceFile, type Writing } from '../io/replace.ts';

/** The id of this computer for this user: random, made once, kept in the state folder. Host names and addresses change; this does not. */
export function machineId(io: Writing, stateFolder: string): string {
  const path = `${stateFolder}/machine-id`;
  const known = knownMachineId(io, stateFolder);
  if (known !== undefined) return known;
  makeFolder(io.files, stateFolder, 0o700);
  const mine = `${path}.${io.nonce().slice(0, 12)}`;
  replaceFile(io, mine, `${io.nonce()}\n`, { mode: 0o600, sync: true });
  try {
    io.files.linkSync(mine, path); // the first of two processes wins
  } catch {
    // EEXIST: another one was faster. A damaged file is replaced.
    if (read(io, path) === undefined) io.files.renameSync(mine, path);
  }
  io.files.rmSync(mine, { force: true });
  return read(io, path) as string;
}

/** Undefined: it was not made yet. */
export function knownMachineId(io: Writing, stateFolder: string): string | undefined {
  return read(io, `${stateFolder}/machine-id`);
}

function read(io: Writing, path: string): string | undefined {
  try {
    const text = readRegular(io.files, path).toString('utf8').trim();
    return /^[0-9a-f]{32}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
