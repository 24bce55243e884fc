import type PQueue from 'p-queue';

/** Slots for steps: `-j` of them in all, and those of the named pools. */
export interface Pools {
  /** Runs `work` as soon as a slot of its pool (if any) and then one of all is free; the higher priority first. */
  within<T>(pool: string | undefined, priority: number, work: () => Promise<T>): Promise<T>;
}

/** `jobs` of -j; `slots` of each named pool. The package is loaded only when a step is executed. */
export async function openPools(jobs: number, slots: ReadonlyMap<string, number>): Promise<Pools> {
  const { default: Queue } = await import('p-queue');
  const all = new Queue({ concurrency: Math.max(1, jobs) });
  const named = new Map<string, PQueue>();
  for (const [name, concurrency] of slots) named.set(name, new Queue({ concurrency: Math.max(1, concurrency) }));
  return {
    within(pool, priority, work) {
      // The scarce slot first: a step that waits for its pool does not take one of all from others.
      const inAll = () => all.add(work, { priority });
      const queue = pool === undefined ? undefined : named.get(pool);
      return queue === undefined ? inAll() : queue.add(inAll, { priority });
    },
  };
}
