// Preloaded by a process whose clock is to be wrong (`node --import`): SBX_TEST_CLOCK names a file with the history of that clock.
import fs, { appendFileSync, readFileSync, type Stats } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * A clock that is off and may jump, also while a process runs, as the clock of a whole computer: what is written carries the time that this clock showed
 * then, whatever it shows now. Lines of `SINCE OFF`: from the real time SINCE on it is OFF milliseconds ahead.
 */
export interface WrongClock {
  readonly file: string;
  /** From now on. */
  set(ahead: number): void;
  /** What it shows now. */
  now(): number;
}

export function wrongClock(file: string, ahead: number): WrongClock {
  const set = (off: number): void => appendFileSync(file, `${Date.now()} ${off}\n`);
  appendFileSync(file, `0 ${ahead}\n`);
  return { file, set, now: () => Date.now() + aheadAt(historyIn(file), Date.now()) };
}

type History = readonly (readonly [since: number, ahead: number])[];

function historyIn(file: string): History {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => line.split(' ').map(Number) as [number, number]);
}

function aheadAt(history: History, time: number): number {
  return history.findLast(([since]) => since <= time)?.[1] ?? 0;
}

/** Of the process that loads this, for good. */
function install(file: string): void {
  const Real = Date;
  const { lstatSync, statSync, fstatSync, utimesSync, futimesSync } = fs;
  const real = { lstatSync, statSync, fstatSync, utimesSync, futimesSync };
  let known: { readonly at: number; readonly history: History } | undefined;
  const history = (): History => {
    const at = real.statSync(file).size;
    if (known?.at !== at) known = { at, history: historyIn(file) };
    return known.history;
  };
  const now = (): number => Real.now() + aheadAt(history(), Real.now());
  globalThis.Date = class extends Real {
    constructor(...parts: []) {
      super(...((parts.length === 0 ? [now()] : parts) as []));
    }
    static override now(): number {
      return now();
    }
  } as DateConstructor;
  // Times that were set by hand are what they were set to: those are not between the start of the test and now.
  const first = Real.now() - 3_600_000;
  const shown = (time: number): number => (time > first && time <= Real.now() + 1000 ? time + aheadAt(history(), time) : time);
  const dated = <T>(seen: T): T => {
    const stats = seen as unknown as Stats | undefined;
    if (typeof stats?.mtimeMs === 'number') Object.assign(stats, { mtimeMs: shown(stats.mtimeMs), ctimeMs: shown(stats.ctimeMs) });
    return seen;
  };
  Object.assign(fs, {
    lstatSync: (...args: Parameters<typeof lstatSync>) => dated(real.lstatSync(...args)),
    statSync: (...args: Parameters<typeof statSync>) => dated(real.statSync(...args)),
    fstatSync: (...args: Parameters<typeof fstatSync>) => dated(real.fstatSync(...args)),
  });
  syncBuiltinESMExports();
}

const own = process.env.SBX_TEST_CLOCK;
if (own !== undefined) install(own);
