import { posix } from 'node:path';
import { err, ok, type Result } from '../lib/base/result.ts';
import { newTail } from '../lib/base/tail.ts';
import { thrownText } from '../lib/base/thrown.ts';
import type { Ended, ExecOptions, TaskDefinition, TaskScope } from '../lib/extension/definition.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Outputs } from '../lib/model/output.ts';
import type { Action } from '../lib/model/plan.ts';
import type { Job, Session } from '../lib/model/sandbox.ts';
import type { RunScope } from '../lib/task.ts';
import { Begun } from './begun.ts';
import { doubt, endOf, runCommand } from './command.ts';

// What the code of an extension is given to run a step, and what becomes of what it throws.

/** Bytes of a command's output that its task gets. */
const KEPT = 1024 * 1024;

/** Lets a failure of ours pass through code that is not. */
class Thrown extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export interface Performed {
  /** What `run` of the task gave, unchecked. */
  readonly given: unknown;
  /** The values that its command wrote. */
  readonly written: Outputs | undefined;
}

/** Calls its code: what it throws from a timer or an event rejects as well. */
export type Within = <T>(work: () => Promise<T>) => Promise<T>;

export async function performed(
  definition: TaskDefinition,
  action: Action,
  scope: RunScope,
  within: Within,
): Promise<Result<Performed, Failure>> {
  const session = await scope.session();
  if (!session.ok) return session;
  const workspace = await scope.workspace();
  if (!workspace.ok) return workspace;
  const begun = new Begun();
  // With the step ends all that it started, whoever waits for it.
  const end = new AbortController();
  const stop = (): void => end.abort(scope.signal.reason);
  scope.signal.addEventListener('abort', stop, { once: true });
  if (scope.signal.aborted) stop();
  try {
    let written: Outputs | undefined;
    const wrote = (values: Outputs | undefined): void => {
      written = values;
    };
    const inner: RunScope = Object.create(scope, { signal: { value: end.signal } });
    const its = scopeFor(action, inner, session.value, workspace.value, { begun, wrote });
    const run = async (): Promise<unknown> => {
      const given = await definition.run(its);
      await begun.unheard();
      return given;
    };
    const given = await settled(within(run), scope);
    return given.ok ? ok({ given: given.value, written }) : given;
  } catch (thrown) {
    if (thrown instanceof Thrown) return err(thrown.failure);
    if (thrown instanceof Error) scope.output(Buffer.from(`${thrown.stack ?? thrown.message}\n`));
    return err({ code: 'extension-failed', message: thrownText(thrown) });
  } finally {
    scope.signal.removeEventListener('abort', stop);
    end.abort();
    await begun.ended();
  }
}

/** Who was told to end and does not is left: its promise may never settle. */
function settled(promise: Promise<unknown>, { signal, hurry, killGrace }: RunScope): Promise<Result<unknown, Failure>> {
  return new Promise((resolve, reject) => {
    // A promise keeps no process alive: without a clock, sbx would just end where nothing else is under way.
    const alive = setInterval(() => {}, 2 ** 30);
    let grace: NodeJS.Timeout | undefined;
    const leave = (): void => {
      done();
      resolve(err({ code: 'cancelled', message: 'its task did not end' }));
    };
    const wait = (): void => {
      grace = setTimeout(leave, killGrace);
    };
    const done = (): void => {
      clearInterval(alive);
      clearTimeout(grace);
      signal.removeEventListener('abort', wait);
      hurry.removeEventListener('abort', leave);
    };
    signal.addEventListener('abort', wait, { once: true });
    hurry.addEventListener('abort', leave, { once: true });
    if (hurry.aborted) leave();
    else if (signal.aborted) wait();
    promise.then(
      (value) => {
        done();
        resolve(ok(value));
      },
      (thrown) => {
        done();
        reject(thrown);
      },
    );
  });
}

function scopeFor(
  action: Action,
  scope: RunScope,
  session: Session,
  workspace: string,
  { begun, wrote }: { readonly begun: Begun; readonly wrote: (values: Outputs | undefined) => void },
): TaskScope {
  const { step } = action;
  const dir = posix.join(workspace, step.dir);
  const exec = async (words: readonly string[], options: ExecOptions = {}): Promise<Ended> => {
    if (!Array.isArray(words) || words.length === 0 || words.some((word) => typeof word !== 'string' || word.includes('\0')))
      throw new TypeError('exec takes a list of words');
    const source = words.join(' ');
    const job: Job = {
      script: { shell: 'argv', words, source },
      cwd: posix.join(dir, options.dir ?? '.'),
      env: [...scope.env, ...Object.entries(options.env ?? {})],
      killGrace: scope.killGrace,
      attempt: scope.io.nonce(),
      run: scope.run,
      lasts: action.step.service !== undefined,
      ...(action.draft.makes.is === 'place' ? { mark: doubt(workspace, action) } : {}),
    };
    const said = newTail(KEPT);
    const output = (chunk: Uint8Array): void => {
      said.add(chunk);
      if (!options.quiet) scope.output(chunk);
    };
    const exit = await session.supervise(job, { signal: scope.signal, hurry: scope.hurry, output });
    if (!exit.ok) throw new Thrown(exit.error);
    const ended = endOf(exit.value, source);
    if (!ended.ok && !options.any) throw new Thrown(ended.error);
    return { code: 'code' in exit.value ? exit.value.code : undefined, output: said.text() };
  };
  const command = async (): Promise<Ended> => {
    if (step.script === undefined) throw new TypeError('the task has no `command: true`, so its steps have no `run`');
    const said = newTail(KEPT);
    const output = (chunk: Uint8Array): void => {
      said.add(chunk);
      scope.output(chunk);
    };
    const heard: RunScope = Object.create(scope, { output: { value: output } });
    const ran = await runCommand(action, heard, step.script);
    if (!ran.ok) throw new Thrown(ran.error);
    wrote(ran.value.values);
    return { code: 0, output: said.text() };
  };
  return {
    step: step.id,
    fields: structuredClone(step.fields) as TaskScope['fields'],
    sandbox: { name: scope.sandbox.name, local: scope.sandbox.kind === 'local' },
    dir,
    env: Object.fromEntries(scope.env),
    signal: scope.signal,
    exec: (words, options) => begun.add(exec(words, options)),
    command: () => begun.add(command()),
    output: (text) => {
      if (typeof text !== 'string' && !(text instanceof Uint8Array)) throw new TypeError('output takes a text or bytes');
      scope.output(typeof text === 'string' ? Buffer.from(text) : text);
    },
    note: (text) => scope.note(String(text)),
    progress: (done, total, unit = 'files') => scope.progress(done, total, unit),
  };
}
