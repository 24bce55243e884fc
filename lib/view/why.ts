import type { Decision } from '../model/plan.ts';
import type { Staleness } from '../model/staleness.ts';
import { neutral } from './neutral.ts';

/** Why a step runs, in a few words: the most telling reason, and how many more there are. Empty if it does not run. */
export function why(decision: Decision): string {
  if (decision.is === 'restore') {
    const what = decision.edited.length > 0 ? ['edited', decision.edited] : ['missing', decision.missing];
    return `outputs ${what[0]}: ${some(what[1] as readonly string[])}`;
  }
  if (decision.is !== 'run' && decision.is !== 'maybe') return '';
  const [first, ...more] = decision.reasons;
  if (!first) return '';
  return neutral(describe(first)) + (more.length > 0 ? ` (and ${more.length} more ${more.length === 1 ? 'reason' : 'reasons'})` : '');
}

function describe(reason: Staleness): string {
  if (reason.code === 'inputs-changed') return `inputs changed: ${some([...reason.changed, ...reason.added, ...reason.removed])}`;
  return reason.code.replaceAll('-', ' ');
}

/** The first names of a list and how many more there are. */
export function some(names: readonly string[], shown = 3): string {
  const first = names.slice(0, shown).map((name) => neutral(name));
  return names.length > shown ? `${first.join(', ')} and ${names.length - shown} more` : first.join(', ');
}
