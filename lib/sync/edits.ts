import type { TreeEntry } from '../model/tree.ts';
import { type FarEntry, sameEntry } from './diff.ts';
import { byPath } from './far-tree.ts';

// What is done about files that somebody edited on the far side. Pure; knows nothing of how they were found.

export type EditRule = 'overwrite' | 'keep' | 'fail';

interface Question {
  /** What is there, sorted. */
  readonly there: readonly FarEntry[];
  /** What was sent, a later entry of a path before an earlier one. */
  readonly sent: readonly TreeEntry[];
  /** Paths that may be other than what was sent. */
  readonly suspects: Iterable<string>;
  readonly wanted: readonly TreeEntry[];
  readonly rule: EditRule;
  /** What the build writes over: left as it is there until it changes here. */
  readonly generated: (path: string) => boolean;
}

export interface Settled {
  /** As they were asked with, but what is left alone is the same in both. */
  readonly there: readonly FarEntry[];
  readonly wanted: readonly TreeEntry[];
  /** Edited there, and neither kept nor generated: each list is sorted. */
  readonly overwritten: readonly string[];
  /** The same, and it is gone here. */
  readonly removed: readonly string[];
  /** Left as it is there, against what is here. */
  readonly kept: readonly string[];
  /** Of those, what was sent last: what is there is judged by it next time. */
  readonly base: readonly TreeEntry[];
}

/** An edit is content, kind or exec bit that is neither what was sent nor what is here now. What is gone there cannot be kept, and is sent again. */
export function settleEdits({ there, sent, suspects, wanted, rule, generated }: Question): Settled {
  const lists = { overwritten: [] as string[], removed: [] as string[], kept: [] as string[], base: [] as TreeEntry[] };
  const names = [...suspects].sort();
  if (names.length === 0) return { there, wanted, ...lists };
  const before = new Map(sent.map((entry) => [entry.path, entry]));
  const far = new Map(there.map((entry) => [entry.path, entry]));
  const here = new Map(wanted.map((entry) => [entry.path, entry]));
  for (const path of names) {
    const [now, then, ours] = [far.get(path), before.get(path), here.get(path)];
    if (!then || sameEntry(now, then) || sameEntry(now, ours)) continue;
    if (now && ours && generated(path) && sameEntry(ours, then)) far.set(path, ours);
    else if (rule === 'keep' && now && now.kind !== 'other') {
      lists.kept.push(path);
      if (!ours) far.delete(path);
      else {
        here.set(path, now);
        lists.base.push(then);
      }
    } else if (ours) lists.overwritten.push(path);
    else if (now) lists.removed.push(path);
  }
  return { there: [...far.values()].sort(byPath), wanted: [...here.values()], ...lists };
}
