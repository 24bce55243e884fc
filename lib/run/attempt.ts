import { formatDuration } from '../base/duration.ts';
import { err, type Result } from '../base/result.ts';
import { refusedHere } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { Step } from '../model/project.ts';
import type { Produced, RunScope, Task } from '../task.ts';
import type { Footing, Leave, RunControl } from './control.ts';

/** What came of one attempt. `stopped`: the run ended it, or `over` did. */
export type Attempted = { readonly is: 'ended'; readonly result: Result<Produced, Failure> } | { readonly is: 'stopped' };

/** Runs the task once: a timeout and the end of the run end all that it started before this settles. The only place where exceptions are caught: what this computer refuses is a failure, all else a fault. */
export async function attempt(
  planned: PlannedAction,
  task: Task,
  control: RunControl,
  hide: (text: string) => string,
  scopeWith: (leave: Pick<RunScope, 'signal' | 'hurry'>) => RunScope,
  over?: AbortSignal,
): Promise<Attempted> {
  const { action } = planned;
  const { timeout } = action.step;
  const leave = control.enter(action.id, footingOf(action.step));
  let timedOut = false;
  const stopTimer = after(timeout, () => {
    timedOut = true;
    leave.end(new Error('timeout'));
  });
  const end = (): void => leave.end(new Error('over'));
  if (over?.aborted) end();
  over?.addEventListener('abort', end);
  try {
    if (leave.signal.aborted) return stopped(leave);
    const result = await task.run(action, scopeWith(leave));
    return judge(withoutSecrets(result, hide));
  } catch (fault) {
    return judge(err(refusedHere(fault) ?? faultFailure(fault, hide)));
  } finally {
    stopTimer();
    over?.removeEventListener('abort', end);
    leave.done();
  }

  /** Ended from outside it is no success, whatever the command said on its way out. */
  function judge(result: Result<Produced, Failure>): Attempted {
    // What waited may know better what for.
    if (timedOut && !result.ok && result.error.code === 'timeout') return { is: 'ended', result };
    if (timedOut) return { is: 'ended', result: err(timeoutFailure(planned, timeout ?? 0)) };
    return leave.signal.aborted ? stopped(leave) : { is: 'ended', result };
  }
}

/** What a step that was ended from outside came to: where that was meant for it alone, the run goes on as after any failure. */
export function stopped({ isKilled }: Pick<Leave, 'isKilled'>): Attempted {
  return isKilled() ? { is: 'ended', result: err({ code: 'cancelled', message: 'it was ended by `sbx kill`' }) } : { is: 'stopped' };
}

/** What a step gives to others is kept in records, where no secret may stand. */
function withoutSecrets(result: Result<Produced, Failure>, hide: (text: string) => string): Result<Produced, Failure> {
  const values = Object.entries((result.ok && result.value.values) || {});
  const [name] = values.find(([, value]) => [value].flat().some((text) => hide(text) !== text)) ?? [];
  if (name === undefined) return result;
  const message = `the value \`${name}\` holds a secret: it would be kept in records`;
  return err({ code: 'value-refused', message, hint: 'let the steps that need it name the secret under `secrets`' });
}

/** What a timer holds at most, some 24 days: one that is given more ends at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Calls `act` once, after so many milliseconds, unless the result is called before. */
function after(ms: number | undefined, act: () => void): () => void {
  if (ms === undefined) return () => {};
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    timer = setTimeout(() => (left > LONGEST_TIMER ? wait(left - LONGEST_TIMER) : act()), Math.min(left, LONGEST_TIMER));
  };
  wait(ms);
  return () => clearTimeout(timer);
}

export function footingOf(step: Step): Footing {
  if (step.service !== undefined) return 'service';
  if (step.releases !== undefined || step.when === 'always') return 'release';
  return step.interactive ? 'terminal' : 'step';
}

function timeoutFailure({ action: { step } }: PlannedAction, timeout: number): Failure {
  const failure: Failure = {
    code: 'timeout',
    message: `it took longer than its timeout of ${formatDuration(timeout).replace('.0s', 's')} and was ended`,
  };
  return step.script === undefined ? failure : { ...failure, command: step.script.source };
}

/** `hide`: a fault may quote what it was given, values of secrets among it. */
function faultFailure(fault: unknown, hide: (text: string) => string): Failure {
  const text = hide(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  return { code: 'fault', message: `a fault of sbx: ${text}`, hint: 'please report it, with this text' };
}
