import { suggest } from '../base/suggest.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Action, Draft } from '../model/plan.ts';
import type { Project, Step, StepId } from '../model/project.ts';
import { wrongStep } from '../model/wrong-step.ts';
import type { PlanScope, Task } from '../task.ts';
import type { Drafted } from './drafted.ts';
import { defaultInputs, inputProblems, localState, localWrites, withoutProducts } from './inputs.ts';
import { overlappingOutputs } from './overlaps.ts';
import type { Selection } from './select.ts';

/**
 * The actions of a selection. Every step of the project is drafted, selected or not: what others make decides what a step reads and what a
 * sync sends, and a file is faulty or not whatever part of it is run.
 */
export function draftActions(project: Project, selection: Selection, tasks: ReadonlyMap<string, Task>): Checked<readonly Action[]> {
  const diagnostics: Diagnostic[] = [];
  const drafts = draftAll(project, tasks, diagnostics);
  diagnostics.push(...overlappingOutputs(drafts, project));
  if (diagnostics.some((one) => one.severity === 'error')) return { diagnostics };
  const shared = defaultInputs(drafts, project);
  const actions = selection.steps.map((id, order): Action => {
    const { step, draft } = drafts.get(id) as Drafted;
    const reads = withoutProducts({ step, draft }, drafts, project, shared);
    const named = selection.named.has(id);
    return { id, step, draft: reads === draft.reads ? draft : { ...draft, reads }, order, named, forced: selection.forced.has(id) };
  });
  return { value: actions, diagnostics };
}

/** Steps that ask what others write here (a sync) are drafted once more, when all others are known. */
function draftAll(project: Project, tasks: ReadonlyMap<string, Task>, diagnostics: Diagnostic[]): ReadonlyMap<StepId, Drafted> {
  const drafts = new Map<StepId, Drafted>();
  const asking: Step[] = [];
  for (const step of project.steps.values()) {
    let asked = false;
    const checked = draftOne(step, project, tasks, () => {
      asked = true;
      return [];
    });
    if (asked) asking.push(step);
    else diagnostics.push(...checked.diagnostics);
    if (checked.value) drafts.set(step.id, { step, draft: checked.value });
  }
  for (const step of asking) {
    const checked = draftOne(step, project, tasks, () => unneeded(step, drafts, project));
    diagnostics.push(...checked.diagnostics);
    if (checked.value) drafts.set(step.id, { step, draft: checked.value });
  }
  const file = project.file.slice(project.root.length + 1);
  for (const { step, draft } of drafts.values()) diagnostics.push(...inputProblems(step, draft, file));
  return drafts;
}

function draftOne(step: Step, project: Project, tasks: ReadonlyMap<string, Task>, downstream: () => readonly string[]): Checked<Draft> {
  const task = tasks.get(step.task);
  const sandbox = project.sandboxes.get(step.sandbox);
  if (!task) return { diagnostics: [unknown('task', step.task, step, tasks.keys())] };
  if (!sandbox) return { diagnostics: [unknown('sandbox', step.sandbox, step, project.sandboxes.keys())] };
  const scope: PlanScope = {
    project,
    sandbox,
    get downstream() {
      return downstream();
    },
  };
  return task.plan(step, scope);
}

/** Exclude patterns for what is written here by steps that this one does not need, and for the state of those that it does. */
function unneeded(step: Step, drafts: ReadonlyMap<StepId, Drafted>, project: Project): readonly string[] {
  const needed = new Set<StepId>([step.id]);
  for (const id of needed) {
    const one = project.steps.get(id);
    if (one?.enabled) for (const need of one.needs) needed.add(need);
  }
  const patterns = new Set<string>();
  for (const drafted of drafts.values()) {
    const globs = needed.has(drafted.step.id) ? localState(drafted.step, project) : localWrites(drafted, project);
    for (const glob of globs) patterns.add(glob.startsWith('!') ? `!/${glob.slice(1)}` : `/${glob}`);
  }
  return [...patterns];
}

function unknown(what: 'task' | 'sandbox', name: string, step: Step, known: Iterable<string>): Diagnostic {
  const near = suggest(name, known);
  const hint = near === undefined ? undefined : `Did you mean \`${near}\`?`;
  return wrongStep(
    step,
    { code: `unknown-${what}`, message: `step ${step.id}: there is no ${what} ${name}`, hint },
    what === 'task' ? 'task' : 'in',
  );
}
