import { type Digest, digestOf } from '../base/digest.ts';

/** One file or link of a tree: folders are known by what is in them. `path` is relative, with `/`, no leading `./`, never `..`. */
export type TreeEntry =
  | { readonly kind: 'file'; readonly path: string; readonly digest: Digest; readonly size: number; readonly executable: boolean }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** Entries in code-unit order of their paths, each path once. The digest covers path, kind, content, exec bit and link target, nothing else. */
export interface Tree {
  readonly digest: Digest;
  readonly entries: readonly TreeEntry[];
}

/** The tree of `entries`, which may come in any order, each path once. */
export function treeOf(entries: readonly TreeEntry[]): Tree {
  const sorted = isSorted(entries) ? entries : [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { digest: digestOf(canonical(sorted)), entries: sorted };
}

/** A part that is empty, `.` or `..`. */
const OUTSIDE = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** Whether the path of an entry can be joined to a folder without leaving it. For trees that come from a file or from a far side. */
export function isInsidePath(path: string): boolean {
  return !path.includes('\0') && !OUTSIDE.test(path);
}

// NUL can be in no path and no target, so that no two lists of entries have the same text.
function canonical(entries: readonly TreeEntry[]): string {
  let text = '';
  for (const entry of entries) {
    text += entry.kind === 'file' ? `${entry.executable ? 'x' : 'f'}${entry.path}\0${entry.digest}\0` : `l${entry.path}\0${entry.target}\0`;
  }
  return text;
}

function isSorted(entries: readonly TreeEntry[]): boolean {
  for (let i = 1; i < entries.length; i++) {
    if ((entries[i - 1] as TreeEntry).path >= (entries[i] as TreeEntry).path) return false;
  }
  return true;
}
