import { Session } from 'node:inspector';

// What of lib and tasks an input reaches, as the engine counts it: functions, and the blocks in them.

interface Ranges {
  readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
}

type Stretch = readonly [from: number, to: number];

/** Close it, or the engine goes on counting. */
export interface Coverage {
  close(): void;
  /** How many functions and blocks were reached since the last call that never were before. */
  news(): number;
}

export function watchCoverage(): Coverage {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  /** Blocks of each function that was reached which were not. */
  const waiting = new Map<string, Stretch[]>();
  return {
    close: () => session.disconnect(),
    news() {
      let found = 0;
      session.post('Profiler.takePreciseCoverage', (_, taken) => {
        for (const { url, functions } of taken?.result ?? []) {
          if (!/\/\.build\/(?:lib|tasks)\//.test(url)) continue;
          for (const one of functions) found += newIn(url, one, waiting);
        }
      });
      return found;
    },
  };
}

function newIn(url: string, { ranges }: Ranges, waiting: Map<string, Stretch[]>): number {
  const [whole] = ranges;
  if (whole === undefined || whole.count === 0) return 0;
  const name = `${url}:${whole.startOffset}`;
  const missed = ranges.filter(({ count }) => count === 0).map(({ startOffset, endOffset }): Stretch => [startOffset, endOffset]);
  const before = waiting.get(name);
  if (before === undefined) {
    waiting.set(name, missed);
    return 1;
  }
  const still = before.filter(([from, to]) => missed.some((one) => one[0] <= from && to <= one[1]));
  waiting.set(name, still);
  return before.length - still.length;
}
