import type { Event, PlaceChange, PlannedStep } from '../model/event.ts';
import type { Plan, PlannedAction } from '../model/plan.ts';

/** What a run says of its plan; `changed`: why it is made anew. */
export function planEvent({ actions, places }: Plan, again: boolean, changed: readonly PlaceChange[] = []): Event {
  return { type: 'planned', steps: plannedSteps(actions), places, again, ...(changed.length > 0 ? { changed } : {}) };
}

function plannedSteps(actions: readonly PlannedAction[]): readonly PlannedStep[] {
  return actions.map(({ action, decision, price }): PlannedStep => {
    const { step, draft, id } = action;
    const { task, sandbox, needs, after, provides, releases, interactive, dir, inputCommands, service } = step;
    return {
      id,
      title: draft.title,
      task,
      sandbox,
      needs,
      ...(after.length > 0 ? { after } : {}),
      ...(provides === undefined ? {} : { provides }),
      ...(releases === undefined ? {} : { releases }),
      decision,
      ...(price?.ms === undefined ? {} : { ms: price.ms }),
      ...(service ? { service: true as const } : {}),
      ...(interactive ? { interactive: true as const } : {}),
      ...(inputCommands ? { asks: true as const } : {}),
      ...(dir === '.' ? {} : { dir }),
    };
  });
}
