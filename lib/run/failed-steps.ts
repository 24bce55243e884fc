import type { Files } from '../model/io.ts';
import type { Outcome } from '../model/outcome.ts';
import type { StepId } from '../model/project.ts';
import { listRuns, readJournal } from './journal.ts';
import { pastRun } from './past-run.ts';

/** What the last run that had a plan did not get done: steps that failed, and those that did not come to their end or their turn. Undefined: there was none. */
export function failedSteps(files: Files, folder: string): { readonly run: string; readonly steps: readonly StepId[] } | undefined {
  for (const { run } of listRuns(files, folder)) {
    const journal = readJournal(files, folder, run);
    const { steps } = journal === undefined ? { steps: new Map<StepId, never>() } : pastRun(run, journal);
    if (steps.size > 0) return { run, steps: [...steps].filter(([, { outcome }]) => isUndone(outcome)).map(([id]) => id) };
  }
  return undefined;
}

function isUndone(outcome: Outcome | undefined): boolean {
  switch (outcome?.is) {
    case 'fresh':
    case 'restored':
    case 'succeeded':
      return false;
    case 'skipped':
      return outcome.because.code === 'upstream-failed' || outcome.because.code === 'stopped';
    default:
      return true; // failed, cancelled, or cut off
  }
}
