import type { Result } from '../lib/base/result.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { RunScope } from '../lib/task.ts';

/** Times that a deed is begun again in one attempt of its step. */
const MOST = 2;

/**
 * Does what comes to the same however often it is begun: where the link was lost in the midst of it, it is begun anew over the next one.
 * `deed` gets the number of the try, from 0 on.
 */
export async function anew<T>(
  { signal, note }: Pick<RunScope, 'signal' | 'note'>,
  deed: (number: number) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  for (let number = 0; ; number++) {
    const done = await deed(number);
    if (done.ok || done.error.code !== 'link-lost' || number === MOST || signal.aborted) return done;
    note(`begun anew, since ${done.error.message}`);
  }
}
