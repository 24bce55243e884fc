import { type Digest, digestOf } from '../base/digest.ts';
import { formatDuration } from '../base/duration.ts';
import { err, ok, type Result } from '../base/result.ts';
import { formatSize } from '../base/size.ts';
import { baseEnvironment } from '../io/base-environment.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Plan, PlannedAction } from '../model/plan.ts';
import type { Step, StepId } from '../model/project.ts';
import type { Pairs } from '../model/value.ts';

// The commands among the inputs of steps: what they print counts. Only runs come here; queries execute nothing.

/** What the commands of a step said, as digests, or why one of them said nothing that counts. */
export type CommandInputs = ReadonlyMap<StepId, Result<{ readonly [command: string]: Digest }, Failure>>;

export interface CommandBounds {
  /** Milliseconds. */
  readonly time: number;
  /** Bytes. */
  readonly size: number;
}

const BOUNDS: CommandBounds = { time: 60_000, size: 16 * 1024 * 1024 };
const GRACE = 1000;
const LINES_KEPT = 20;

interface Asking {
  readonly io: Io;
  readonly root: string;
  readonly run: string;
  readonly signal: AbortSignal;
  /** Takes secrets out of what is told. */
  readonly hide: (text: string) => string;
  readonly bounds: CommandBounds;
}

/** Runs them here, one after another, each once: two steps that say the same in one folder, with the same variables, have one answer. */
export async function askCommands(
  { actions }: Plan,
  { bounds = BOUNDS, ...given }: Omit<Asking, 'bounds'> & { readonly bounds?: CommandBounds },
): Promise<CommandInputs> {
  const asking: Asking = { ...given, bounds };
  const known = new Map<string, Result<Digest, Failure>>();
  const answers = new Map<StepId, Result<{ readonly [command: string]: Digest }, Failure>>();
  for (const { action } of actions) {
    const { step } = action;
    if (step.inputCommands === undefined || !step.enabled) continue;
    const env = givenTo(step, given.io.environment);
    const said: [string, Digest][] = [];
    let failure: Failure | undefined;
    for (const command of step.inputCommands) {
      const same = JSON.stringify([command, step.dir, env]);
      const answer = known.get(same) ?? (await ask(command, step, env, asking));
      known.set(same, answer);
      if (answer.ok) said.push([command, answer.value]);
      else failure ??= answer.error;
    }
    answers.set(step.id, failure === undefined ? ok(Object.fromEntries(said)) : err(failure));
  }
  return answers;
}

/** Those of a step that executed which print something else now, or nothing that counts: it may have read either. */
export async function changedCommands(
  { action: { step }, record }: PlannedAction,
  asking: Omit<Asking, 'bounds'>,
): Promise<readonly string[]> {
  const env = givenTo(step, asking.io.environment);
  const changed: string[] = [];
  for (const command of step.inputCommands ?? []) {
    const answer = await ask(command, step, env, { ...asking, bounds: BOUNDS });
    if (!answer.ok || answer.value !== record.commands?.[command]) changed.push(command);
  }
  return changed;
}

/** What the step says about its variables; all else is the same for all. */
function givenTo(step: Step, environment: ReadonlyMap<string, string>): Pairs {
  const passed = step.passEnv.flatMap((name) => {
    const value = environment.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return [...new Map([...passed, ...step.env])];
}

async function ask(command: string, step: Step, given: Pairs, asking: Asking): Promise<Result<Digest, Failure>> {
  const { io, root, run, signal, hide, bounds } = asking;
  const chunks: Uint8Array[] = [];
  let size = 0;
  let words = '';
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), bounds.time);
  const tags = [
    ['SBX_RUN', run],
    ['SBX_STEP', step.id],
    ['SBX_ATTEMPT', io.nonce()],
  ] as const;
  const env = [...new Map([...baseEnvironment(io.environment), ...given, ...tags])];
  const spawned = await io.spawn(
    { file: 'sh', args: ['-ec', command], cwd: step.dir === '.' ? root : `${root}/${step.dir}`, env, killGrace: GRACE },
    {
      signal: AbortSignal.any([signal, end.signal]),
      stdout: (chunk) => {
        size += chunk.length;
        if (size > bounds.size) end.abort();
        else chunks.push(Uint8Array.from(chunk));
      },
      stderr: (chunk) => {
        words = (words + Buffer.from(chunk).toString()).slice(-8192);
      },
    },
  );
  clearTimeout(timer);
  const wrong = (code: Failure['code'], what: string): Result<never, Failure> => {
    const lastLines = hide(words).trimEnd().split('\n').slice(-LINES_KEPT);
    return err({ code, message: `the command among its inputs ${what}`, command, ...(words === '' ? {} : { lastLines }) });
  };
  if (signal.aborted) return wrong('cancelled', 'was stopped');
  if (size > bounds.size) return wrong('command-failed', `printed more than ${formatSize(bounds.size)}`);
  if (end.signal.aborted) return wrong('timeout', `took longer than ${formatDuration(bounds.time)}`);
  if (!spawned.ok) return err({ ...spawned.error, command });
  const exit = spawned.value;
  if ('signal' in exit) return wrong('command-signalled', `was ended by ${exit.signal}`);
  return exit.code === 0 ? ok(digestOf(Buffer.concat(chunks))) : wrong('command-failed', `exited with ${exit.code}`);
}
