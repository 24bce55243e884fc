import { suggest } from '../base/suggest.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Action } from '../model/plan.ts';
import { LOCAL, type Project, type SandboxSpec, type Step, type StepId } from '../model/project.ts';
import type { PlanScope, Task } from '../task.ts';
import type { Drafted } from './drafted.ts';
import { defaultInputs, inputProblems, localWrites, withoutProducts } from './inputs.ts';
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

function draftAll(project: Project, tasks: ReadonlyMap<string, Task>, diagnostics: Diagnostic[]): ReadonlyMap<StepId, Drafted> {
  const drafts = new Map<StepId, Drafted>();
  const dependents = dependentsOf(project);
  for (const step of dependentsFirst(project, dependents)) {
    const task = tasks.get(step.task);
    const sandbox = project.sandboxes.get(step.sandbox) ?? hereOf(project);
    if (!task || !sandbox) {
      diagnostics.push(task ? unknownSandbox(step, project) : unknownTask(step, tasks));
      continue;
    }
    const scope: PlanScope = {
      project,
      sandbox,
      get downstream() {
        return downstreamOf(step, dependents, drafts, project);
      },
    };
    const checked = task.plan(step, scope);
    diagnostics.push(...checked.diagnostics);
    if (!checked.value) continue;
    drafts.set(step.id, { step, draft: checked.value });
    diagnostics.push(...inputProblems(step, checked.value));
  }
  return drafts;
}

/** Dependents before what they need, so that their products are known to a sync that must not send them. Circles are none of our business here. */
function dependentsFirst(project: Project, dependents: ReadonlyMap<StepId, readonly StepId[]>): readonly Step[] {
  const open = new Map<StepId, number>();
  for (const [id, list] of dependents) open.set(id, list.length);
  const ready = [...project.steps.keys()].filter((id) => (open.get(id) ?? 0) === 0);
  for (const id of ready) {
    for (const need of new Set(project.steps.get(id)?.needs)) {
      const left = (open.get(need) ?? 0) - 1;
      open.set(need, left);
      if (left === 0) ready.push(need);
    }
  }
  return ready.map((id) => project.steps.get(id)).filter((step) => step !== undefined);
}

function dependentsOf(project: Project): ReadonlyMap<StepId, readonly StepId[]> {
  const dependents = new Map<StepId, StepId[]>();
  for (const step of project.steps.values()) {
    for (const need of new Set(step.needs)) {
      const list = dependents.get(need);
      if (list) list.push(step.id);
      else dependents.set(need, [step.id]);
    }
  }
  return dependents;
}

function downstreamOf(
  step: Step,
  dependents: ReadonlyMap<StepId, readonly StepId[]>,
  drafts: ReadonlyMap<StepId, Drafted>,
  project: Project,
): readonly string[] {
  const seen = new Set<StepId>([step.id]);
  const patterns = new Set<string>();
  for (const id of seen) {
    for (const next of dependents.get(id) ?? []) seen.add(next);
    const drafted = id === step.id ? undefined : drafts.get(id);
    if (!drafted) continue;
    for (const glob of localWrites(drafted, project)) patterns.add(glob.startsWith('!') ? `!/${glob.slice(1)}` : `/${glob}`);
  }
  return [...patterns];
}

/** `local` is always there, declared or not. */
function hereOf(project: Project): SandboxSpec | undefined {
  return project.sandboxes.get(LOCAL);
}

function unknownTask(step: Step, tasks: ReadonlyMap<string, Task>): Diagnostic {
  const near = suggest(step.task, tasks.keys());
  return {
    severity: 'error',
    code: 'unknown-task',
    message: `step ${step.id}: there is no task ${step.task}`,
    ...(step.span ? { span: step.span } : {}),
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  };
}

function unknownSandbox(step: Step, project: Project): Diagnostic {
  const near = suggest(step.sandbox, project.sandboxes.keys());
  return {
    severity: 'error',
    code: 'unknown-sandbox',
    message: `step ${step.id}: there is no sandbox ${step.sandbox}`,
    ...(step.span ? { span: step.span } : {}),
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  };
}
