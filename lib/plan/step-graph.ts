import type { Project, Step, StepId } from '../model/project.ts';
import type { Joined } from './graph.ts';
import type { Selection } from './select.ts';

/** What a step comes after, as a graph shows it. Steps that are not shown are left out. */
interface Links {
  readonly needs: readonly StepId[];
  /** What else must have ended before: `after`, providers of its place, or the users of the place that it releases; of places none that follows from another. */
  readonly after: readonly StepId[];
  /** 0: waits for nothing. Steps of one layer can run at once. */
  readonly layer: number;
}

export type GraphStep = Links & Pick<Step, 'id' | 'task' | 'sandbox' | 'provides' | 'releases' | 'description'>;

/** The steps of a selection, each after all that come before it. */
export function stepGraph(project: Project, { steps, before }: Pick<Selection, 'steps' | 'before'>): readonly GraphStep[] {
  const links = linksOf(project.steps, steps, before);
  return steps.map((id): GraphStep => {
    const { task, sandbox, provides, releases, description } = project.steps.get(id) as Step;
    const more = {
      ...(provides === undefined ? {} : { provides }),
      ...(releases === undefined ? {} : { releases }),
      ...(description === undefined ? {} : { description }),
    };
    return { id, task, sandbox, ...(links.get(id) as Links), ...more };
  });
}

/** `shown` stand after all that come before them; `before`: all that a step waits for, of those that are shown. */
export function linksOf(
  steps: ReadonlyMap<StepId, Joined>,
  shown: readonly StepId[],
  before: (step: StepId) => readonly StepId[],
): ReadonlyMap<StepId, Links> {
  const links = new Map<StepId, Links>();
  const isShown = new Set(shown);
  const declared = (id: StepId): readonly StepId[] => [...(steps.get(id)?.needs ?? []), ...(steps.get(id)?.after ?? [])];
  for (const id of shown) {
    const { needs = [], after = [] } = steps.get(id) ?? {};
    const all = before(id);
    const layer = all.reduce((most, one) => Math.max(most, (links.get(one)?.layer ?? 0) + 1), 0);
    const said = new Set([...needs, ...after]);
    const more = all.filter((one) => !said.has(one));
    // What another that it waits for waits for itself goes without saying.
    const follows = new Set(
      more.length === 0 ? [] : [...all.flatMap(declared), ...[...said].flatMap((one) => (isShown.has(one) ? before(one) : []))],
    );
    const needed = needs.filter((one) => isShown.has(one));
    const isPassed = (one: StepId): boolean => steps.get(one)?.provides !== undefined && more.some((other) => before(other).includes(one));
    const others = [
      ...after.filter((one) => isShown.has(one) && !needed.includes(one)),
      ...more.filter((one) => !follows.has(one) && !isPassed(one)),
    ];
    links.set(id, { needs: needed, after: others, layer });
  }
  return links;
}
