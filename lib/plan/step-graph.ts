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

/** `shown` stand after all that come before them; `waits`: all that a step waits for, of those that are shown. */
export function linksOf(
  steps: ReadonlyMap<StepId, Joined>,
  shown: readonly StepId[],
  waits: (step: StepId) => readonly StepId[],
): ReadonlyMap<StepId, Links> {
  const links = new Map<StepId, Links>();
  const isShown = new Set(shown);
  // Each is asked as often as there are steps that wait for it.
  const before = once(waits);
  const declared = once((id) => [...(steps.get(id)?.needs ?? []), ...(steps.get(id)?.after ?? [])]);
  const isProvider = (id: StepId): boolean => steps.get(id)?.provides !== undefined;
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
    const passed = more.some(isProvider) ? waitedFor(all, steps, before) : follows;
    const others = [
      ...after.filter((one) => isShown.has(one) && !needed.includes(one)),
      ...more.filter((one) => !follows.has(one) && !(isProvider(one) && passed.has(one))),
    ];
    links.set(id, { needs: needed, after: others, layer });
  }
  return links;
}

/**
 * What some of these steps wait for, as far as places go. Those of one place all wait for what provides it: one of them is asked, so that many behind many
 * are not many times many.
 */
function waitedFor(
  all: readonly StepId[],
  steps: ReadonlyMap<StepId, Joined>,
  before: (step: StepId) => readonly StepId[],
): ReadonlySet<StepId> {
  const found = new Set<StepId>();
  const asked = new Set<string>();
  for (const id of all) {
    const { sandbox = '', releases = '' } = steps.get(id) ?? {};
    const key = `${sandbox} ${releases}`;
    if (asked.has(key)) continue;
    const own = before(id);
    for (const one of own) found.add(one);
    // What brings a place up may stand in it, and waits for no provider of it.
    if (releases !== '' || own.some((one) => steps.get(one)?.provides === sandbox)) asked.add(key);
  }
  return found;
}

function once(of: (step: StepId) => readonly StepId[]): (step: StepId) => readonly StepId[] {
  const known = new Map<StepId, readonly StepId[]>();
  return (step) => {
    let found = known.get(step);
    if (found === undefined) {
      found = of(step);
      known.set(step, found);
    }
    return found;
  };
}
