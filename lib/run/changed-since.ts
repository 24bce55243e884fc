import { sameFile } from '../io/hash.ts';
import type { PlannedAction } from '../model/plan.ts';
import { treeDifference } from '../plan/staleness.ts';
import type { ProjectLook } from './look.ts';
import type { Reading } from './reading.ts';

/** What of the inputs of a step was not the same all the time while it ran. */
interface Disturbed {
  readonly paths: readonly string[];
  /** Their content is the same again. */
  readonly isPutBack: boolean;
}

/**
 * Inputs of a step here that are not what its fingerprint says, or were something else meanwhile: looked at again after it. What a far side reads is the
 * tree of its receipt.
 */
export function changedSince(
  { action, record }: PlannedAction,
  before: Reading | undefined,
  look: Pick<ProjectLook, 'reading'>,
): Disturbed {
  if (action.draft.reads.is !== 'files' || record.inputs === null) return { paths: [], isPutBack: false };
  const now = look.reading(action);
  if (now?.tree.digest === record.inputs) return { paths: touchedSince(before, now), isPutBack: true };
  const { changed, added, removed } = treeDifference(before?.tree, now?.tree);
  const paths = [...changed, ...added, ...removed].sort();
  return { paths: paths.length > 0 ? paths : ['an input'], isPutBack: false };
}

/** Files whose content is the same again: what the step read of them is not known. */
function touchedSince(before: Reading | undefined, now: Reading): readonly string[] {
  if (before === undefined) return ['an input'];
  const paths: string[] = [];
  const old = before.seen();
  for (const [path, seen] of now.seen()) {
    const was = old.get(path);
    if (was === undefined || !sameFile(was, seen)) paths.push(path);
  }
  return paths;
}
