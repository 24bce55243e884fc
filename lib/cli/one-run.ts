import type { Files, Folders } from '../model/io.ts';
import { EXIT } from '../run/exit-code.ts';
import { type JournalRead, listRuns, readJournal } from '../run/journal.ts';
import { type Call, complain } from './call.ts';

/** A run that left a journal. */
interface OneRun {
  readonly run: string;
  readonly journal: JournalRead;
}

/** The run of this name, else the newest. A number: there is none, which was said; it is the exit code. */
export function oneRun(call: Call, files: Files, folders: Folders, name = call.words.operands[0]): OneRun | number {
  const runs = listRuns(files, folders.project);
  const run = name ?? runs[0]?.run;
  const journal = run === undefined ? undefined : readJournal(files, folders.project, run);
  if (run !== undefined && journal !== undefined) return { run, journal };
  const known = runs.slice(0, 10).map((one) => one.run);
  complain(call, {
    message: run === undefined ? 'nothing was run here yet' : `there is no run ${run}`,
    ...(known.length > 0 ? { hint: `the newest: ${known.join(', ')}` } : {}),
  });
  return EXIT.failed;
}

/** Said on standard error where the journal is not whole. */
export function sayTorn(call: Call, { run, journal }: OneRun): void {
  if (!journal.whole) call.err.write(`the journal of ${run} ends early: the run was killed, or the file was damaged\n`);
}
