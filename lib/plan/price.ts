import type { Digest } from '../base/digest.ts';
import type { Look } from '../model/look.ts';
import type { Action, Decision, PlannedAction } from '../model/plan.ts';
import { hitOrMiss } from './hit.ts';

/**
 * What an action is likely to cost: an execution from history, a restore by the sizes in the record. Undefined if nothing is to be done or nothing is known.
 * How long a restore takes is not predicted.
 */
export function priceOf(action: Action, decision: Decision, key: Digest | undefined, look: Look): PlannedAction['price'] {
  if (decision.is === 'run' || decision.is === 'maybe') return look.history(action.id);
  if (decision.is !== 'restore' || key === undefined) return undefined;
  const wanted = new Set([...decision.missing, ...decision.edited]);
  const entries = look.remembered(key)?.outputs?.entries ?? [];
  return { bytes: entries.reduce((sum, entry) => sum + (entry.kind === 'file' && wanted.has(entry.path) ? entry.size : 0), 0) };
}

/** Sums of what is known. */
interface Total {
  readonly ms: number;
  /** The part of `ms` that upstream decides. */
  readonly perhaps: number;
  readonly bytes: number;
  /** Steps that will run and were never measured. */
  readonly unpriced: number;
  readonly hits: number;
  readonly misses: number;
}

export function total(actions: readonly PlannedAction[]): Total {
  let ms = 0;
  let perhaps = 0;
  let bytes = 0;
  let unpriced = 0;
  let hits = 0;
  let misses = 0;
  for (const { decision, price } of actions) {
    const asked = hitOrMiss(decision);
    if (asked === 'hit') hits += 1;
    if (asked === 'miss') misses += 1;
    bytes += price?.bytes ?? 0;
    if (decision.is !== 'run' && decision.is !== 'maybe') continue;
    if (!price) unpriced += 1;
    ms += price?.ms ?? 0;
    if (decision.is === 'maybe') perhaps += price?.ms ?? 0;
  }
  return { ms, perhaps, bytes, unpriced, hits, misses };
}
