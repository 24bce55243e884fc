// Subjects in turn, like `compare`, for what may also be done within this process; and what they left is looked at, since a quick wrong transfer is worth nothing.
import type { Result } from '../cases.ts';
import { type Command, median, run, type Sample } from '../measure.ts';

export interface Trial {
  readonly name: string;
  readonly once: () => Sample | Promise<Sample>;
  /** Brings both sides into the state that is measured. */
  readonly before?: () => void | Promise<void>;
  /** What is wrong with what it left; asked after each round, before anybody changes anything. */
  readonly check?: () => string | undefined;
}

export const command = (words: Command): (() => Sample) => {
  return () => run(words);
};

/** The CPU time of what is done in this process, which has other work too, says nothing. */
export const within =
  (work: () => Promise<unknown>): (() => Promise<Sample>) =>
  async () => {
    const since = performance.now();
    await work();
    return { cpu: Number.NaN, wall: performance.now() - since };
  };

/** Who takes long is tried less often: three times, and twice if that took a minute. */
const isEnough = (walls: readonly number[]): boolean => {
  const spent = walls.reduce((sum, one) => sum + one, 0);
  return (walls.length >= 3 && spent > 10_000) || (walls.length >= 2 && spent > 40_000);
};

export async function alternate(name: string, trials: readonly Trial[], rounds: number): Promise<Result[]> {
  const samples = new Map<Trial, Sample[]>(trials.map((one) => [one, []]));
  const wrong = new Map<Trial, string>();
  for (let round = 0; round < rounds; round++) {
    for (const [trial, own] of samples) {
      if (wrong.has(trial) || isEnough(own.map((one) => one.wall))) continue;
      try {
        await trial.before?.();
        own.push(await trial.once());
        const fault = trial.check?.();
        if (fault !== undefined) wrong.set(trial, fault);
      } catch (error) {
        wrong.set(trial, (error as Error).message);
      }
    }
  }
  return [...samples].map(([trial, own]) => {
    const fault = wrong.get(trial);
    return { case: name, tool: trial.name, ...(fault === undefined ? figuresOf(own) : { cpu: Number.NaN, void: fault }) };
  });
}

function figuresOf(own: readonly Sample[]): Omit<Result, 'case' | 'tool'> {
  const cpus = own.map((one) => one.cpu);
  const walls = own.map((one) => one.wall);
  return { cpu: median(cpus), cpuMin: Math.min(...cpus), wall: median(walls), wallMin: Math.min(...walls), walls, rounds: own.length };
}
