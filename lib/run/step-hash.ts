import type { Digest } from '../base/digest.ts';
import { globsBelow } from '../base/glob.ts';
import type { Look } from '../model/look.ts';
import type { Action, PlannedAction } from '../model/plan.ts';
import { keyOf } from '../plan/fingerprint.ts';

/**
 * What SBX_STEP_HASH says: the key of the action. What is never remembered has none and gets the digest of the same fingerprint, for whoever names things by
 * it; files of the project count there if the step declares them: hashing all of them would cost more than most such steps.
 */
export function stepHash({ action, record, key }: PlannedAction, look: Pick<Look, 'inputs'>): Digest {
  return key ?? keyOf({ ...record, inputs: look.inputs(withDeclared(action))?.digest ?? null });
}

function withDeclared(action: Action): Action {
  const { step, draft } = action;
  if (draft.reads.is !== 'nothing' || step.inputs === undefined) return action;
  return { ...action, draft: { ...draft, reads: { is: 'files', globs: globsBelow(step.dir, step.inputs) } } };
}
