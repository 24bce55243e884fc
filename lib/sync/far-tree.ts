import type { FarEntry } from './diff.ts';
import type { Fields } from './fields.ts';

/**
 * Reads what `details` of our programs says of names: an entry for each that is there. A regular file without a digest could not be read: `other`.
 * Knows nothing of what was expected. Names come as `./a/b` and are given as `a/b`.
 */
export function readDetails(fields: Fields): ReadonlyMap<string, FarEntry> {
  const files = new Map<string, boolean>();
  const entries = new Map<string, FarEntry>();
  for (let kind = fields.next(); kind !== undefined && kind !== ''; kind = fields.next()) {
    const path = bare(fields.next() ?? '');
    const target = fields.next() ?? '';
    if (kind[0] === 'l') entries.set(path, { kind: 'link', path, target });
    else {
      entries.set(path, { kind: 'other', path });
      if (kind[0] === 'f') files.set(path, (Number.parseInt(kind.slice(1), 8) & 0o100) !== 0);
    }
  }
  for (let line = fields.next(); line !== undefined && line !== ''; line = fields.next()) {
    const path = bare(line.slice(66));
    const executable = files.get(path);
    if (executable !== undefined) entries.set(path, { kind: 'file', path, digest: line.slice(0, 64), size: 0, executable });
  }
  return entries;
}

/** Names up to an empty field. */
export function readNames(fields: Fields): readonly string[] {
  const names: string[] = [];
  for (let name = fields.next(); name !== undefined && name !== ''; name = fields.next()) names.push(bare(name));
  return names;
}

function bare(name: string): string {
  return name.startsWith('./') ? name.slice(2) : name;
}

/** Code-unit order, as trees have it. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
