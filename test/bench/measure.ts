// What a command costs. CPU is that of the command and of all it waited for, from getrusage by way of bash's `time`; output goes nowhere.
import { spawnSync } from 'node:child_process';

export interface Command {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env?: { readonly [name: string]: string };
}

export interface Sample {
  /** Milliseconds, user and system together. */
  readonly cpu: number;
  readonly wall: number;
}

export interface Subject {
  readonly name: string;
  readonly command: Command;
  /** Brings the folder into the state that is measured; not measured. */
  readonly before?: () => void;
}

export interface Measured {
  readonly name: string;
  readonly rounds: number;
  readonly cpu: number; // medians
  readonly cpuMin: number;
  readonly wall: number;
}

const SCRIPT = 'TIMEFORMAT="%3R %3U %3S"; time "$@" </dev/null >/dev/null 2>/dev/null';

/** One run. Throws if the command fails: the cost of a failure says nothing. */
export function run(command: Command): Sample {
  const { status, stderr } = spawnSync('bash', ['-c', SCRIPT, 'bash', ...command.words], {
    cwd: command.cwd,
    env: environment(command),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`exit ${status}: (cd ${command.cwd}; ${command.words.join(' ')})`); // run it there to see why
  const [wall, user, system] = stderr.trim().split(/\s+/).map(Number);
  return { cpu: ((user ?? 0) + (system ?? 0)) * 1000, wall: (wall ?? 0) * 1000 };
}

/** Peak resident memory of the command's largest process in MiB; undefined where there is no GNU time. */
export function peakMemory(command: Command): number | undefined {
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', 'peak %M', ...command.words], {
    cwd: command.cwd,
    env: environment(command),
    encoding: 'utf8',
  });
  const kib = /peak (\d+)\s*$/.exec(stderr ?? '')?.[1];
  return status === 0 && kib ? Number(kib) / 1024 : undefined;
}

/** All subjects in turn, again and again, so that a busy moment of the machine meets them all. A slow subject gets fewer rounds. */
export function compare(subjects: readonly Subject[], rounds: number): Measured[] {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, command, before } of subjects) {
      const own = samples.get(name) ?? [];
      const spent = own.reduce((sum, one) => sum + one.wall, 0);
      if (own.length >= 3 && spent > 6000) continue;
      before?.();
      own.push(run(command));
    }
  }
  return subjects.map(({ name }) => {
    const own = samples.get(name) ?? [];
    const cpus = own.map((one) => one.cpu);
    return { name, rounds: own.length, cpu: median(cpus), cpuMin: Math.min(...cpus), wall: median(own.map((one) => one.wall)) };
  });
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** On some machines NODE_EXTRA_CA_CERTS costs every start of Node 36 ms: it is left out, as is all else. */
function environment({ cwd, env }: Command): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: `${cwd}/.home`, LANG: 'C.UTF-8', TERM: 'dumb', ...env };
}
