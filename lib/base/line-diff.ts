/** A line of two texts: in both of them, only in the former (`-`), or only in the latter (`+`). */
export type DiffLine = readonly [mark: ' ' | '-' | '+', line: string];

/** Beyond so many pairs of lines no common ones are looked for. */
const MANY = 1_000_000;

/** A shortest way from one text to the other, line by line. A line break at the end counts for nothing. */
export function lineDiff(from: string, to: string): readonly DiffLine[] {
  const old = linesOf(from);
  const now = linesOf(to);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const middle = changed(old.slice(start, old.length - end), now.slice(start, now.length - end));
  const same = (lines: readonly string[]): DiffLine[] => lines.map((line) => [' ', line]);
  return [...same(old.slice(0, start)), ...middle, ...same(old.slice(old.length - end))];
}

function changed(old: readonly string[], now: readonly string[]): readonly DiffLine[] {
  const table = old.length * now.length > MANY ? undefined : commonLengths(old, now);
  const lines: DiffLine[] = [];
  let o = 0;
  let n = 0;
  while (o < old.length || n < now.length) {
    if (table && o < old.length && old[o] === now[n]) {
      lines.push([' ', old[o] as string]);
      o += 1;
      n += 1;
    } else if (n === now.length || (o < old.length && (!table || at(table, o + 1, n) >= at(table, o, n + 1)))) {
      lines.push(['-', old[o] as string]);
      o += 1;
    } else {
      lines.push(['+', now[n] as string]);
      n += 1;
    }
  }
  return lines;
}

/** How many lines in order the ends of both, from each pair of positions on, have in common. */
function commonLengths(old: readonly string[], now: readonly string[]): readonly Uint32Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  for (let o = old.length - 1; o >= 0; o--) {
    for (let n = now.length - 1; n >= 0; n--) {
      (table[o] as Uint32Array)[n] = old[o] === now[n] ? at(table, o + 1, n + 1) + 1 : Math.max(at(table, o + 1, n), at(table, o, n + 1));
    }
  }
  return table;
}

function at(table: readonly Uint32Array[], o: number, n: number): number {
  return table[o]?.[n] ?? 0;
}

function linesOf(text: string): readonly string[] {
  const end = text.endsWith('\n') ? text.slice(0, -1) : text;
  return end === '' ? [] : end.split('\n');
}
