import type { FileChange } from '../model/difference.ts';
import type { Tree, TreeEntry } from '../model/tree.ts';

/** How two trees differ, in code-unit order of the paths. */
export function treeChanges(before: Tree, after: Tree): readonly FileChange[] {
  const changes: FileChange[] = [];
  let b = 0;
  let a = 0;
  while (b < before.entries.length || a < after.entries.length) {
    const from = before.entries[b];
    const to = after.entries[a];
    if (from && (!to || from.path < to.path)) {
      changes.push({ path: from.path, from });
      b += 1;
    } else if (to && (!from || to.path < from.path)) {
      changes.push({ path: to.path, to });
      a += 1;
    } else if (from && to) {
      if (!sameEntry(from, to)) changes.push({ path: to.path, from, to });
      b += 1;
      a += 1;
    }
  }
  return changes;
}

function sameEntry(a: TreeEntry, b: TreeEntry): boolean {
  if (a.kind === 'link') return b.kind === 'link' && a.target === b.target;
  return b.kind === 'file' && a.digest === b.digest && a.executable === b.executable;
}
