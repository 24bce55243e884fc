import { join, resolve } from 'node:path';
import { compileGlobs } from '../../base/glob.ts';
import type { Files } from '../../model/io.ts';
import { type Listing, pathOf } from './makefile.ts';

/** Files that a search looks at before it gives up. */
const MOST = 100_000;

/** What lies in a folder. Each folder is read once. */
export function listingOf(root: string, uname: Listing['uname'], files: Pick<Files, 'readdirSync' | 'existsSync'>): Listing {
  const read = new Map<string, readonly { readonly name: string; readonly isFolder: boolean }[]>();
  const entriesOf = (folder: string) => {
    const before = read.get(folder);
    if (before !== undefined) return before;
    let entries: { name: string; isFolder: boolean }[] = [];
    try {
      entries = files
        .readdirSync(join(root, folder), { withFileTypes: true })
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      // not there, or not a folder, or not ours to read
    }
    read.set(folder, entries);
    return entries;
  };
  let looked = 0;
  const look = (folder: string): ReturnType<typeof entriesOf> => {
    const entries = entriesOf(folder);
    looked += entries.length + 1;
    return entries;
  };
  const known = new Map<string, boolean>();
  const exists = (name: string): boolean => {
    const is = known.get(name) ?? (name !== '' && files.existsSync(resolve(root, pathOf(name))));
    known.set(name, is);
    return is;
  };
  return {
    uname,
    exists,
    looked: () => looked,
    glob(pattern) {
      if (!/[*?[]/.test(pattern)) return exists(pattern) ? [pattern] : [];
      if (pattern.startsWith('/')) return [];
      return pattern.split('/').reduce<readonly string[]>(
        (folders, part, i, parts) => {
          const isLast = i === parts.length - 1;
          if (!/[*?[]/.test(part))
            return folders.map((folder) => folder + part + (isLast ? '' : '/')).filter((path) => !isLast || exists(path));
          const fits = compileGlobs([part]);
          const hit = (name: string): boolean => fits.matches(name) && (!name.startsWith('.') || part.startsWith('.'));
          return folders.flatMap((folder) =>
            look(folder)
              .filter(({ name, isFolder }) => hit(name) && (isLast || isFolder))
              .map(({ name }) => folder + name + (isLast ? '' : '/')),
          );
        },
        [''],
      );
    },
    below(folder) {
      const found: string[] = [];
      const todo = [folder === '.' ? '' : `${folder.replace(/\/+$/, '')}/`];
      for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
        for (const { name, isFolder } of look(at)) {
          if (found.length + todo.length > MOST) return undefined;
          if (isFolder) todo.push(`${at}${name}/`);
          else found.push(at + name);
        }
      }
      return found.sort();
    },
  };
}
