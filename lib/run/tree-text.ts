/** Trees as JSON, compact, and believed only if their digest is that of their entries. */
import { isDigest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import { isInsidePath, type Tree, type TreeEntry, treeOf } from '../model/tree.ts';

export function treeToJson(tree: Tree): Json {
  return {
    digest: tree.digest,
    entries: tree.entries.map((entry) =>
      entry.kind === 'file' ? [entry.executable ? 'x' : 'f', entry.path, entry.digest, entry.size] : ['l', entry.path, entry.target],
    ),
  };
}

/**
 * The tree in `json`; undefined if it is none, is damaged, or names a path that leads out of a folder. `isSealed`: the text was checked as a whole, so that the digest
 * need not be made again.
 */
export function treeFromJson(json: unknown, isSealed = false): Tree | undefined {
  const { digest, entries: rows } = (json ?? {}) as { readonly digest?: unknown; readonly entries?: unknown };
  if (typeof digest !== 'string' || !Array.isArray(rows)) return undefined;
  const entries: TreeEntry[] = [];
  let last = '';
  for (const row of rows) {
    const entry = Array.isArray(row) ? entryFromRow(row) : undefined;
    if (!entry || entry.path <= last) return undefined;
    entries.push(entry);
    last = entry.path;
  }
  if (isSealed) return { digest, entries };
  const tree = treeOf(entries);
  return tree.digest === digest ? tree : undefined;
}

function entryFromRow(row: readonly unknown[]): TreeEntry | undefined {
  const [kind, path, what, size] = row;
  if (typeof path !== 'string' || typeof what !== 'string' || !isInsidePath(path)) return undefined;
  if (kind === 'l') return { kind: 'link', path, target: what };
  if ((kind !== 'f' && kind !== 'x') || !isDigest(what) || typeof size !== 'number' || !(size >= 0)) return undefined;
  return { kind: 'file', path, digest: what, size, executable: kind === 'x' };
}
