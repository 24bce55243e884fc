import type { Failure } from '../model/failure.ts';
import type { Step } from '../model/project.ts';

/** Asks the user; undefined: there is nobody who could answer. */
export type Confirm = (step: string, question: string, over: AbortSignal) => Promise<boolean | undefined>;

/** Why the step must not begin; undefined: it may. */
export async function unconfirmed({ id, confirm: question }: Step, confirm: Confirm, over: AbortSignal): Promise<Failure | undefined> {
  if (question === undefined) return undefined;
  const answer = await confirm(id, question, over);
  if (answer === true) return undefined;
  const code = 'not-confirmed';
  if (answer === false) return { code, message: `it was not begun: "${question}" was not answered with yes`, hint: '-y says yes' };
  return { code, message: `it was not begun: it asks "${question}", and there is no terminal to answer on`, hint: '-y says yes' };
}
