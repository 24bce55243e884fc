import { errnoOf } from '../io/trouble.ts';
import type { Io } from '../model/io.ts';

// Apart from the collection itself, so that a run which only asks does not load it.

const DAY = 86_400_000;

/** The file whose mtime says when the store was last tended by this project. */
export function tendedStamp(projectFolder: string): string {
  return `${projectFolder}/tended`;
}

/** Whether `tendStore` should be called: a day has passed, or the clock was set back. */
export function isTendingDue(io: Pick<Io, 'files' | 'clock'>, projectFolder: string): boolean {
  try {
    const last = io.files.statSync(tendedStamp(projectFolder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const since = io.clock.now() - last;
    return since > DAY || since < -DAY;
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return false; // what cannot be asked now is asked by the next run
  }
}
