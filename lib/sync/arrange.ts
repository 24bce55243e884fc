import { ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { TreeEntry } from '../model/tree.ts';
import { quoted, refused } from './manifest.ts';

// Judges a fetched tree before any of it is written. Pure.

export type LinkRule = 'refuse' | 'contained' | 'skip';

/**
 * The entries that may be written, their paths being final. Refused whole: two entries in one place, names that some file system takes for one
 * (case, Unicode form), a file where others need a folder, a link that is not allowed or leads out of the tree.
 */
export function arrange(entries: readonly TreeEntry[], links: LinkRule): Result<readonly TreeEntry[], Failure> {
  const kept = links === 'skip' ? entries.filter(({ kind }) => kind === 'file') : entries;
  const byPath = new Map<string, TreeEntry>();
  for (const entry of kept) {
    if (byPath.has(entry.path)) return refused(`${quoted(entry.path)} would be written twice`);
    byPath.set(entry.path, entry);
  }
  const folded = new Map<string, string>();
  const folders = new Set<string>();
  for (const entry of kept) {
    const names = parentsOf(entry.path, folders);
    for (const folder of names) {
      folders.add(folder);
      if (byPath.has(folder)) return refused(`${quoted(folder)} is a file or link, and ${quoted(entry.path)} lies in it`);
    }
    for (const path of [...names, entry.path]) {
      const fold = path.normalize('NFC').toLowerCase();
      const other = folded.get(fold);
      if (other !== undefined && other !== path)
        return refused(`${quoted(other)} and ${quoted(path)} are one name on some file systems`, 'leave one of them out with `exclude`');
      folded.set(fold, path);
    }
  }
  for (const entry of kept) {
    if (entry.kind !== 'link') continue;
    if (links === 'refuse') {
      const hint = '`links: contained` takes links that stay within what is fetched, `links: skip` leaves all out';
      return refused(`${quoted(entry.path)} is a link`, hint);
    }
    const trouble = linkTrouble(entry.path, entry.target, byPath, folders);
    if (trouble !== undefined) return refused(`the link ${quoted(entry.path)} ${trouble}`, '`links: skip` leaves links out');
  }
  return ok(kept);
}

/** Folders above a path that are not known yet, outermost last. */
function parentsOf(path: string, known: ReadonlySet<string>): readonly string[] {
  const parents: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const folder = path.slice(0, slash);
    if (known.has(folder)) break;
    parents.push(folder);
  }
  return parents;
}

/**
 * A target goes up first and then only down, and every name on its way must be in the tree: as nothing lies below a link, it passes none,
 * so that no `..` can lead elsewhere. A link that it ends at is held to the same rule.
 */
function linkTrouble(
  path: string,
  target: string,
  entries: ReadonlyMap<string, TreeEntry>,
  folders: ReadonlySet<string>,
): string | undefined {
  if (target === '' || target.startsWith('/')) return 'is absolute or empty';
  const at = path.split('/').slice(0, -1);
  let down = false;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') {
      down = true;
      at.push(part);
      if (!folders.has(at.join('/')) && !entries.has(at.join('/'))) return 'leads to something that is not fetched';
    } else {
      if (down) return 'goes up after it went down';
      if (at.length === 0) return 'leads out of what is fetched';
      at.pop();
    }
  }
  return down ? undefined : 'leads to a folder above it';
}
