import type { Outcome } from '../model/outcome.ts';
import type { Step } from '../model/project.ts';
import { footingOf } from './attempt.ts';
import type { RunControl } from './control.ts';

/** Asks the user; undefined: there is nobody who could answer. */
export type Confirm = (step: string, question: string, over: AbortSignal) => Promise<boolean | undefined>;

/** What becomes of a step that must not begin; undefined: it may. */
export async function unconfirmed(
  step: Step,
  { control, confirm }: { readonly control: RunControl; readonly confirm: Confirm },
): Promise<Outcome | undefined> {
  const { id, confirm: question } = step;
  if (question === undefined) return undefined;
  const wait = control.enter(step.id, footingOf(step));
  const answer = await confirm(id, question, wait.signal).finally(wait.done);
  if (wait.signal.aborted) return { is: 'cancelled' };
  if (answer === true) return undefined;
  const why = answer === false ? `"${question}" was not answered with yes` : `it asks "${question}", and there is no terminal to answer on`;
  return { is: 'failed', failure: { code: 'not-confirmed', message: `it was not begun: ${why}`, hint: '-y says yes', step: id } };
}
