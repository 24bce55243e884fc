import { digestOf } from '../../base/digest.ts';
import type { Attest } from '../../io/attested.ts';
import { bootId } from '../../io/boot.ts';
import { limitOf } from '../../io/limit.ts';
import { decodeMemo } from '../../io/memo-file.ts';
import { mountsAt } from '../../io/mounts.ts';
import { readRegular } from '../../io/read-regular.ts';
import type { Io } from '../../model/io.ts';
import { call } from '../../ssh/resident/call.ts';
import type { Surroundings } from '../surroundings.ts';
import { agentFolder, agentSocket, isOurs } from './socket.ts';

/** Milliseconds: after that a walk would have been quicker. */
const PATIENCE = 250;
const NEVER = new AbortController().signal;

/** What the resident agent knows of the files of a project, if it runs and watches them. `root`: a real path with an `.sbx` in it. `mute`: it does not answer in time. */
export async function askTree(
  surroundings: Surroundings,
  io: Pick<Io, 'files' | 'nonce'>,
  root: string,
): Promise<Attest | 'mute' | undefined> {
  const { files } = io;
  try {
    if (!files.lstatSync(`${root}/.sbx`).isDirectory()) return undefined; // a run says what is wrong with it
    const path = agentSocket(surroundings, files);
    if (!files.existsSync(path) || !isOurs(agentFolder(surroundings, files), files)) return undefined;
    const bytes = readRegular(files, `${root}/.sbx/memo`);
    const table = decodeMemo(bytes, bootId(files));
    const mounts = mountsAt(files, root);
    if (table === undefined || mounts === undefined) return undefined;
    const cookie = `cookie.${io.nonce()}`;
    files.closeSync(files.openSync(`${root}/.sbx/${cookie}`, 'wx', 0o600));
    try {
      using limit = limitOf(NEVER, PATIENCE);
      const called = await call(path, { ask: 'tree', root, memo: digestOf(bytes), mounts, cookie }, limit.signal);
      if (called.is !== 'answered') return called.is === 'mute' ? 'mute' : undefined;
      called.connection.socket.destroy();
      return called.answer.is === 'tree' ? { root, table, except: new Set(called.answer.except) } : undefined;
    } finally {
      files.unlinkSync(`${root}/.sbx/${cookie}`);
    }
  } catch {
    return undefined; // whatever it is, the files are looked at
  }
}
