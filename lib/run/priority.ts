import type { PlannedAction } from '../model/plan.ts';
import type { StepId } from '../model/project.ts';

/** Taken for a step without history, in milliseconds. */
const UNKNOWN = 1000;

/** For each step the predicted milliseconds of the longest chain that begins with it: the longest goes first, so that it does not come last. */
export function longestTails(
  planned: ReadonlyMap<StepId, PlannedAction>,
  before: ReadonlyMap<StepId, readonly StepId[]>,
): ReadonlyMap<StepId, number> {
  const tails = new Map<StepId, number>();
  for (const { action, price } of [...planned.values()].reverse()) {
    const own = (tails.get(action.id) ?? 0) + (price?.ms ?? UNKNOWN);
    tails.set(action.id, own);
    for (const id of before.get(action.id) ?? []) tails.set(id, Math.max(tails.get(id) ?? 0, own));
  }
  return tails;
}
