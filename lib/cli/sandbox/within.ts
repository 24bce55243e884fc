import { err, type Result } from '../../base/result.ts';
import { limitOf } from '../../io/limit.ts';
import { refusedHere } from '../../io/trouble.ts';
import type { Failure } from '../../model/failure.ts';

/** Milliseconds for one thing that is reaped. */
export const PATIENCE = 120_000;

/** What takes too long is left, as what fails. */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  using limit = limitOf(signal, ms);
  const late: Failure = { code: 'unreachable', message: `it took longer than ${Math.round(ms / 1000)} s` };
  try {
    const done = await work(limit.signal);
    return done.ok || !limit.deadline.aborted ? done : err(late);
  } catch (thrown) {
    if (limit.deadline.aborted) return err(late);
    const refused = refusedHere(thrown);
    if (refused === undefined) throw thrown;
    return err(refused);
  }
}
