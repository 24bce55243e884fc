import { join } from 'node:path';
import { digestOf } from '../base/digest.ts';
import { err, type Result } from '../base/result.ts';
import { makeFolder } from '../io/replace.ts';
import { fileTrouble } from '../io/trouble.ts';
import type { Io } from '../model/io.ts';
import { acquireLock } from '../run/lock.ts';
import { whoAmI } from '../run/self.ts';

/** Why something is not done, and what to do. */
export interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

interface Alone {
  /** The file that is to be changed: its real path. */
  readonly file: string;
  /** sbx's state folder: the lock lies there, so that nothing stands beside the file. */
  readonly state: string;
  readonly command: string;
}

/** Does the work while no other sbx of this user changes the file; waits until it may. */
export async function alone<T>(
  io: Io,
  { file, state, command }: Alone,
  signal: AbortSignal,
  work: () => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  const locks = join(state, 'locks');
  try {
    makeFolder(io.files, locks);
  } catch (thrown) {
    return err(fileTrouble(thrown, 'make', locks));
  }
  const wish = { path: join(locks, digestOf(file).slice(0, 16)), self: whoAmI(io.files), command };
  const lock = await acquireLock(io, wish, { signal, waiting: () => {} });
  if (!lock.ok) return lock;
  if (!('release' in lock.value)) return err({ message: `sbx is at work on ${file} already` });
  using _held = lock.value;
  return await work();
}

/** Where links lead, so that a file is replaced and not a link to it. */
export function realPath(io: Pick<Io, 'files'>, path: string): string {
  return io.files.existsSync(path) ? io.files.realpathSync(path) : path;
}
