import type { Look } from '../model/look.ts';
import type { Action } from '../model/plan.ts';
import { uncacheable } from './cacheable.ts';
import { digestOfValues, makesValues, valuesUnder } from './given.ts';
import type { Judgement, PlanOptions, Upstream } from './judgement.ts';
import type { Settled } from './planning.ts';

// What actions contribute to the fingerprints of their dependents, before and after their turn. Decides nothing.

const NOTHING: Upstream = { is: 'nothing' };

/**
 * What the action contributes as far as its judgement tells. Outputs count by their digest, so that equal outputs leave dependents fresh;
 * so do the values of a step that makes nothing else;
 * a verdict, a service, or a place without declared outputs counts by its key, which is known before it runs.
 */
export function predicted(action: Action, judgement: Judgement, look: Look, options: PlanOptions): Upstream {
  const { decision, key } = judgement;
  // Nothing is expected to fail.
  if (addsNothing(action) || decision.is === 'skip' || action.step.when === 'failure') return NOTHING;
  if (action.step.service !== undefined) {
    if (beyondKey(judgement)) return { is: 'ran', settled: false };
    return key === undefined ? { is: 'unknown' } : { is: 'digest', digest: key };
  }
  const { makes } = action.draft;
  if (makesValues(action)) {
    const values = decision.is === 'fresh' && key !== undefined ? valuesUnder(action.id, key, look) : undefined;
    return values === undefined ? { is: 'unknown' } : { is: 'digest', digest: digestOfValues(values) };
  }
  if (makes.is === 'nothing') return { is: 'ran', settled: false };
  if (uncacheable(action, options) !== undefined) return makes.is === 'verdict' ? { is: 'ran', settled: false } : { is: 'unknown' };
  if (key === undefined) return { is: 'unknown' };
  if (makes.is === 'place' && beyondKey(judgement)) return makes.globs.length === 0 ? { is: 'ran', settled: false } : { is: 'unknown' };
  if (makes.is === 'verdict' || makes.globs.length === 0) return { is: 'digest', digest: key };
  if (decision.is === 'run' || decision.is === 'maybe') {
    // A place may be left alone though it is stale, if what it would make is known from an earlier time.
    const made = makes.is === 'place' && !action.forced ? look.made(action.id, key) : undefined;
    return made === undefined ? { is: 'unknown' } : { is: 'digest', digest: made };
  }
  const digest = makes.is === 'files' ? (look.remembered(key)?.outputs?.digest ?? look.made(action.id, key)) : look.made(action.id, key);
  return { is: 'digest', digest: digest ?? key };
}

/**
 * What the action contributes after its turn. What was not executed contributes what was predicted; so does a step that was left alone
 * because nobody needed it: what it would make is known, or its dependents could not have been judged.
 */
export function actual(action: Action, settled: Settled, before: Upstream, leftAlone: boolean, options: PlanOptions): Upstream {
  if (addsNothing(action)) return NOTHING;
  if (settled.is === 'gone') return leftAlone ? before : NOTHING;
  if (action.step.service !== undefined) return before.is === 'ran' ? { is: 'ran', settled: true } : before;
  const { makes } = action.draft;
  const hasOutputs = makes.is === 'files' || makes.is === 'place' ? makes.globs.length > 0 : makesValues(action);
  if (settled.outputs !== undefined && hasOutputs) {
    return { is: 'digest', digest: settled.outputs };
  }
  if (!settled.executed && before.is !== 'unknown') return before.is === 'ran' ? NOTHING : before;
  const remembered = makes.is !== 'nothing' && uncacheable(action, options) === undefined;
  if (before.is === 'ran' && settled.executed) return { is: 'ran', settled: true };
  if (remembered && settled.key !== undefined) return { is: 'digest', digest: settled.key };
  return settled.executed ? { is: 'ran', settled: true } : NOTHING;
}

/** What a step that is needed but not selected (`--only`) contributes: what it made when it last ran. */
export function lastKnown(step: string, look: Look): Upstream {
  const last = look.last(step);
  return last?.is === 'succeeded' ? { is: 'digest', digest: last.outputs ?? last.key } : NOTHING;
}

/** What a place holds, or a service does, after a step that is not remembered is more than its key can tell. */
function beyondKey({ decision }: Judgement): boolean {
  return decision.is === 'run' && decision.reasons.some((reason) => reason.code === 'upstream-ran');
}

/** A sync contributes by the tree that arrived, a provider by the probes of its place. */
function addsNothing(action: Action): boolean {
  const { step, draft } = action;
  return !step.enabled || draft.reads.is === 'sources' || step.provides !== undefined || step.releases !== undefined;
}
