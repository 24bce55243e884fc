import type { Decision } from '../model/plan.ts';
import { describeDecision } from '../plan/describe.ts';
import { neutral } from './neutral.ts';

/** Why a step runs or is restored, on one line; empty if it does neither. The same words as in plan and explain. */
export function why(decision: Decision): string {
  return decision.is === 'skip' ? '' : neutral(describeDecision(decision));
}

/** The first names of a list and how many more there are. */
export function some(names: readonly string[], shown = 3): string {
  const first = names.slice(0, shown).map((name) => neutral(name));
  return names.length > shown ? `${first.join(', ')} and ${names.length - shown} more` : first.join(', ');
}
