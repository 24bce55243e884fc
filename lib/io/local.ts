import { err, ok, type Result } from '../base/result.ts';
import type { Exit } from '../model/exit.ts';
import type { Failure } from '../model/failure.ts';
import type { Io, LocalCommand } from '../model/io.ts';
import type { Job, ProgramEnd, ProgramStreams, Sandbox, Session } from '../model/sandbox.ts';
import type { Pairs } from '../model/value.ts';
import { baseEnvironment } from './base-environment.ts';
import { commandMissing, findExecutable } from './executable.ts';
import { PORTS_HERE } from './ports.ts';
import { INTERPRETERS, shellProgram } from './script.ts';

type LocalIo = Pick<Io, 'spawn' | 'files' | 'environment'>;

/** Longer programs go in by the standard input: Linux takes at most 128 KiB in one word. */
const LONGEST_WORD = 96 * 1024;
const STDERR_KEPT = 8 * 1024;
const PROGRAM_GRACE = 2000;

/** This computer as a place. Connecting always succeeds. */
export function localSandbox(name: string, io: LocalIo): Sandbox {
  return { name, kind: 'local', target: 'local', connect: async () => ok(localSession(io)) };
}

function localSession(io: LocalIo): Session {
  const base = baseEnvironment(io.environment);
  return {
    program: (text, args, streams) => program(io, base, text, args, streams),
    supervise: async (job, streams) => {
      const command = commandOf(job, base, io);
      if (!command.ok) return command;
      return marked(job, io, () =>
        io.spawn(command.value, { signal: streams.signal, hurry: streams.hurry, stdout: streams.output, stderr: streams.output }),
      );
    },
    terminal: async (job, _terminal, signal) => {
      const command = commandOf(job, base, io, true);
      if (!command.ok) return command;
      return marked(job, io, () => io.spawn(command.value, { signal, stdout: () => {}, stderr: () => {} }));
    },
    ...PORTS_HERE,
    [Symbol.asyncDispose]: async () => {},
  };
}

async function program(
  io: LocalIo,
  base: Pairs,
  text: string,
  args: readonly string[],
  streams: ProgramStreams,
): Promise<Result<ProgramEnd, Failure>> {
  const chunks: Uint8Array[] = [];
  let stderr: Uint8Array = new Uint8Array();
  const command: LocalCommand = {
    file: 'sh',
    args: ['-c', text, 'sh', ...args],
    cwd: io.environment.get('HOME') ?? '/',
    env: base,
    stdin: streams.stdin ?? new Uint8Array(),
    killGrace: PROGRAM_GRACE,
  };
  const exit = await io.spawn(command, {
    signal: streams.signal,
    stdout: streams.stdout ?? ((chunk) => void chunks.push(chunk)),
    stderr: (chunk) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-STDERR_KEPT);
    },
  });
  return exit.ok ? ok({ exit: exit.value, stdout: Buffer.concat(chunks), stderr: Buffer.from(stderr).toString() }) : exit;
}

/** The command of a job: both streams go into one pipe, so that their order is kept. On a terminal they stay what they are. */
function commandOf(job: Job, base: Pairs, io: LocalIo, terminal = false): Result<LocalCommand, Failure> {
  const env = merged([...base, ...job.env, ['SBX_RUN', job.run], ['SBX_ATTEMPT', job.attempt]]);
  const common = { cwd: job.cwd, env, killGrace: job.killGrace, ...(terminal ? { terminal: true as const } : { joined: true as const }) };
  const join = terminal ? '' : 'exec 2>&1; ';
  const { script } = job;
  if (script.shell === 'argv') {
    const [word = ''] = script.words;
    const path = env.find(([name]) => name === 'PATH')?.[1] ?? '';
    // Looked up here, since sh would only say 127; the near miss is worth it.
    if (findExecutable(word, path, job.cwd, io.files) === undefined && io.files.existsSync(job.cwd)) {
      return err({ ...commandMissing(word, path, job.cwd, io.files), command: script.source });
    }
    return ok({ ...common, file: 'sh', args: ['-c', `${join}exec "$@"`, 'sh', ...script.words] });
  }
  // The environment is given by exec; only a sourced file could overwrite it, so then it is set once more after that.
  const text = join + shellProgram(script, job.source === undefined ? [] : job.env, job.source);
  const [file, ...flags] = INTERPRETERS[script.shell];
  if (Buffer.byteLength(text) < LONGEST_WORD) return ok({ ...common, file, args: [...flags, '-c', text] });
  if (terminal) return err({ code: 'command-too-long', message: 'an interactive command holds at most 96 KiB', command: script.source });
  return ok({ ...common, file, args: [...flags, '-c', 'eval "$(cat)" </dev/null'], stdin: Buffer.from(text) });
}

function merged(pairs: Pairs): Pairs {
  return [...new Map(pairs)];
}

/** Keeps `job.mark` true: gone before the command starts, written after its success only. */
async function marked(job: Job, io: LocalIo, start: () => Promise<Result<Exit, Failure>>): Promise<Result<Exit, Failure>> {
  if (job.mark === undefined) return start();
  try {
    io.files.rmSync(job.mark.path, { force: true });
    const exit = await start();
    if (exit.ok && 'code' in exit.value && exit.value.code === 0) {
      io.files.mkdirSync(job.mark.path.slice(0, job.mark.path.lastIndexOf('/')) || '/', { recursive: true });
      io.files.writeFileSync(job.mark.path, job.mark.value);
    }
    return exit;
  } catch (error) {
    return err({ code: 'local-io', message: `${job.mark.path}: ${(error as Error).message}` });
  }
}
