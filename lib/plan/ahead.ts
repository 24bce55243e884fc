import { compileGlobs } from '../base/glob.ts';
import { groupBy } from '../base/group-by.ts';
import type { Look } from '../model/look.ts';
import type { Action, Reads } from '../model/plan.ts';
import type { SandboxName } from '../model/project.ts';
import { standsForItself } from './demand.ts';

/** A place that a run is about to need, as far as that is seen before anything is looked at. */
interface Prospect {
  readonly place: SandboxName;
  /** Something executes there whatever is found here. */
  readonly sure: boolean;
  /** What is sent there. */
  readonly sources: readonly Sources[];
}

interface Sources {
  readonly reads: Extract<Reads, { is: 'sources' }>;
  /** When it was looked at for the last sync, milliseconds since 1970: a file that was changed later is to be sent. */
  readonly since: number;
  /** Whether the place is needed for a change of this file. */
  counts(path: string): boolean;
}

/**
 * The places that are worth dialling before the plan is made. What nobody wants but for others is no reason, and a place that steps bring up is not up yet.
 * A guess: the plan decides, and a place that it does not need is never told.
 */
export function prospectsOf(actions: readonly Action[], look: Pick<Look, 'last' | 'place' | 'receipt'>): readonly Prospect[] {
  const broughtUp = new Set(actions.map(({ step }) => step.provides));
  const there = groupBy(actions, ({ step }) => (step.enabled && step.when !== 'failure' ? step.sandbox : undefined));
  return [...there].flatMap(([place, all]): readonly Prospect[] => {
    const own = all.filter(standsForItself);
    if (own.length === 0 || broughtUp.has(place)) return [];
    return [{ place, sure: own.some((action) => isSure(action, look)), sources: all.flatMap((action) => sourcesOf(action, all, look)) }];
  });
}

function isSure({ id, step, draft, forced }: Action, look: Pick<Look, 'place' | 'receipt'>): boolean {
  const { makes, reads } = draft;
  if (forced || makes.is === 'nothing') return true;
  if (makes.is !== 'place') return false;
  return reads.is === 'sources' ? look.receipt(step.sandbox) === undefined : look.place(step.sandbox)?.holds[id] === undefined;
}

function sourcesOf(action: Action, all: readonly Action[], look: Pick<Look, 'last'>): readonly Sources[] {
  const { reads } = action.draft;
  if (reads.is !== 'sources') return [];
  const readers = all.flatMap(({ draft }) => (draft.reads.is === 'arrived' ? [draft.reads.globs] : []));
  const counts = (path: string): boolean =>
    standsForItself(action) || readers.some((globs) => globs === undefined || compileGlobs(globs).matches(path));
  return [{ reads, since: look.last(action.id)?.at ?? Number.POSITIVE_INFINITY, counts }];
}
