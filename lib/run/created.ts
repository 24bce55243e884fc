/**
 * The sandboxes that `sbx create` made: `sandboxes/<id>.json` in the state folder, each written whole by rename and on the disk before the deed that it
 * speaks of. It is written first and removed last, so that whatever a killed process left is found by it. Knows nothing of what is done with them.
 */
import { err, type Result } from '../base/result.ts';
import { bootId } from '../io/boot.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder, replaceFile, syncFolder } from '../io/replace.ts';
import type { Created, Moment } from '../model/created.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { entriesIn } from './entries.ts';
import { describeHolder, type Holder } from './holder.ts';
import { stampLine, unstampLine } from './journal.ts';
import { acquireLock, type Lock, readLock, tryLock } from './lock.ts';
import { isProvablyDead, whoAmI } from './self.ts';

type Effects = Pick<Io, 'files' | 'clock' | 'nonce'>;

interface CreatedStore {
  /** The oldest first, and the files of `sandboxes` that say nothing. */
  list(): { readonly all: readonly Created[]; readonly damaged: readonly string[] };
  read(id: string): Created | undefined;
  write(created: Created): void;
  remove(id: string): void;
  /** What sbx keeps here of one sandbox beside the record. */
  folderOf(id: string): string;
}

/** What another version of sbx wrote in another form is left to it. */
const FORMAT = 1;
const RECORD = /^([0-9a-f]{12})\.json$/;

export function openCreated(io: Pick<Io, 'files' | 'nonce'>, state: string): CreatedStore {
  const { files } = io;
  const folder = `${state}/sandboxes`;
  const pathOf = (id: string): string => `${folder}/${id}.json`;

  const read = (id: string): Created | undefined => {
    try {
      const { format, ...found } = unstampLine(readRegular(files, pathOf(id)).toString('utf8').trimEnd()) as Created & {
        readonly format: unknown;
      };
      return format === FORMAT && found.id === id ? found : undefined;
    } catch {
      return undefined;
    }
  };

  return {
    read,
    list() {
      const ids = entriesIn(files, folder).flatMap(({ name }) => RECORD.exec(name)?.[1] ?? []);
      const found = ids.map((id) => ({ id, created: read(id) }));
      const all = found.flatMap(({ created }) => created ?? []).sort((a, b) => a.since.at - b.since.at || (a.id < b.id ? -1 : 1));
      // One that is gone was removed while we looked.
      const damaged = found.flatMap(({ id, created }) => (created === undefined && files.existsSync(pathOf(id)) ? [pathOf(id)] : []));
      return { all, damaged };
    },
    write(created) {
      makeFolder(files, folder, 0o700);
      replaceFile(io, pathOf(created.id), `${stampLine({ format: FORMAT, ...created })}\n`, { mode: 0o600, sync: true });
    },
    remove(id) {
      files.rmSync(`${folder}/${id}`, { recursive: true, force: true });
      files.rmSync(pathOf(id), { force: true });
      if (files.existsSync(folder)) syncFolder(files, folder);
    },
    folderOf: (id) => `${folder}/${id}`,
  };
}

export function momentNow({ files, clock }: Pick<Io, 'files' | 'clock'>): Moment {
  const boot = bootId(files);
  const up = uptime(files);
  return { at: clock.now(), boot: up === undefined ? '' : boot, up: up ?? 0 };
}

/** Whoever changes a sandbox holds its lock, from its first record to its last: `creating` without a living holder is half done. */
function lockOfSandbox(state: string, id: string): string {
  return `${state}/locks/sandbox-${id}`;
}

/** Stands for all of them: whoever gives one a name holds it from when he looks whether the name is free until the record has it. */
export const NAMES = 'names';

interface LockWish {
  readonly state: string;
  readonly id: string;
  readonly command: string;
}

function lockWish({ files }: Pick<Io, 'files'>, { state, id, command }: LockWish) {
  makeFolder(files, `${state}/locks`, 0o700);
  return { path: lockOfSandbox(state, id), self: whoAmI(files), command };
}

/** Takes locks away that dead processes left and that no record speaks of: they died before the first, or after the last. */
export function clearLocks(io: Effects, state: string, store: CreatedStore): void {
  for (const { name } of entriesIn(io.files, `${state}/locks`)) {
    const id = /^sandbox-([0-9a-f]{12}|names)$/.exec(name)?.[1];
    if (id === undefined || store.read(id) !== undefined) continue;
    const held = tryHold(io, { state, id, command: 'sbx reap' });
    if (held.ok && 'release' in held.value) held.value.release();
  }
}

/** The lock of a sandbox, or who has it. Does not wait. */
export function tryHold(io: Effects, wish: LockWish) {
  return tryLock(io, lockWish(io, wish));
}

/** Whether somebody is at it, or may be; only looked at. */
export function workerOn({ files }: Pick<Io, 'files'>, state: string, id: string): boolean {
  const holder = readLock(files, lockOfSandbox(state, id))?.holder;
  return holder !== undefined && !isProvablyDead(files, holder, whoAmI(files));
}

/** Waits until nobody else changes it. */
export async function holdSandbox(
  io: Effects,
  wish: LockWish,
  { signal, waiting }: { readonly signal: AbortSignal; readonly waiting: (holder: Holder) => void },
): Promise<Result<Lock, Failure>> {
  const lock = await acquireLock(io, lockWish(io, wish), { signal, waiting });
  if (!lock.ok || 'release' in lock.value) return lock as Result<Lock, Failure>;
  return err({ code: 'local-io', message: `${describeHolder(lock.value)} has the sandbox ${wish.id}, and started this` });
}

function uptime(files: Io['files']): number | undefined {
  try {
    const seconds = Number.parseFloat(files.readFileSync('/proc/uptime', 'utf8'));
    return Number.isFinite(seconds) ? Math.round(seconds * 1000) : undefined;
  } catch {
    return undefined;
  }
}
