import { type Tree, type TreeEntry, treeOf } from './tree.ts';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** What is left of a tree when only the paths that `keeps` accepts stay, and what is reached by such a path over links. The same tree if that is all of it. */
export function narrowTree(tree: Tree, keeps: (path: string) => boolean): Tree {
  const reached = reachedOverLinks(tree, keeps);
  const entries = tree.entries.filter(({ path }) => keeps(path) || reached.has(path));
  return entries.length === tree.entries.length ? tree : treeOf(entries);
}

/**
 * What of a tree is reached over its links, and these links: entries that `keeps` accepts by the name that they have over a link. What lies outside of the
 * tree is not known here, and a link to a folder that it is in itself leads to nothing new.
 */
function reachedOverLinks({ entries }: Tree, keeps: (path: string) => boolean): ReadonlySet<string> {
  const links = new Map(entries.flatMap((entry) => (entry.kind === 'link' ? [[entry.path, entry.target] as const] : [])));
  const reached = new Set<string>();
  for (const link of links.keys()) {
    const end = endOf(link, links);
    if (end === undefined || end === '' || link.startsWith(`${end}/`)) continue;
    for (const { path } of [...entriesFrom(entries, end, (one) => one === end), ...entriesFrom(entries, `${end}/`)]) {
      if (keeps(link + path.slice(end.length))) reached.add(path).add(link);
    }
  }
  return reached;
}

/** Where a path of the tree leads; undefined: out of it, or in a circle. */
function endOf(path: string, links: ReadonlyMap<string, string>): string | undefined {
  const ahead = path.split('/').reverse();
  const at: string[] = [];
  for (let followed = 0; ahead.length > 0; ) {
    const part = ahead.pop() as string;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return undefined;
      continue;
    }
    at.push(part);
    const target = links.get(at.join('/'));
    if (target === undefined) continue;
    followed += 1;
    if (followed > MOST_LINKS || target.startsWith('/')) return undefined;
    at.pop();
    ahead.push(...target.split('/').reverse());
  }
  return at.join('/');
}

/** Entries from a path on, as long as they are `wanted`: those that begin with it. */
function entriesFrom(
  entries: readonly TreeEntry[],
  from: string,
  wanted: (path: string) => boolean = (path) => path.startsWith(from),
): readonly TreeEntry[] {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as TreeEntry).path < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < entries.length && wanted((entries[end] as TreeEntry).path)) end += 1;
  return entries.slice(low, end);
}
