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

const MOST_LISTED = 12;
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
    const distance = candidate === word ? 0 : alignment(lower, candidate.toLowerCase());
    if (distance < bestDistance && distance < Math.max(word.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function alignment(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row[j] = cost;
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
