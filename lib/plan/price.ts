import type { Look } from '../model/look.ts';
import type { Action, Decision, PlannedAction } from '../model/plan.ts';

/** What an execution is likely to cost, from history; undefined if nothing is to be executed or nothing is known. */
export function priceOf(action: Action, decision: Decision, look: Look): PlannedAction['price'] {
  if (decision.is !== 'run' && decision.is !== 'maybe') return undefined;
  return look.history(action.id);
}

/** The sum of what is known. `unpriced` steps will run and were never measured; `perhaps` is the part of `ms` that upstream decides. */
export function total(actions: readonly PlannedAction[]): {
  readonly ms: number;
  readonly perhaps: number;
  readonly bytes: number;
  readonly unpriced: number;
} {
  let ms = 0;
  let perhaps = 0;
  let bytes = 0;
  let unpriced = 0;
  for (const { decision, price } of actions) {
    if (decision.is !== 'run' && decision.is !== 'maybe') continue;
    if (!price) unpriced += 1;
    ms += price?.ms ?? 0;
    bytes += price?.bytes ?? 0;
    if (decision.is === 'maybe') perhaps += price?.ms ?? 0;
  }
  return { ms, perhaps, bytes, unpriced };
}
