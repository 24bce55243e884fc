import type { StopCause } from '../run/control.ts';
import { exitCode } from '../run/exit-code.ts';
import type { Surroundings } from './surroundings.ts';

/** Does the work under a signal that INT, TERM and HUP abort; a work that was stopped so gives the exit code for it. */
export async function stoppable(surroundings: Surroundings, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const stop = new AbortController();
  let cause: StopCause | undefined;
  const deaf = surroundings.onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
    cause ??= name as StopCause;
    stop.abort(new Error(name));
  });
  try {
    const code = await work(stop.signal);
    return cause === undefined ? code : exitCode([], cause);
  } catch (thrown) {
    if (cause === undefined) throw thrown;
    return exitCode([], cause);
  } finally {
    deaf();
  }
}
