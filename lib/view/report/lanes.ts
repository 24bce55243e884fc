import type { SandboxName } from '../../model/project.ts';

interface Timed {
  readonly sandbox: SandboxName;
  /** Milliseconds since the run began; absent: it ran in none. */
  readonly start?: number;
  readonly ms: number;
}

/** To each the lowest lane of its place that was free when it began, from 0. */
export function lanesOf<T extends Timed>(steps: Iterable<T>): ReadonlyMap<T, number> {
  const lanes = new Map<T, number>();
  const ends = new Map<SandboxName, number[]>();
  const begun = [...steps].filter(({ start }) => start !== undefined).sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
  for (const step of begun) {
    const taken = ends.get(step.sandbox) ?? [];
    ends.set(step.sandbox, taken);
    const start = step.start ?? 0;
    const free = taken.findIndex((end) => end <= start);
    const lane = free < 0 ? taken.length : free;
    taken[lane] = start + step.ms;
    lanes.set(step, lane);
  }
  return lanes;
}
