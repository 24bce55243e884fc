import { type Shares, Slots } from './slots.ts';

/** Slots for steps: `-j` of them in all, and those of the named pools. */
export interface Pools {
  /**
   * Runs `work` as soon as its shares of named pools and then one slot of all are free; the higher priority first. They are free again when what waits
   * for the result had its turn: a step that this one let go may be more urgent than those in the line.
   */
  within<T>(shares: Shares, priority: number, work: () => Promise<T>): Promise<T>;
}

/** `jobs` of -j; `slots` of each named pool. The package is loaded only when a step is executed. */
export async function openPools(jobs: number, slots: ReadonlyMap<string, number>): Promise<Pools> {
  const { default: Queue } = await import('p-queue');
  const all = new Queue({ concurrency: Math.max(1, jobs) });
  const named = new Slots(slots);
  return {
    async within(shares, priority, work) {
      // The scarce slots first: a step that waits for its pools does not take one of all from others.
      const giveBack = shares.length === 0 ? undefined : await named.take(shares, priority);
      return await new Promise((resolve, reject) => {
        const inAll = async (): Promise<void> => {
          await work().then(resolve, reject);
          await new Promise((turn) => setImmediate(turn));
          giveBack?.();
        };
        void all.add(inAll, { priority });
      });
    },
  };
}
