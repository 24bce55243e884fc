import type { Project, SandboxName, Step, StepId } from '../model/project.ts';
import type { Selection } from './select.ts';

/** A step as a graph shows it. Steps that are not shown are left out of its lists. */
export interface GraphStep {
  readonly id: StepId;
  readonly task: string;
  readonly sandbox: SandboxName;
  readonly needs: readonly StepId[];
  /** What else must have ended before: `after`, providers of its place, or the users of the place that it releases; none that follows from another. */
  readonly after: readonly StepId[];
  readonly provides?: SandboxName;
  readonly releases?: SandboxName;
  readonly description?: string;
  /** 0: waits for nothing. Steps of one layer can run at once. */
  readonly layer: number;
}

/** The steps of a selection, each after all that come before it. */
export function stepGraph(project: Project, { steps, before }: Pick<Selection, 'steps' | 'before'>): readonly GraphStep[] {
  const waits = new Map(steps.map((id) => [id, new Set(before(id))]));
  const layers = new Map<StepId, number>();
  return steps.map((id): GraphStep => {
    const step = project.steps.get(id) as Step;
    const all = [...(waits.get(id) ?? [])];
    const layer = all.reduce((most, one) => Math.max(most, (layers.get(one) ?? 0) + 1), 0);
    layers.set(id, layer);
    const { task, sandbox, provides, releases, description } = step;
    const more = {
      ...(provides === undefined ? {} : { provides }),
      ...(releases === undefined ? {} : { releases }),
      ...(description === undefined ? {} : { description }),
    };
    return { id, task, sandbox, needs: step.needs.filter((one) => waits.has(one)), after: afterOf(step, all, waits), ...more, layer };
  });
}

/** What a step waits for beside its needs: of what follows from places, only what does not follow from another that it waits for. */
export function afterOf(
  { needs, after }: Pick<Step, 'needs' | 'after'>,
  before: readonly StepId[],
  waits: ReadonlyMap<StepId, ReadonlySet<StepId>>,
): readonly StepId[] {
  if (before.length <= needs.length) return [];
  const declared = new Set(after);
  const needed = new Set(needs);
  return before.filter((one) => !needed.has(one) && (declared.has(one) || !before.some((other) => waits.get(other)?.has(one))));
}
