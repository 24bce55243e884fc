import type { TreeEntry } from '../model/tree.ts';

// What must happen on the far side so that it holds the wanted tree. Pure; knows nothing of how it is done.

/** An entry as it is on the far side: `other` is a folder or something special, or a file whose content is not known. */
export type FarEntry = TreeEntry | { readonly kind: 'other'; readonly path: string };

export interface Difference {
  /** To be sent whole, in order of their paths. */
  readonly send: readonly TreeEntry[];
  /** There by a former sync and no longer wanted; sorted. */
  readonly remove: readonly string[];
  /** Same content, other exec bit. */
  readonly chmod: readonly TreeEntry[];
}

/** Both lists are sorted by path, each path once: one pass. A path that turned from file to folder or back is in `remove` and, below it, in `send`. */
export function difference(there: readonly FarEntry[], wanted: readonly TreeEntry[]): Difference {
  const send: TreeEntry[] = [];
  const remove: string[] = [];
  const chmod: TreeEntry[] = [];
  let i = 0;
  let j = 0;
  while (i < there.length || j < wanted.length) {
    const old = there[i];
    const next = wanted[j];
    if (old && (!next || old.path < next.path)) {
      remove.push(old.path);
      i += 1;
    } else if (next && (!old || next.path < old.path)) {
      send.push(next);
      j += 1;
    } else if (old && next) {
      if (!sameContent(old, next)) send.push(next);
      else if (old.kind === 'file' && next.kind === 'file' && old.executable !== next.executable) chmod.push(next);
      i += 1;
      j += 1;
    }
  }
  return { send, remove, chmod };
}

/** `entries` with those of `seen` in their place; a path that `seen` gives as undefined is not there. Sorted again. */
export function overlaid(entries: readonly TreeEntry[], seen: ReadonlyMap<string, FarEntry | undefined>): readonly FarEntry[] {
  if (seen.size === 0) return entries;
  const result: FarEntry[] = [];
  for (const entry of entries) {
    if (!seen.has(entry.path)) result.push(entry);
    else {
      const now = seen.get(entry.path);
      if (now) result.push(now);
    }
  }
  return result;
}

/** Paths of `entries` whose content, kind or exec bit `seen` gives otherwise. */
export function disturbedBy(entries: readonly TreeEntry[], seen: ReadonlyMap<string, FarEntry | undefined>): readonly string[] {
  if (seen.size === 0) return [];
  return entries.filter((entry) => seen.has(entry.path) && !sameEntry(seen.get(entry.path), entry)).map((entry) => entry.path);
}

/** All folders that the entries lie in, each once. */
export function foldersOf(entries: readonly { readonly path: string }[]): ReadonlySet<string> {
  const folders = new Set<string>();
  let last = '';
  for (const { path } of entries) {
    const slash = path.lastIndexOf('/');
    if (slash < 0 || (slash === last.length && path.startsWith(last))) continue;
    last = path.slice(0, slash);
    for (let folder = last; folder !== '' && !folders.has(folder); ) {
      folders.add(folder);
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    }
  }
  return folders;
}

/** Whether kind, content and exec bit are the same; what is not there is like nothing else. */
export function sameEntry(a: FarEntry | undefined, b: FarEntry | undefined): boolean {
  if (!a || !b || b.kind === 'other') return a === b;
  return sameContent(a, b) && !(a.kind === 'file' && b.kind === 'file' && a.executable !== b.executable);
}

function sameContent(a: FarEntry, b: TreeEntry): boolean {
  if (a.kind === 'file' && b.kind === 'file') return a.digest === b.digest;
  return a.kind === 'link' && b.kind === 'link' && a.target === b.target;
}
