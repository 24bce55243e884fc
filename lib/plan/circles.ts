/** More circles than this in one file are not told one by one. */
const MOST = 10;

/**
 * Circles among the nodes that no order could be found for, each begun at its lowest node and followed along `before`.
 * Circles that share a node are told as one of them: mending it shows the next.
 */
export function circles(before: readonly (readonly number[])[], ordered: readonly number[]): readonly (readonly number[])[] {
  const free = new Set(ordered);
  const found: (readonly number[])[] = [];
  for (const start of before.keys()) {
    if (found.length === MOST) break;
    if (free.has(start)) continue;
    const circle = circleFrom(start, before, free);
    if (circle) found.push(circle);
  }
  return found;
}

/** Follows edges depth first; what leads to no circle, and what was told already, is added to `free`. */
function circleFrom(start: number, before: readonly (readonly number[])[], free: Set<number>): readonly number[] | undefined {
  const path = [start];
  const at = new Map([[start, 0]]); // position of each node of the path
  const tried = [0]; // edges tried at each position
  while (path.length > 0) {
    const node = path.at(-1) as number;
    const edge = tried.at(-1) as number;
    const next = before[node]?.[edge];
    if (next === undefined) {
      free.add(node);
      at.delete(node);
      path.pop();
      tried.pop();
      continue;
    }
    tried[tried.length - 1] = edge + 1;
    if (free.has(next)) continue;
    const seen = at.get(next);
    if (seen !== undefined) {
      for (const one of path) free.add(one);
      return lowestFirst(path.slice(seen));
    }
    at.set(next, path.length);
    path.push(next);
    tried.push(0);
  }
  return undefined;
}

function lowestFirst(circle: readonly number[]): readonly number[] {
  let lowest = 0;
  for (const [i, node] of circle.entries()) if (node < (circle[lowest] as number)) lowest = i;
  return [...circle.slice(lowest), ...circle.slice(0, lowest)];
}
