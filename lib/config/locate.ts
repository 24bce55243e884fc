import type { Path } from './parsed.ts';

// Where in a tree of nodes a path leads. Knows no YAML: what a node holds is asked of the caller.

interface Member<N> {
  readonly key: N;
  /** What a path may call it. */
  readonly names: readonly unknown[];
  readonly value: N | null;
}

/** What a node holds; undefined if it is no map, or no list. */
export interface Branches<N> {
  members(node: N): readonly Member<N>[] | undefined;
  items(node: N): readonly N[] | undefined;
}

interface Found<N> {
  readonly node: N | null;
  readonly key: N | null;
  /** Parts of the path that were there. */
  readonly depth: number;
}

/** Gives the node at a path and its key, or the deepest ones above it that are there. Members are sorted in once: a file of many steps asks for each. */
export function locatorOf<N extends object>(top: N, branches: Branches<N>): (path: Path) => Found<N> {
  const indexes = new Map<N, ReadonlyMap<unknown, Member<N>> | undefined>();
  const indexOf = (node: N): ReadonlyMap<unknown, Member<N>> | undefined => {
    if (!indexes.has(node)) indexes.set(node, sortedIn(branches.members(node)));
    return indexes.get(node);
  };
  return (path) => {
    let node: N | null = top;
    let key: N | null = null;
    let depth = 0;
    for (const part of path) {
      const index: ReadonlyMap<unknown, Member<N>> | undefined = node === null ? undefined : indexOf(node);
      const member: Member<N> | undefined = index?.get(part);
      const item: N | undefined =
        node === null || index !== undefined || typeof part !== 'number' ? undefined : branches.items(node)?.[part];
      if (member === undefined && item === undefined) break;
      key = member?.key ?? item ?? null;
      node = member === undefined ? (item ?? null) : member.value;
      depth += 1;
    }
    return { node: node ?? key, key, depth };
  };
}

/** Of two members with one name the first counts. */
function sortedIn<N>(members: readonly Member<N>[] | undefined): ReadonlyMap<unknown, Member<N>> | undefined {
  if (members === undefined) return undefined;
  const index = new Map<unknown, Member<N>>();
  for (const member of members) for (const name of member.names) if (!index.has(name)) index.set(name, member);
  return index;
}
