import { err, ok, type Result } from '../lib/base/result.ts';
import { hintOf } from '../lib/base/suggest.ts';
import type { Checked, Diagnostic } from '../lib/model/diagnostic.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Outputs } from '../lib/model/output.ts';
import type { Action, Draft } from '../lib/model/plan.ts';
import { LOCAL, type Project, type SandboxName, type SandboxSpec, type Step } from '../lib/model/project.ts';
import type { Deed, DeedScope, SandboxMachine } from '../lib/model/sandbox-machine.ts';
import { isWritten, wrongStep } from '../lib/model/wrong-step.ts';
import type { StringShape } from '../lib/schema/shape.ts';
import type { PlanScope, Produced, RunScope } from '../lib/task.ts';
import { textField } from './fields.ts';

// What tasks have in common that do one deed on the machine behind a sandbox. Which deeds are left to do is asked of its hypervisor, each time.

export const MACHINE = {
  kind: 'string',
  literal: true,
  format: 'name',
  description: 'The sandbox whose machine it is; absent: the one that the step `provides` or `releases`.',
  examples: ['builder'],
} as const satisfies StringShape;

/** Keys of steps that run a command. */
export const NO_COMMAND = [
  'run',
  'shell',
  'inputs',
  'outputs',
  'values',
  'state',
  'cache',
  'interactive',
  'dir',
  'service',
  'ready',
] as const;

const NAMING = ['machine', 'provides', 'releases'] as const;

/** The sandbox whose machine the step means: where several keys name one, `plan` has seen to it that they name the same. */
export function subjectOf(step: Step): SandboxName | undefined {
  return textField(step, 'machine') ?? step.provides ?? step.releases;
}

/** The draft of a step that does something on a machine. */
export function machineDraft(
  step: Step,
  { project }: Pick<PlanScope, 'project'>,
  title: string,
  settings: Draft['settings'] = {},
): Checked<Draft> {
  const name = subjectOf(step);
  const value: Draft = {
    title: `${title} ${name ?? ''}`.trimEnd(),
    settings: { machine: name ?? null, ...settings },
    reads: { is: 'nothing' },
    makes: { is: 'nothing', of: 'machine' },
    workspace: 'shares',
  };
  const misplaced = placeProblems(step, project);
  return { value, diagnostics: misplaced.length > 0 ? misplaced : subjectProblems(step, project) };
}

/** Machines are moved from this side: their own guests may be off. */
export function placeProblems(step: Step, { sandboxes }: Project): readonly Diagnostic[] {
  const spec = sandboxes.get(step.sandbox);
  if (step.sandbox === LOCAL || spec === undefined || spec.kind === 'local') return [];
  const message = `step ${step.id}: machines are brought up and taken down from this computer, not in ${step.sandbox}`;
  const key = step.task === 'teardown' ? 'releases' : 'provides';
  const hint = `take \`in: ${step.sandbox}\` away and write \`${key}: ${step.sandbox}\``;
  return [wrongStep(step, { code: 'conflicting-keys', message, hint }, 'in')];
}

function subjectProblems(step: Step, { sandboxes }: Project): readonly Diagnostic[] {
  const named = NAMING.flatMap((key) => {
    const name = key === 'machine' ? textField(step, key) : step[key];
    return name === undefined ? [] : [{ key, name }];
  });
  const [first] = named;
  const having = [...sandboxes.values()].filter(({ kind }) => kind === 'machine').map(({ name }) => name);
  const known =
    having.length === 0 ? 'declare `machine:` under the sandbox that it brings up' : `those with a machine: ${having.join(', ')}`;
  if (first === undefined) {
    if (isWritten(step, 'machine')) return [];
    const message = `step ${step.id}: it is not said which machine is meant`;
    const hint = having.length === 0 ? known : `write \`provides: ${having[0]}\`; ${known}`;
    return [wrongStep(step, { code: 'missing-key', message, hint })];
  }
  const other = named.find(({ name }) => name !== first.name);
  if (other !== undefined) {
    const message = `step ${step.id}: \`${first.key}\` and \`${other.key}\` name two machines`;
    return [wrongStep(step, { code: 'conflicting-keys', message, hint: 'a step does something on one: write two steps' }, other.key)];
  }
  const spec = sandboxes.get(first.name);
  if (spec !== undefined && (spec.kind === 'machine' || isMoved(spec))) return [];
  const message = `step ${step.id}: ${spec === undefined ? `there is no sandbox \`${first.name}\`` : `there is no machine behind \`${first.name}\``}`;
  return [wrongStep(step, { code: 'bad-value', message, hint: hintOf(first.name, having, known) }, first.key)];
}

/** It has a machine in the file, and is something else in this run: `--local`, `--host`, or a place that is away. */
function isMoved({ insteadOf }: SandboxSpec): boolean {
  return insteadOf === 'machine';
}

interface Doing<D extends Deed> {
  readonly act: (machine: SandboxMachine, scope: DeedScope) => Promise<Result<D, Failure>>;
  /** What is said where nothing had to be done. */
  readonly already: string;
  readonly values?: (deed: D) => Outputs;
}

/** Does it, and says what was done. Nothing: the step is fresh. */
export async function onMachine<D extends Deed>(
  { step }: Pick<Action, 'step'>,
  scope: RunScope,
  { act, already, values = ({ id }) => ({ machine: id ?? '' }) }: Doing<D>,
): Promise<Result<Produced, Failure>> {
  const name = subjectOf(step);
  const spec = name === undefined ? undefined : scope.project.sandboxes.get(name);
  if (name === undefined || spec === undefined) throw new Error(`${step.id} names no machine`);
  if (spec.machine === undefined) {
    scope.note(`${name} is no machine in this run: nothing was done`);
    return ok({ untouched: true });
  }
  const machine = await scope.machine(name);
  if (!machine.ok) return err({ ...machine.error, sandbox: name });
  const told = new Set<string>();
  const note = (text: string): void => {
    if (!told.has(text)) scope.note(text);
    told.add(text);
  };
  const done = await act(machine.value, { signal: scope.signal, note });
  if (!done.ok) return done;
  const { id, did } = done.value;
  for (const text of did) note(text);
  if (did.length === 0) scope.note(id === undefined ? already : `${already}: ${id}`);
  return ok({ values: values(done.value), ...(did.length === 0 ? { untouched: true } : {}) });
}
