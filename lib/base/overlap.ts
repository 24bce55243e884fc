import { reachOf } from './glob.ts';
import { inClass, isPlainPath, type Pattern, parsePattern, type Segment, type Token } from './pattern.ts';

/** How much comparing is left: one for each pair of places in two patterns that is looked at. Whoever has much to compare makes one and says how much that may be. */
export interface Comparing {
  left: number;
}

/** A pattern that gives paths, and the list that it stands in: what comes later there may take some of them away. */
export interface Given {
  readonly pattern: Pattern;
  readonly list: readonly Pattern[];
  readonly at: number;
}

/** The patterns that a list of globs gives. */
export function givenBy(globs: readonly string[]): readonly Given[] {
  const list = globs.flatMap(parsePattern);
  return list.flatMap((pattern, at) => (pattern.negated ? [] : [{ pattern, list, at }]));
}

/**
 * Whether both can name the same path. Errs to the safe side: a true may be wrong (classes and what `!` takes away are not compared to the last
 * detail; once nothing is left of `comparing` everything can), a false never is.
 */
export function overlap(a: Given, b: Given, comparing: Comparing): boolean {
  return (
    patternsMeet(a.pattern, b.pattern, comparing) &&
    !takenAway(a.list, a.at, b.pattern, comparing) &&
    !takenAway(b.list, b.at, a.pattern, comparing)
  );
}

/** The characters that every path matched by the pattern begins with: two patterns can only meet if one's is the beginning of the other's. */
export function commonStart(pattern: string): readonly string[] {
  if (isPlainPath(pattern)) return [pattern];
  return parsePattern(pattern)
    .filter((one) => !one.negated)
    .map((one) => {
      let start = '';
      for (const segment of one.segments) {
        if (segment.kind === 'name') {
          start += `${segment.name}/`;
          continue;
        }
        if (segment.kind === 'wild') for (let i = 0; segment.tokens[i]?.kind === 'char'; i++) start += charOf(segment.tokens[i]);
        return start;
      }
      return start.slice(0, -1);
    });
}

function charOf(token: Token | undefined): string {
  return token?.kind === 'char' ? token.char : '';
}

/** Whether a later `!` of the list, with nothing given behind it, takes away everything that `other` names. */
function takenAway(list: readonly Pattern[], after: number, other: Pattern, comparing: Comparing): boolean {
  comparing.left -= list.length;
  if (comparing.left < 0) return false;
  const fixed = other.segments.findIndex((segment) => segment.kind !== 'name');
  const lead = fixed < 0 ? other.segments : other.segments.slice(0, fixed);
  const names = lead.map((segment) => (segment.kind === 'name' ? segment.name : ''));
  const lastGiven = list.findLastIndex(({ negated }) => !negated);
  return list.some((pattern, i) => {
    if (i < after || i < lastGiven || !pattern.negated) return false;
    // A fixed path is gone if it or a folder above it was taken; anything else only if the folder that holds all of it was.
    return fixed < 0 && !pattern.folder ? pattern.below && covers(pattern, names) : covers(pattern, names);
  });
}

function covers(pattern: Pattern, names: readonly string[]): boolean {
  return reachOf(pattern, names) === 'all';
}

/** The product of both patterns' positions, each visited once. */
function patternsMeet(p: Pattern, q: Pattern, comparing: Comparing): boolean {
  const a = opened(p);
  const b = opened(q);
  return meet(a.length, b.length, comparing, (i, j, step) => {
    const s = a[i];
    const t = b[j];
    if (s?.kind === 'deep') step(i + 1, j);
    if (t?.kind === 'deep') step(i, j + 1);
    if (!s || !t || (s.kind === 'deep' && t.kind === 'deep')) return;
    if (s.kind === 'deep') step(i, j + 1);
    else if (t.kind === 'deep') step(i + 1, j);
    else if (segmentsMeet(s, t, comparing)) step(i + 1, j + 1);
  });
}

/** With what lies below made explicit. */
function opened(pattern: Pattern): readonly Segment[] {
  return pattern.below ? [...pattern.segments, { kind: 'deep' }] : pattern.segments;
}

function segmentsMeet(s: Segment, t: Segment, comparing: Comparing): boolean {
  if (s.kind === 'name' && t.kind === 'name') return s.name === t.name;
  const a = tokensOf(s);
  const b = tokensOf(t);
  return meet(a.length, b.length, comparing, (i, j, step) => {
    const x = a[i];
    const y = b[j];
    if (x?.kind === 'star') step(i + 1, j);
    if (y?.kind === 'star') step(i, j + 1);
    if (!x || !y) return;
    if (x.kind === 'star' && y.kind !== 'star') step(i, j + 1);
    else if (y.kind === 'star' && x.kind !== 'star') step(i + 1, j);
    else if (x.kind !== 'star' && y.kind !== 'star' && tokensMeet(x, y)) step(i + 1, j + 1);
  });
}

type Step = (i: number, j: number) => void;

/** Whether steps from the beginning of both lead to the end of both. */
function meet(rows: number, columns: number, comparing: Comparing, next: (i: number, j: number, step: Step) => void): boolean {
  const width = columns + 1;
  const states = (rows + 1) * width;
  // What could take longest is not even begun.
  if (comparing.left < states / 64) comparing.left = -1;
  if (comparing.left < 0) return true;
  const seen = new Uint8Array(states);
  const todo = [0];
  const step: Step = (i, j) => {
    const state = i * width + j;
    if (seen[state] === 1) return;
    seen[state] = 1;
    todo.push(state);
  };
  for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
    if (state === states - 1) return true;
    comparing.left -= 1;
    if (comparing.left < 0) return true;
    next(Math.floor(state / width), state % width, step);
  }
  return false;
}

function tokensOf(segment: Segment): readonly Token[] {
  if (segment.kind === 'wild') return segment.tokens;
  return segment.kind === 'name' ? [...segment.name].map((char): Token => ({ kind: 'char', char })) : [{ kind: 'star' }];
}

function tokensMeet(x: Token, y: Token): boolean {
  if (x.kind === 'char' && y.kind === 'char') return x.char === y.char;
  if (x.kind === 'char' && y.kind === 'class') return inClass(y, x.char.codePointAt(0) ?? 0);
  if (x.kind === 'class' && y.kind === 'char') return inClass(x, y.char.codePointAt(0) ?? 0);
  return true;
}
