import type { Action } from '../model/plan.ts';
import { LOCAL } from '../model/project.ts';
import type { Staleness } from '../model/staleness.ts';
import type { PlanOptions } from './judgement.ts';

/** Why a result of the action is never remembered, whatever it makes; undefined if it may be. */
export function uncacheable(action: Action, options: PlanOptions): (Staleness & { readonly code: 'not-cacheable' })['because'] | undefined {
  const { step, draft } = action;
  if (step.interactive) return 'interactive';
  if (step.service !== undefined) return 'service';
  if (step.when !== 'success') return 'when';
  if (step.provides !== undefined) return 'provides';
  if (step.releases !== undefined) return 'releases';
  if (draft.makes.is === 'nothing' && draft.makes.of !== undefined) return draft.makes.of;
  if (step.cache === false) return 'cache-off';
  if (step.secrets.length > 0 && step.sandbox !== LOCAL && step.cache !== true) return 'secrets';
  // What stays in a place is not in the store.
  if (options.noCache && (draft.makes.is === 'files' || draft.makes.is === 'verdict')) return 'cache-off';
  return undefined;
}
