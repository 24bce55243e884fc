import { someOf } from '../base/some.ts';
import type { Decision } from '../model/plan.ts';
import { describeDecision } from '../plan/describe.ts';
import { neutral } from './neutral.ts';

/** Why a step runs or is restored, on one line; empty if it does neither. The same words as in plan and explain. */
export function why(decision: Decision): string {
  return decision.is === 'skip' ? '' : neutral(describeDecision(decision));
}

/** The first names of a list and how many more there are. */
export function some(names: readonly string[], shown = 3): string {
  return someOf(
    names.map((name) => neutral(name)),
    shown,
  );
}
