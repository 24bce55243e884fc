import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { err, ok, type Result } from '../base/result.ts';
import type { Exit } from '../model/exit.ts';
import type { Failure } from '../model/failure.ts';
import type { LocalCommand, LocalStreams, Spawn } from '../model/io.ts';
import { commandMissing } from './executable.ts';
import { realFiles } from './io.ts';
import { monotonic } from './process-clock.ts';
import { endTagged, endTree } from './process-tree.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

// Runs children of this computer. Knows nothing of steps: a command is a step's if its environment carries the tag.

/** The variable whose value is unique for each attempt of a step: what a command starts is known by it, even outside of its group. */
const ATTEMPT = 'SBX_ATTEMPT';
/** The same for all commands of a run. */
const RUN = 'SBX_RUN';

/** After the exit a background child may hold the pipes: what comes within this quiet time still counts, up to the limit. Milliseconds. */
const QUIET = 100;
const DRAIN_LIMIT = 2000;

/** Node's child processes as the port Spawn. The watchdog is started with the first tagged command, and anew where it has left meanwhile. */
export function realSpawn(): Spawn {
  const watchdogs = new Map<string, Watchdog>();
  return (command, streams) => {
    const attempt = tagOf(command, ATTEMPT);
    if (attempt === undefined) return runChild(command, streams, undefined, undefined);
    const run = tagOf(command, RUN) ?? attempt;
    const known = watchdogs.get(run);
    const watchdog = known && !known.isGone ? known : startWatchdog(variable(command, 'PATH') ?? '/usr/bin:/bin', run, command.killGrace);
    watchdogs.set(run, watchdog);
    return runChild(command, streams, attempt, watchdog);
  };
}

/** Ends all that commands of a run left that is no more. `living` is called if there is something; `hurry` ends the grace. */
export function endRun(run: string, killGrace: number, living: () => void, hurry: AbortSignal): Promise<void> {
  return endTagged(`${RUN}=${run}`, killGrace, living, hurry);
}

function variable(command: LocalCommand, name: string): string | undefined {
  return command.env.find(([key]) => key === name)?.[1];
}

function tagOf(command: LocalCommand, name: string): string | undefined {
  const value = variable(command, name);
  return value === undefined ? undefined : `${name}=${value}`;
}

async function runChild(
  command: LocalCommand,
  streams: LocalStreams,
  tag: string | undefined,
  watchdog: Watchdog | undefined,
): Promise<Result<Exit, Failure>> {
  if (streams.signal.aborted) return err({ code: 'cancelled', message: `${command.file} was not started` });
  let group: number | undefined;
  watchdog?.begin();
  try {
    const child = start(command);
    if (!child.ok) return child;
    if (command.terminal !== true) group = child.value.pid;
    if (group !== undefined) watchdog?.group(group);
    return await follow(child.value, command, streams, tag);
  } finally {
    watchdog?.end(group);
  }
}

function start(command: LocalCommand): Result<ChildProcess, Failure> {
  const input = command.stdin === undefined ? 'ignore' : 'pipe';
  try {
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: Object.fromEntries(command.env),
      detached: command.terminal !== true,
      stdio: command.terminal === true ? 'inherit' : [input, 'pipe', command.joined === true ? 'ignore' : 'pipe'],
    });
    return ok(child);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error; // a bug
    return err(startFailure(error as NodeJS.ErrnoException, command)); // E2BIG, and NUL in a word, are thrown; the rest is an event
  }
}

function startFailure(error: NodeJS.ErrnoException, command: LocalCommand): Failure {
  if (error.code === 'E2BIG') {
    const hint = 'one word or variable holds at most 128 KiB, all of them some 2 MiB; pass it in a file';
    return { code: 'command-too-long', message: 'the command with its environment is longer than the system allows', hint };
  }
  if (error.code === 'ENOENT' || error.code === 'EACCES') {
    const folder = realFiles.statSync(command.cwd, { throwIfNoEntry: false });
    if (folder?.isDirectory() !== true) return { code: 'local-io', message: `the folder ${command.cwd} does not exist` };
    return commandMissing(command.file, variable(command, 'PATH') ?? '', command.cwd, realFiles);
  }
  if (error.code === 'ERR_INVALID_ARG_VALUE') return { code: 'task-refused', message: 'a word or variable of the command contains NUL' };
  return { code: 'local-io', message: `${command.file} could not be started: ${error.message}` };
}

function follow(
  child: ChildProcess,
  command: LocalCommand,
  streams: LocalStreams,
  tag: string | undefined,
): Promise<Result<Exit, Failure>> {
  return new Promise((settle) => {
    let exit: Exit | undefined;
    let ending: Promise<void> | undefined;
    let drain: NodeJS.Timeout | undefined;
    let heard = 0;
    const end = (): void => {
      if (child.pid === undefined) return;
      ending = endTree({ pid: child.pid, ownGroup: command.terminal !== true, tag }, command.killGrace, streams.hurry);
    };
    const finish = async (result: Result<Exit, Failure>): Promise<void> => {
      clearTimeout(drain);
      streams.signal.removeEventListener('abort', end);
      child.stdout?.destroy();
      child.stderr?.destroy();
      await ending;
      settle(result);
    };
    const listen = (sink: (chunk: Uint8Array) => void) => (chunk: Uint8Array) => {
      heard = monotonic();
      sink(chunk);
    };
    child.stdout?.on('data', listen(streams.stdout));
    child.stderr?.on('data', listen(streams.stderr));
    child.once('error', (error) => {
      if (child.pid === undefined) void finish(err(startFailure(error, command)));
    });
    child.once('exit', (code, signal) => {
      exit = signal === null ? { code: code ?? 1 } : { signal };
      const left = monotonic();
      const look = (): void => {
        const now = monotonic();
        if (now - heard >= QUIET || now - left >= DRAIN_LIMIT) void finish(ok(exit ?? { code: 1 }));
        else waitThenLook();
      };
      // Timers come before pipes are read: where something else kept the engine busy, what was written long ago is heard only now.
      const waitThenLook = (): void => {
        drain = setTimeout(() => setImmediate(look), QUIET);
      };
      waitThenLook();
    });
    child.once('close', () => {
      if (exit !== undefined) void finish(ok(exit));
    });
    streams.signal.addEventListener('abort', end, { once: true });
    if (command.stdin !== undefined && child.stdin) feed(child.stdin, command.stdin);
  });
}

function feed(input: NodeJS.WritableStream, bytes: Uint8Array | AsyncIterable<Uint8Array>): void {
  input.on('error', () => {}); // the child may leave without reading all: its exit says what that means
  if (bytes instanceof Uint8Array) input.end(bytes);
  else void pour(input, bytes);
}

async function pour(input: NodeJS.WritableStream, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (!input.writable) break;
      if (!input.write(chunk)) await Promise.race([once(input, 'drain'), once(input, 'close')]);
    }
  } catch {
    // the same: what went wrong shows in the exit
  }
  input.end();
}
