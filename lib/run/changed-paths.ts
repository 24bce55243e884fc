import type { Tree, TreeEntry } from '../model/tree.ts';

/** Paths at which two trees differ, in order. */
export function changedPaths(a: Tree, b: Tree): readonly string[] {
  const before = new Map(a.entries.map((entry) => [entry.path, markOf(entry)]));
  const after = new Map(b.entries.map((entry) => [entry.path, markOf(entry)]));
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

function markOf(entry: TreeEntry): string {
  return entry.kind === 'file' ? `${entry.digest}${entry.executable ? 'x' : ''}` : `link ${entry.target}`;
}
