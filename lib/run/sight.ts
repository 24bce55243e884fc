/**
 * What the steps of a wish depend on now, each by itself: two sights say for which of them another run would find something else. Nothing of what others make
 * is in it, and nothing of the products of a step: those say nothing new. Decides nothing: that is the plan's.
 */
import { type Digest, digestOf } from '../base/digest.ts';
import { compileExcludes } from '../base/excludes.ts';
import { compileGlobs } from '../base/glob.ts';
import type { Checked } from '../model/diagnostic.ts';
import type { Action, Reads } from '../model/plan.ts';
import type { Project, Step, StepId } from '../model/project.ts';
import { keyOf, recordOf } from '../plan/fingerprint.ts';
import { feeders } from '../plan/flows.ts';
import type { Task } from '../task.ts';
import type { ProjectLook } from './look.ts';
import { choose, type Wish } from './prepare.ts';

export interface Sight {
  /** Of each step of the wish, in the order of the plan. */
  readonly steps: ReadonlyMap<StepId, Seen>;
  /** How many files of the project count. */
  readonly files: number;
  /** Whether a path of the project that was not there may count once it is. */
  mayCount(path: string, isFolder: boolean): boolean;
}

interface Seen {
  readonly digest: Digest;
  readonly needs: readonly StepId[];
}

/** What editors leave beside a file while they have it open, and put there to write it. */
const OF_EDITORS: readonly string[] = ['.*.sw?', '*~', '.#*', '#*#', '4913'];
const NOT_OF_EDITORS: readonly string[] = OF_EDITORS.map((name) => `!**/${name}`);

export function sightOf(project: Project, wish: Wish, tasks: ReadonlyMap<string, Task>, look: ProjectLook): Checked<Sight> {
  const { value, diagnostics } = choose({ ...project, steps: judgeable(project.steps) }, wish, tasks);
  if (value === undefined) return { diagnostics };
  const actions = value.actions.map(withoutEditors);
  const position = new Map(actions.map(({ id }, i) => [id, i]));
  const needs = actions.map(({ step }) => step.needs.flatMap((id) => position.get(id) ?? []));
  const feeding = feeders(actions, needs);
  const paths = new Set<string>();
  const steps = new Map<StepId, Seen>();
  for (const [i, action] of actions.entries()) {
    const tree = action.draft.reads.is === 'nothing' ? undefined : look.inputs(action, actions[feeding[i] ?? -1]);
    for (const { path } of tree?.entries ?? []) paths.add(path);
    const trouble = look.trouble(action)?.message ?? '';
    const { step } = action;
    const facts = { inputs: tree?.digest ?? null, upstream: {}, tools: look.tools(step.tools), place: {}, secrets: {} };
    const own = [keyOf(recordOf(action, facts)), trouble, step.enabled && step.onlyOn === undefined, step.needs];
    steps.set(action.id, { digest: digestOf(JSON.stringify(own)), needs: step.needs });
  }
  return { value: { steps, files: paths.size, mayCount: readersOf(actions) }, diagnostics };
}

/** Steps that are new, or for which something else is found. */
export function differing(before: Sight, after: Sight): ReadonlySet<StepId> {
  const ids = new Set([...before.steps.keys(), ...after.steps.keys()]);
  return new Set([...ids].filter((id) => before.steps.get(id)?.digest !== after.steps.get(id)?.digest));
}

/** With all that needs them: what they make is not wanted any more. */
export function withDependents({ steps }: Sight, changed: ReadonlySet<StepId>): ReadonlySet<StepId> {
  const all = new Set(changed);
  // In the order of the plan, so that what a step needs was asked before it.
  for (const [id, { needs }] of steps) if (needs.some((need) => all.has(need))) all.add(id);
  return all;
}

/** A step that is never remembered reads nothing that the plan would have to look at: here it reads what it would read if its success were remembered. */
function judgeable(steps: Project['steps']): Project['steps'] {
  return new Map([...steps].map(([id, step]): [StepId, Step] => [id, step.outputs === undefined ? { ...step, outputs: [] } : step]));
}

function withoutEditors(action: Action): Action {
  const { reads } = action.draft;
  const less: Reads | undefined =
    reads.is === 'files' && reads.globs.length > 0
      ? { ...reads, globs: [...reads.globs, ...NOT_OF_EDITORS] }
      : reads.is === 'sources'
        ? { ...reads, exclude: [...reads.exclude, ...OF_EDITORS] }
        : undefined;
  return less === undefined ? action : { ...action, draft: { ...action.draft, reads: less } };
}

function readersOf(actions: readonly Action[]): Sight['mayCount'] {
  const asked = new Map<string, Sight['mayCount']>();
  for (const { draft } of actions) {
    const { reads } = draft;
    if (reads.is !== 'files' && reads.is !== 'sources') continue;
    const name = JSON.stringify(reads);
    if (!asked.has(name)) asked.set(name, readerOf(reads));
  }
  return (path, isFolder) => [...asked.values()].some((counts) => counts(path, isFolder));
}

function readerOf(reads: Extract<Reads, { is: 'files' | 'sources' }>): Sight['mayCount'] {
  if (reads.is === 'files') {
    const { matches, descend } = compileGlobs(reads.globs);
    return (path, isFolder) => (isFolder ? descend(path) : matches(path));
  }
  const excludes = compileExcludes(reads.exclude);
  return (path, isFolder) => !excludes(path, isFolder);
}
