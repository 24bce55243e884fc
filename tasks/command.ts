import { posix } from 'node:path';
import { globsBelow } from '../lib/base/glob.ts';
import { err, ok, type Result } from '../lib/base/result.ts';
import type { Exit } from '../lib/model/exit.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Action, Draft, Makes, Reads } from '../lib/model/plan.ts';
import { LOCAL, type SandboxSpec, type Step } from '../lib/model/project.ts';
import type { Job } from '../lib/model/sandbox.ts';
import type { Script } from '../lib/model/script.ts';
import type { PlanScope, Produced, RunScope } from '../lib/task.ts';
import { openValues } from './values.ts';

// What tasks that run one command have in common.

const TITLE_LENGTH = 80;

/** The draft of a step that runs `source` with the usual meaning of inputs, outputs and state. */
export function commandDraft(step: Step, scope: PlanScope, source: string, settings: Draft['settings'] = {}): Draft {
  return {
    title: titleOf(source),
    settings,
    reads: readsOf(step, scope),
    makes: makesOf(step, scope.sandbox),
    workspace: workspaceUse(step, scope.sandbox),
  };
}

/** One line for humans. */
export function titleOf(source: string): string {
  const lines = source.split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '' && !line.startsWith('#')) ?? '';
  const more = lines.filter((line) => line !== '').length > 1 || first.length > TITLE_LENGTH;
  return more ? `${first.slice(0, TITLE_LENGTH)} ...` : first;
}

/** No `outputs`: nothing is remembered. `[]`: that it passed. Else products: in the project for a step here, in the place for one on a far side. */
function makesOf(step: Step, sandbox: SandboxSpec): Makes {
  if (step.outputs === undefined || step.interactive) return { is: 'nothing' };
  if (step.outputs.length === 0) return { is: 'verdict' };
  return { is: sandbox.kind === 'local' ? 'files' : 'place', globs: globsBelow(step.dir, step.outputs) };
}

/** A step that is never remembered is never compared, so nothing is looked at for it; of a service what it declares counts for those that need it. */
function readsOf(step: Step, scope: PlanScope): Reads {
  const globs = step.inputs === undefined ? undefined : globsBelow(step.dir, step.inputs);
  if (scope.sandbox.kind !== 'local') return { is: 'arrived', globs };
  const isRead = step.service === undefined ? makesOf(step, scope.sandbox).is !== 'nothing' : globs !== undefined;
  return isRead ? { is: 'files', globs: globs ?? EVERYTHING } : { is: 'nothing', loose: globs ?? EVERYTHING };
}

/** Of the project: the planner takes away what steps make. */
const EVERYTHING: readonly string[] = ['**'];

/** Steps of the project's own folder run side by side; in a workspace there is one writer, beside services. */
export function workspaceUse(step: Step, sandbox: SandboxSpec): Draft['workspace'] {
  return step.parallel || step.service !== undefined || sandbox.name === LOCAL ? 'shares' : 'writes';
}

/** Runs a script in the step's folder of its sandbox: on the user's terminal if the step is interactive. */
export async function runCommand(action: Action, scope: RunScope, script: Script, source?: string): Promise<Result<Produced, Failure>> {
  const { step } = action;
  const session = await scope.session();
  if (!session.ok) return session;
  const workspace = await scope.workspace();
  if (!workspace.ok) return workspace;
  const writing =
    step.values &&
    (await openValues(step.values, `${workspace.value}/.sbx/values/${action.id}/${scope.attempt}`, session.value, scope.signal));
  if (writing?.ok === false) return writing;
  const values = writing?.value;
  const job: Job = {
    script,
    cwd: posix.join(workspace.value, step.dir),
    step: action.id,
    lasts: step.service !== undefined,
    env: values ? [...scope.env, ['SBX_OUTPUT', values.path]] : scope.env,
    killGrace: scope.killGrace,
    attempt: scope.attempt,
    run: scope.run,
    ...(source === undefined ? {} : { source }),
    ...(action.draft.makes.is === 'place' ? { mark: doubt(workspace.value, action) } : {}),
  };
  if (!step.interactive) {
    const exit = await session.value.supervise(job, { signal: scope.signal, hurry: scope.hurry, output: scope.output, note: scope.note });
    const ended = exit.ok ? endOf(exit.value, script.source) : exit;
    const read = exit.ok ? await values?.read() : undefined; // also of a command that failed: its file goes
    return read === undefined || !ended.ok ? ended : read.ok ? ok({ values: read.value }) : read;
  }
  if (scope.terminal === undefined) {
    return err({ code: 'task-refused', message: `${step.id} is interactive and sbx has no terminal`, hint: 'run it from a terminal' });
  }
  const exit = await session.value.terminal(job, scope.terminal, scope.signal);
  return exit.ok ? endOf(exit.value, script.source) : exit;
}

/** The place's word that it holds a result is taken back before the command runs, and given again by lookAfter, once the inputs were looked at. */
export function doubt(workspace: string, action: Action): NonNullable<Job['mark']> {
  return { path: `${workspace}/.sbx/holds/${action.id}`, value: '' };
}

/** Only exit 0 is success. */
export function endOf(exit: Exit, command: string): Result<Produced, Failure> {
  if ('signal' in exit) {
    const hint = exit.signal === 'SIGKILL' ? { hint: KILLED } : {};
    return err({ code: 'command-signalled', message: `the command was ended by ${exit.signal}`, command, ...hint });
  }
  if (exit.code === 0) return ok({});
  const failure: Failure = { code: 'command-failed', message: `the command exited with ${exit.code}`, command, exitCode: exit.code };
  const hint = HINTS.get(exit.code);
  return err(hint === undefined ? failure : { ...failure, hint });
}

const KILLED = 'something killed a part of it: often the system, for want of memory';

const HINTS: ReadonlyMap<number, string> = new Map([
  [126, 'a file that it runs is not executable'],
  [127, 'a command that it runs does not exist in this place'],
  [137, KILLED],
  [139, 'a part of it crashed (SIGSEGV)'],
]);
