import { compileGlobs, globsBelow } from '../base/glob.ts';
import { commonStart } from '../base/overlap.ts';
import { isPlainPath } from '../base/pattern.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Draft, Reads } from '../model/plan.ts';
import type { Project, Step, StepId } from '../model/project.ts';
import { wrongStep } from '../model/wrong-step.ts';
import type { Drafted } from './drafted.ts';

/** Globs of all that the step writes in the project on this side: its products, and its state if it runs here. */
export function localWrites({ step, draft }: Drafted, project: Project): readonly string[] {
  const products = draft.makes.is === 'files' ? draft.makes.globs : [];
  const state = localState(step, project);
  return state.length === 0 ? products : [...products, ...state];
}

export function localState(step: Step, project: Project): readonly string[] {
  return project.sandboxes.get(step.sandbox)?.kind === 'local' ? globsBelow(step.dir, step.state) : [];
}

/**
 * What a step with outputs and without inputs reads: the project's files less all outputs and state of all steps.
 * One array for all such steps, so that the tree is made once.
 */
export function defaultInputs(drafts: ReadonlyMap<StepId, Drafted>, project: Project): Reads {
  return { is: 'files', globs: ['**', ...taken([...drafts.values()].map((drafted) => localWrites(drafted, project)))] };
}

/**
 * What the step reads, less what it writes itself and less the products of the steps that it needs: those count by their digests (upstream),
 * so that a product that is about to be made or restored is not taken for a changed input.
 */
export function withoutProducts(drafted: Drafted, drafts: ReadonlyMap<StepId, Drafted>, project: Project, shared: Reads): Reads {
  const { step, draft } = drafted;
  if (draft.reads.is !== 'files') return draft.reads;
  const { globs } = draft.reads;
  if (step.inputs === undefined && globs.length === 1 && globs[0] === '**') return shared;
  const lists = [localWrites(drafted, project)];
  for (const need of step.needs) {
    const makes = drafts.get(need)?.draft.makes;
    if (makes?.is === 'files') lists.push(makes.globs);
  }
  const without = taken(lists);
  return without.length === 0 ? draft.reads : { is: 'files', globs: [...globs, ...without] };
}

/** Globs that take the lists away again, what a list itself left out excepted. Lists with such exceptions first: they must not give back what another takes. */
function taken(lists: readonly (readonly string[])[]): readonly string[] {
  const plain: string[] = [];
  const mixed: string[] = [];
  for (const list of lists) {
    const to = list.some((glob) => glob.startsWith('!')) ? mixed : plain;
    for (const glob of list) to.push(glob.startsWith('!') ? glob.slice(1) : `!${glob}`);
  }
  return [...mixed, ...plain];
}

/** `file`: the Sandboxfile, relative to the project. */
export function inputProblems(step: Step, draft: Draft, file: string): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const [key, globs] of [
    ['inputs', step.inputs],
    ['outputs', step.outputs],
  ] as const) {
    if (!globs || globs.length === 0 || globs.some((glob) => !glob.startsWith('!'))) continue;
    const message = `step ${step.id}: ${key} only take away and so name nothing`;
    const hint = `begin with what is meant, e.g. ${key}: ["**", "${globs[0]}"]`;
    diagnostics.push(wrongStep(step, { code: 'bad-glob', message, hint }, key));
  }
  if (draft.makes.is === 'files' && mayMeet([file], draft.makes.globs) && compileGlobs(draft.makes.globs).matches(file)) {
    const message = `step ${step.id}: outputs (${draft.makes.globs.join(', ')}) take in ${file}, which it does not make`;
    const hint = 'name the folder or the files that it makes: all else that matches would be moved away, or removed by `sbx clean`';
    diagnostics.push(wrongStep(step, { code: 'overlapping-outputs', message, hint }, 'outputs'));
  }
  if (!step.inputs || draft.makes.is !== 'files' || !mayMeet(globsBelow(step.dir, step.inputs), draft.makes.globs)) return diagnostics;
  const outputs = compileGlobs(draft.makes.globs);
  const inputs = globsBelow(step.dir, step.inputs).filter((glob) => !glob.startsWith('!'));
  const both = inputs.filter((glob) => samplesOf(glob).some((path) => outputs.matches(path)));
  if (both.length === 0) return diagnostics;
  const message = `step ${step.id}: ${both.join(', ')} is both input and output`;
  const hint = 'what a step changes in place cannot be remembered: write to another path, or leave out outputs to run it every time';
  diagnostics.push(wrongStep(step, { code: 'overlapping-outputs', message, hint }, 'inputs'));
  return diagnostics;
}

/** Paths that stand for what a glob names: one that is an output, too, is no source, whatever else of the glob is. */
function samplesOf(glob: string): readonly string[] {
  const path = glob
    .replace(/\{([^,{}]*)[^{}]*\}/g, '$1')
    .replace(/\*\*/g, 'x/x')
    .replace(/\*|\?|\[[!^][^\]]*\]/g, 'x')
    .replace(/\[(.)[^\]]*\]/g, '$1');
  return isPlainPath(glob) ? [path, `${path.replace(/\/$/, '')}/x`] : [path];
}

/** Whether it is worth compiling anything: most steps read and write under names of their own. */
function mayMeet(inputs: readonly string[], outputs: readonly string[]): boolean {
  const starts = outputs.flatMap(commonStart);
  return inputs.some((input) => !isPlainPath(input) || starts.some((start) => input.startsWith(start) || start.startsWith(`${input}/`)));
}
