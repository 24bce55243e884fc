import type { SkipCause } from '../../lib/model/outcome.ts';
import type { Action, Plan } from '../../lib/model/plan.ts';
import type { Project, StepId } from '../../lib/model/project.ts';
import { draftActions } from '../../lib/plan/actions.ts';
import { makeGraph } from '../../lib/plan/graph.ts';
import type { PlanOptions } from '../../lib/plan/judgement.ts';
import { openPlanning } from '../../lib/plan/plan.ts';
import { type Selection, type SelectOptions, select } from '../../lib/plan/select.ts';
import { tasks, type World } from './world.ts';

/** A runner in a few lines: one step at a time, the first that is ready. */

interface Prepared {
  readonly actions: readonly Action[];
  readonly selection: Selection;
}

export function prepare(project: Project, names: readonly StepId[], options: SelectOptions = {}): Prepared {
  const graph = makeGraph(project);
  if (!graph.value) throw new Error(graph.diagnostics[0]?.message);
  const selection = select(project, graph.value, names, options);
  if (!selection.value) throw new Error(selection.diagnostics[0]?.message);
  const actions = draftActions(project, selection.value, tasks);
  if (!actions.value) throw new Error(actions.diagnostics[0]?.message);
  return { actions: actions.value, selection: selection.value };
}

export function planOf(project: Project, world: World, names: readonly StepId[], options: SelectOptions & PlanOptions = {}): Plan {
  return openPlanning(project, prepare(project, names, options).actions, world, options).snapshot();
}

/** What became of each step: a word, or the code of the cause for a skipped one. */
export type Played = ReadonlyMap<StepId, 'fresh' | 'restored' | 'ran' | 'failed' | SkipCause['code']>;

interface PlayHooks {
  /** Called before a step executes. */
  readonly before?: (id: StepId, played: Played) => void;
}

export function play(project: Project, world: World, names: readonly StepId[], options: SelectOptions & PlayHooks = {}): Played {
  const { actions, selection } = prepare(project, names, options);
  const planning = openPlanning(project, actions, world);
  const played = new Map<StepId, 'fresh' | 'restored' | 'ran' | 'failed' | SkipCause['code']>();
  let held = new Set<StepId>();
  for (;;) {
    const ready = actions.filter(({ id }) => !played.has(id) && selection.before(id).every((one) => played.has(one)));
    const [next] = ready.filter(({ id }) => !held.has(id));
    if (!next && ready.length === 0) break;
    const { id, step } = next ?? (ready[0] as Action);
    if (!next) planning.insist(id);
    if (step.needs.some((need) => played.get(need) === 'failed' || played.get(need) === 'upstream-failed') && step.when === 'success') {
      played.set(id, 'upstream-failed');
      planning.settle(id, { is: 'gone' });
      continue;
    }
    const planned = planning.decide(id);
    const { key, decision } = planned;
    if (decision.is === 'maybe') {
      if (!next) throw new Error(`${id} stays open`);
      held.add(id);
      continue;
    }
    if (decision.is === 'skip') {
      played.set(id, decision.because.code);
      planning.settle(id, { is: 'gone' });
    } else if (decision.is === 'run') {
      options.before?.(id, played);
      const { ok, outputs } = world.execute(planned);
      played.set(id, ok ? 'ran' : 'failed');
      planning.settle(id, ok ? { is: 'done', executed: true, key, outputs } : { is: 'gone' });
      held = new Set();
    } else {
      if (decision.is === 'restore') world.restore(planned);
      played.set(id, decision.is === 'restore' ? 'restored' : 'fresh');
      planning.settle(id, { is: 'done', executed: false, key, outputs: undefined });
    }
  }
  if (played.size !== actions.length) throw new Error('the run got stuck');
  return played;
}
