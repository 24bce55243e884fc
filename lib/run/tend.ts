import { pruneRuns } from './journal.ts';
import type { Memory } from './memory.ts';
import type { RunRequest } from './run-request.ts';
import { isTendingDue } from './tended.ts';
import { pruneTrash } from './trash.ts';

/** What is due at the end of a run: once a day the store and what killed processes left, and after each run that executed something its journals and trash. */
export async function tend({ io, folders, project }: RunRequest, { records }: Memory, run: string, executed: boolean): Promise<void> {
  const isDue = isTendingDue(io, folders.project);
  // Runs that found nothing to do leave journals too.
  if (executed || isDue) {
    pruneRuns(io.files, folders.project, run);
    pruneTrash(io.files, folders.project, io.clock.now());
  }
  if (!isDue) return;
  const { tendStore } = await import('./store-gc.ts');
  const keys = [...project.steps.keys()].flatMap((step) => records.last(step)?.key ?? []);
  tendStore(io, folders.cache, folders.project, keys, project.cache);
  const { leftoversOfProject, sweepLeftovers } = await import('./leftovers.ts');
  sweepLeftovers(io, leftoversOfProject(folders.project, folders.state));
}
