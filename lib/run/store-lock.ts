import { shellQuote } from '../base/quote.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { describeHolder } from './holder.ts';
import { tryLock } from './lock.ts';
import { whoAmI } from './self.ts';

/** Does what only one process may do with a store at a time: take things out. Runs go on meanwhile: to lose a race is a miss. Throws what a file operation threw. */
export function alone<T>(io: Pick<Io, 'files' | 'clock' | 'nonce'>, store: string, command: string, act: () => T): Result<T, Failure> {
  const path = `${store}/gc.lock`;
  const lock = tryLock(io, { path, self: whoAmI(io.files), command });
  const hint = `if nobody collects: rm -r ${shellQuote(path)}`;
  if (!lock.ok) return err({ ...lock.error, hint });
  if (!('release' in lock.value)) return err({ code: 'local-io', message: `the store is in use by ${describeHolder(lock.value)}`, hint });
  try {
    return ok(act());
  } finally {
    lock.value.release();
  }
}
