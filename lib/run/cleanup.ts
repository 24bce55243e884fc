import type { PlannedAction } from '../model/plan.ts';
import type { StepId } from '../model/project.ts';

type Edges = ReadonlyMap<StepId, readonly StepId[]>;

/**
 * Steps with `when: failure | always` that wait for nothing would be asked before anything could fail: they wait for all ordinary steps
 * but those that wait for them.
 */
export function withCleanupLast(actions: readonly PlannedAction[], before: Edges): Edges {
  const free = actions.filter(({ action: { id, step } }) => step.when !== 'success' && (before.get(id) ?? []).length === 0);
  if (free.length === 0) return before;
  const edges = new Map(before);
  for (const { action } of free) {
    const later = waitingFor(action.id, actions, before);
    const ordinary = actions.filter(({ action: { id, step } }) => step.when === 'success' && step.releases === undefined && !later.has(id));
    edges.set(
      action.id,
      ordinary.map(({ action: { id } }) => id),
    );
  }
  return edges;
}

/** All that waits for the step, directly or not. Actions are in topological order. */
function waitingFor(start: StepId, actions: readonly PlannedAction[], before: Edges): ReadonlySet<StepId> {
  const later = new Set([start]);
  for (const { action } of actions) {
    if ((before.get(action.id) ?? []).some((id) => later.has(id))) later.add(action.id);
  }
  return later;
}
