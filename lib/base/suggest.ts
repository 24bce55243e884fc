/**
 * The nearest of `known` to a mistyped `word`, or undefined if none is near: Damerau-Levenshtein (optimal string alignment), at most a third of the
 * length, one letter being near to nothing; else the only one that the word begins, or that begins the word.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const candidates = [...known];
  return mistyped(word, candidates) ?? cutShort(word, candidates);
}

/** `Did you mean ...?`, else what is known if that is not too much, else nothing. */
export function hintOf(word: string, known: Iterable<string>, otherwise: string): string;
export function hintOf(word: string, known: Iterable<string>): string | undefined;
export function hintOf(word: string, known: Iterable<string>, otherwise?: string): string | undefined {
  const candidates = [...known];
  const near = suggest(word, candidates);
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  return otherwise ?? (candidates.length === 0 || candidates.length > MOST_LISTED ? undefined : `There are: ${candidates.join(', ')}.`);
}

const MOST_LISTED = 24;
const LEAST_COMMON = 3;

function cutShort(word: string, known: readonly string[]): string | undefined {
  const begins = (long: string, short: string): boolean => short.length >= LEAST_COMMON && long.startsWith(short);
  const found = known.filter((one) => begins(one, word) || begins(word, one));
  return found.length === 1 ? found[0] : undefined;
}

function mistyped(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  const lower = word.toLowerCase();
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = candidate === word ? 0 : alignment(lower, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance && distance < Math.max(word.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The distance if it is less than `bound`, else `bound`: only cells nearer to the diagonal than that are looked at, and only as long as one may still do. */
function alignment(a: string, b: string, bound: number): number {
  let before: number[] = [];
  let last = Array.from({ length: Math.min(b.length + 1, bound) }, (_, j) => j);
  let lowest = 0;
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [];
    const lowestBefore = lowest;
    lowest = bound;
    if (i < bound) row[0] = i;
    for (let j = Math.max(1, i - bound + 1); j <= Math.min(b.length, i + bound - 1); j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? bound) + 1, (row[j - 1] ?? bound) + 1, (last[j - 1] ?? bound) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? bound) + 1);
      }
      row[j] = cost;
      lowest = Math.min(lowest, cost);
    }
    // A swap of two letters looks back over one row.
    if (Math.min(lowest, lowestBefore, i < bound ? i : bound) >= bound) return bound;
    before = last;
    last = row;
  }
  return Math.min(last[b.length] ?? bound, bound);
}
