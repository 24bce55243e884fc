import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Look } from '../model/look.ts';
import type { Action } from '../model/plan.ts';
import type { Project, StepId } from '../model/project.ts';
import { draftActions } from '../plan/actions.ts';
import { makeGraph } from '../plan/graph.ts';
import { lackingDiagnostics, lackingOf } from '../plan/lacking.ts';
import { openPlanning } from '../plan/plan.ts';
import type { Planning } from '../plan/planning.ts';
import { type Selection, select } from '../plan/select.ts';
import type { Task } from '../task.ts';

/** What the user asked to be run. */
export interface Wish {
  /** None: the default of the project. */
  readonly names: readonly string[];
  /** The named steps alone. */
  readonly only: boolean;
  /** Steps to run whatever is remembered; true: all. */
  readonly force: true | readonly string[];
  /** The store is neither asked nor filled. */
  readonly noCache: boolean;
}

/** A project ready to be planned, shown or run: one chain for all commands. */
export interface Prepared {
  readonly project: Project;
  readonly planning: Planning;
  /** Steps of the plan that must have settled before each. */
  readonly before: Selection['before'];
  readonly named: readonly StepId[];
}

export function prepare(
  project: Project,
  wish: Wish,
  tasks: ReadonlyMap<string, Task>,
  look: Look,
  { value, diagnostics } = choose(project, wish, tasks),
): Checked<Prepared> {
  if (value === undefined) return { diagnostics };
  const planning = openPlanning(project, value.actions, look, { noCache: wish.noCache || !project.cache.enabled });
  const { before, named } = value.selection;
  return { value: { project, planning, before, named: [...named] }, diagnostics };
}

/** What a wish asks for, before anything is looked at. */
interface Chosen {
  readonly actions: readonly Action[];
  readonly selection: Selection;
}

export function choose(project: Project, wish: Wish, tasks: ReadonlyMap<string, Task>): Checked<Chosen> {
  const graph = makeGraph(project);
  const diagnostics: Diagnostic[] = [...graph.diagnostics];
  if (graph.value === undefined) return { diagnostics };
  const selection = select(project, graph.value, wish.names, { only: wish.only, force: wish.force });
  diagnostics.push(...selection.diagnostics);
  if (selection.value === undefined) return { diagnostics };
  diagnostics.push(...lackingDiagnostics(project, lackingOf(project, selection.value.steps)));
  const actions = draftActions(project, selection.value, tasks);
  diagnostics.push(...actions.diagnostics);
  if (actions.value === undefined || diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };
  return { value: { actions: actions.value, selection: selection.value }, diagnostics };
}

/** The project with steps of these places on this computer: for places that are away and whose policy is `local`. */
export function movedHere(project: Project, places: ReadonlySet<string>): Project {
  const sandboxes = [...project.sandboxes].map(([name, spec]) => {
    if (!places.has(name)) return [name, spec] as const;
    const { host: _, machine, ...rest } = spec;
    return [name, { ...rest, kind: 'local', ...(machine === undefined ? {} : { insteadOf: 'machine' as const }) }] as const;
  });
  return { ...project, sandboxes: new Map(sandboxes) };
}
