// Runs test files, several at a time, the longest first so that none is left alone at the end.
import { findTests, type Length } from './find-tests.ts';
import type { FileReport } from './report.ts';
import { type FileToRun, runFile } from './run-file.ts';

/** Patience only: nobody waits so long on a machine with nothing else to do. */
const TIMEOUTS = { file: 400_000, test: 150_000 };

/** Milliseconds that a file of these folders is likely to take where it was never run. */
const GUESSES = [
  ['torture/', 120_000],
  ['e2e/', 60_000],
  ['contract/', 20_000],
] as const;

interface Selection {
  /** Folder of emitted tests, absolute. */
  readonly root: string;
  /** Folder of their sources. */
  readonly sources: string;
  /** Parts of file names; none: all files. */
  readonly patterns: readonly string[];
  readonly length?: Length;
}

interface Manner {
  readonly jobs: number;
  /** Milliseconds that each file took last time. */
  readonly durations: { readonly [file: string]: number };
  readonly ended: (report: FileReport) => void;
}

/** A file that says `// rig: alone` runs while no other does; `// rig: timeout 300s` gives it and each of its tests that long. */
interface Wish {
  readonly alone: boolean;
  readonly timeout?: number;
}

function wishOf(text: string): Wish {
  const said = /^\/\/ rig: (.*)$/m.exec(text)?.[1] ?? '';
  const seconds = /\btimeout (\d+)s\b/.exec(said)?.[1];
  return { alone: /\balone\b/.test(said), ...(seconds ? { timeout: Number(seconds) * 1000 } : {}) };
}

export async function runAll(selection: Selection, manner: Manner): Promise<FileReport[]> {
  const files = findTests(selection).map((found) => ({ ...found, wish: wishOf(found.text) }));
  const weight = (file: string): number => manner.durations[file] ?? GUESSES.find(([folder]) => file.startsWith(folder))?.[1] ?? 1000;
  const queue = files.sort((a, b) => Number(a.wish.alone) - Number(b.wish.alone) || weight(b.file) - weight(a.file));
  const reports: FileReport[] = [];
  const one = async (next: (typeof queue)[number]): Promise<void> => {
    const { timeout } = next.wish;
    const limits = timeout === undefined ? TIMEOUTS : { file: Math.max(timeout, TIMEOUTS.file), test: timeout };
    const report = await runFile({ path: next.path, file: next.file, limits } satisfies FileToRun);
    reports.push(report);
    manner.ended(report);
  };
  const together = queue.filter((next) => !next.wish.alone);
  const lane = async (): Promise<void> => {
    for (let next = together.shift(); next; next = together.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: manner.jobs }, lane));
  for (const next of queue.filter((each) => each.wish.alone)) await one(next);
  return reports;
}
