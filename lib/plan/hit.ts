import type { Decision } from '../model/plan.ts';
import type { Staleness } from '../model/staleness.ts';

/** Whether what is remembered spares the work; undefined where it is not asked: steps that are never remembered, forced, left out, or not decided yet. */
export function hitOrMiss(decision: Decision): 'hit' | 'miss' | undefined {
  if (decision.is === 'fresh' || decision.is === 'restore') return 'hit';
  return decision.is === 'run' && !decision.reasons.some(({ code }) => UNASKED.has(code)) ? 'miss' : undefined;
}

const UNASKED: ReadonlySet<Staleness['code']> = new Set<Staleness['code']>(['not-remembered', 'not-cacheable', 'forced']);
