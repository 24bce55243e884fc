import { groupBy } from '../base/group-by.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Step, StepId } from '../model/project.ts';
import { wrongStep } from '../model/wrong-step.ts';
import { circles } from './circles.ts';
import { Heap } from './heap.ts';

/** What of a step joins it to others. */
export type Joined = Pick<Step, 'id' | 'needs' | 'after' | 'sandbox' | 'provides' | 'releases' | 'spanOf'>;

/** The steps of a project and what must come before what. Knows nothing of what is selected or fresh. */
export interface Graph {
  /** Every step after all that come before it; among those that could come next, the one that stands first in the file. */
  readonly order: readonly StepId[];
  /** `needs`, `after`, providers before the steps in their place, releasers after the last of those. Each once. */
  before(step: StepId): readonly StepId[];
}

/** For each node those that come before it. Behind the steps stand gates: what passes one waits for all that it waits for, so that many before many are not many times many. */
type Edges = number[][];

/** Edges to steps that do not exist are left out: they have diagnostics of their own. Linear, and without recursion. */
export function makeGraph(project: { readonly steps: ReadonlyMap<StepId, Joined> }): Checked<Graph> {
  const steps = [...project.steps.values()];
  const index = new Map(steps.map((step, i) => [step.id, i]));
  const edges: Edges = steps.map((step) => known(index, [...step.needs, ...step.after]));
  addProviders(steps, edges);
  addReleasers(steps, edges);
  const before = edges.map((list) => (list.length > 1 ? [...new Set(list)] : list));
  const isStep = (i: number): boolean => i < steps.length;
  const ids = (list: readonly number[]): readonly StepId[] => list.map((i) => (steps[i] as Joined).id);
  const order = sort(before, isStep);
  if (order.length < before.length) {
    const found = circles(before, order).map((circle) => diagnosticOf(circle.filter(isStep).map((i) => steps[i] as Joined)));
    return { diagnostics: found };
  }
  const direct = (step: StepId): ReadonlySet<number> => through(before[index.get(step) ?? -1] ?? [], before, isStep);
  return { value: { order: ids(order.filter(isStep)), before: (step) => ids([...direct(step)]) }, diagnostics: [] };
}

/** The steps of a list, and those that the gates of it wait for. */
function through(list: readonly number[], before: readonly (readonly number[])[], isStep: (i: number) => boolean): ReadonlySet<number> {
  if (list.every(isStep)) return new Set(list);
  return new Set(list.flatMap((i) => (isStep(i) ? [i] : (before[i] as readonly number[]))));
}

function known(index: ReadonlyMap<StepId, number>, ids: readonly StepId[]): number[] {
  const found: number[] = [];
  for (const id of ids) {
    const i = index.get(id);
    if (i !== undefined) found.push(i);
  }
  return found;
}

/** What a provider itself waits for may stand in the place (to set it up) and so cannot wait for the provider. */
function addProviders(steps: readonly Joined[], edges: Edges): void {
  const places = [...byPlace(steps, (step) => step.provides)];
  const users = byPlace(steps, (step) => step.sandbox);
  // By declared edges alone, so all of them before the first is added.
  const first = places.map(([, providers]) => reach(providers, edges));
  for (const [n, [place, providers]] of places.entries()) {
    const gate = edges.push([...providers]) - 1;
    for (const i of users.get(place) ?? []) if (!first[n]?.has(i)) edges[i]?.push(gate);
  }
}

/** What waits for a releaser (to begin anew) cannot be waited for by it. */
function addReleasers(steps: readonly Joined[], edges: Edges): void {
  const users = byPlace(steps, (step) => step.sandbox);
  const providers = byPlace(steps, (step) => step.provides);
  for (const [place, releasers] of byPlace(steps, (step) => step.releases)) {
    const later = reach(releasers, turned(edges));
    const waited = [...(users.get(place) ?? []), ...(providers.get(place) ?? [])].filter((i) => !later.has(i));
    const gate = edges.push([...new Set(waited)].sort((a, b) => a - b)) - 1;
    for (const releaser of releasers) edges[releaser]?.push(gate);
  }
}

function byPlace(steps: readonly Joined[], placeOf: (step: Joined) => string | undefined): ReadonlyMap<string, readonly number[]> {
  return groupBy(steps.keys(), (i) => placeOf(steps[i] as Joined));
}

/** The starting points and all that can be reached from them. */
function reach(from: readonly number[], edges: readonly (readonly number[])[]): ReadonlySet<number> {
  const seen = new Set(from);
  for (const i of seen) for (const next of edges[i] ?? []) seen.add(next);
  return seen;
}

function turned(edges: readonly (readonly number[])[]): number[][] {
  const result: number[][] = edges.map(() => []);
  for (const [i, list] of edges.entries()) for (const next of list) result[next]?.push(i);
  return result;
}

/** Kahn's algorithm with the file's order as priority, gates as soon as they open; shorter than the input if there is a circle. */
function sort(before: readonly (readonly number[])[], isStep: (i: number) => boolean): readonly number[] {
  const dependents = turned(before);
  const open = before.map((list) => list.length);
  const ready = new Heap((a, b) => (isStep(a) ? a : -1) - (isStep(b) ? b : -1));
  for (const [i, count] of open.entries()) if (count === 0) ready.push(i);
  const order: number[] = [];
  for (let i = ready.pop(); i !== undefined; i = ready.pop()) {
    order.push(i);
    for (const next of dependents[i] ?? []) {
      open[next] = (open[next] ?? 0) - 1;
      if (open[next] === 0) ready.push(next);
    }
  }
  return order;
}

function diagnosticOf(circle: readonly Joined[]): Diagnostic {
  const [first] = circle as readonly [Joined, ...Joined[]];
  const path = [...circle, first];
  const hints: string[] = [];
  for (const [i, step] of circle.entries()) {
    const next = path[i + 1] as Joined;
    if (step.needs.includes(next.id) || step.after.includes(next.id)) continue;
    if (next.provides !== undefined && next.provides === step.sandbox)
      hints.push(`${next.id} provides ${next.provides}, where ${step.id} runs`);
    else hints.push(`${step.id} releases ${step.releases}, which ${next.id} uses`);
  }
  const message =
    circle.length === 1 ? `step ${first.id} waits for itself` : `steps wait for each other: ${path.map((step) => step.id).join(' -> ')}`;
  const hint = hints.length > 0 ? hints.join('; ') : undefined;
  const second = (path[1] as Joined).id;
  const key = (['needs', 'after'] as const).find((one) => first[one].includes(second));
  return wrongStep(first, { code: 'cycle', message, hint }, key);
}
