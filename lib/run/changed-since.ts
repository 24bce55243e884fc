import { sameFile } from '../io/hash.ts';
import type { PlannedAction } from '../model/plan.ts';
import { treeDifference } from '../plan/staleness.ts';
import type { ProjectLook } from './look.ts';
import type { Reading } from './reading.ts';

/**
 * Inputs of a step here that are not what its fingerprint says, or were something else meanwhile: looked at again after it. What a far side reads is the
 * tree of its receipt.
 */
export function changedSince(
  { action, record }: PlannedAction,
  before: Reading | undefined,
  look: Pick<ProjectLook, 'reading'>,
): readonly string[] {
  if (action.draft.reads.is !== 'files' || record.inputs === null) return [];
  const now = look.reading(action);
  if (now?.tree.digest === record.inputs) return touchedSince(before, now);
  const { changed, added, removed } = treeDifference(before?.tree, now?.tree);
  const paths = [...changed, ...added, ...removed].sort();
  return paths.length > 0 ? paths : ['an input'];
}

/** Files whose content is the same again: what the step read of them is not known. */
function touchedSince(before: Reading | undefined, now: Reading): readonly string[] {
  if (before === undefined) return ['an input'];
  const paths: string[] = [];
  for (const [path, seen] of now.seen) {
    const was = before.seen.get(path);
    if (was === undefined || !sameFile(was, seen)) paths.push(path);
  }
  return paths;
}
