/** Runs the commands of steps under strace, and reads what it wrote. Knows no project. */
import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok, type Result } from '../../base/result.ts';
import type { Traced } from '../../model/audit.ts';
import type { Failure } from '../../model/failure.ts';
import type { Files, Io, LocalCommand, Spawn } from '../../model/io.ts';
import { findExecutable } from '../executable.ts';
import { lives } from '../process-tree.ts';
import { errnoOf } from '../trouble.ts';
import { followStrace } from './follow.ts';

/**
 * strace as a grandchild (-D), so that the command stays our child: its exit, its signals and its background children come through as they are.
 * In a group of its own (-DD), so that `kill -9 0` does not end it. Only calls that name files, and those that list folders, are stopped at, by the kernel
 * where it can (--seccomp-bpf). No `-z`: it tears lines of processes that run side by side. Signals that may end a process are shown: strace tells of no end
 * by one that is not.
 */
const WORDS = ['-DD', '-f', '-q', '-y', '-s', '0', '-e', 'signal=!chld,urg,winch,cont', '-e', 'verbose=?clone3,?openat2'];
const CALLS = 'trace=%file,?getdents,?getdents64,?fchdir,?fork,?vfork,clone,?clone3,?io_uring_setup';
const FILTERS: readonly (readonly string[])[] = [['--seccomp-bpf'], []];

/** How strace can be started here: its first words. */
type Tracer = readonly string[];

/** Tries it out, in the very way that steps will be run. */
export async function findTracer(
  { files, environment, spawn }: Pick<Io, 'files' | 'environment' | 'spawn'>,
  os: string,
  log: string,
): Promise<Result<Tracer, Failure>> {
  if (os !== 'linux')
    return err({ code: 'local-io', message: '--audit needs strace, which is for Linux only', hint: 'run it there, e.g. in a container' });
  const path = environment.get('PATH') ?? '/usr/bin:/bin';
  const program = findExecutable('strace', path, '/', files);
  if (program === undefined) {
    return err({
      code: 'local-io',
      message: '--audit needs strace, and it is not on the PATH',
      hint: 'install it: apt-get install strace, or dnf install strace',
    });
  }
  let said = '';
  for (const filter of FILTERS) {
    const tracer = [program, ...filter, ...WORDS, '-e', CALLS];
    said = '';
    const listen = (chunk: Uint8Array): void => {
      said += Buffer.from(chunk).toString();
    };
    const [file = '', ...args] = [...tracer, '-o', log, '--', 'sh', '-c', 'exit 7'];
    const command: LocalCommand = { file, args, cwd: '/', env: [['PATH', path]], killGrace: 1000 };
    const exit = await spawn(command, { signal: new AbortController().signal, stdout: listen, stderr: listen });
    const traced = await readTrace(files, log, '/');
    if (exit.ok && 'code' in exit.value && exit.value.code === 7 && [...(traced?.touched.values() ?? [])].some(({ executed }) => executed))
      return ok(tracer);
  }
  const hint =
    'in a container: docker run --cap-add=SYS_PTRACE --security-opt seccomp=unconfined; else see sysctl kernel.yama.ptrace_scope';
  return err({ code: 'local-io', message: `strace cannot follow commands here: ${said.trim().split('\n')[0] || 'it saw nothing'}`, hint });
}

/** Spawns commands of steps under the tracer; `logOf`: where it writes. */
export function tracedSpawn(spawn: Spawn, tracer: Tracer, logOf: (step: string, run: string) => string): Spawn {
  const [program = '', ...words] = tracer;
  const busy = new Set<string>();
  return (command, streams) => {
    const of = new Map(command.env);
    const [step, run] = [of.get('SBX_STEP'), of.get('SBX_RUN')];
    // Only commands of steps have it: not those among inputs, nor what asks whether a service is ready.
    if (step === undefined || run === undefined || !of.has('SBX_STEP_HASH')) return spawn(command, streams);
    const log = logOf(step, run);
    if (busy.has(log)) return spawn(command, streams);
    busy.add(log);
    const traced = { ...command, file: program, args: [...words, '-o', log, '--', command.file, ...command.args] };
    return spawn(traced, streams).finally(() => busy.delete(log));
  };
}

/** strace writes the end of a process just before it can be seen, or just after. Milliseconds. */
const PATIENCE = 5000;
const CHUNK = 2 ** 20;

/** What the tracer saw until the command ended, with all that does not go on without it; removes the file. `cwd`: the folder in which the command began, without links in it. Undefined: there is none, so nothing was executed. */
export async function readTrace(files: Files, log: string, cwd: string): Promise<Traced | undefined> {
  let fd: number;
  try {
    fd = files.openSync(log, 'r');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
  try {
    const following = followStrace(cwd);
    const buffer = Buffer.alloc(CHUNK);
    let rest = '';
    for (const until = performance.now() + PATIENCE; ; ) {
      const got = files.readSync(fd, buffer, 0, CHUNK, null);
      const lines = (rest + buffer.toString('latin1', 0, got)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) following.line(line);
      if (got > 0) await sleep(0);
      else if (following.ended && following.living.every(lives)) return following.result();
      else if (performance.now() > until) break;
      else await sleep(10);
    }
    const traced = following.result();
    return { ...traced, gaps: [...traced.gaps, 'strace did not see the end of the command'] };
  } finally {
    files.closeSync(fd);
    files.rmSync(log, { force: true });
  }
}
