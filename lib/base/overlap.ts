import { reachOf } from './glob.ts';
import { inClass, isPlainPath, type Pattern, parsePattern, type Segment, type Token } from './pattern.ts';

/**
 * Whether two lists of globs can name the same path. Errs to the safe side: a true may be wrong (classes and what `!` takes away are not
 * compared to the last detail), a false never is.
 */
export function overlap(a: readonly string[], b: readonly string[]): boolean {
  const left = a.flatMap(parsePattern);
  const right = b.flatMap(parsePattern);
  return left.some(
    (p, i) => !p.negated && right.some((q, j) => !q.negated && patternsMeet(p, q) && !takenAway(left, i, q) && !takenAway(right, j, p)),
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

/** Whether a later `!` of the list takes away everything that `other` names. */
function takenAway(list: readonly Pattern[], after: number, other: Pattern): boolean {
  const fixed = other.segments.findIndex((segment) => segment.kind !== 'name');
  const lead = fixed < 0 ? other.segments : other.segments.slice(0, fixed);
  const names = lead.map((segment) => (segment.kind === 'name' ? segment.name : ''));
  return list.some((pattern, i) => {
    if (i < after || !pattern.negated) return false;
    // A fixed path is gone if it or a folder above it was taken; anything else only if the folder that holds all of it was.
    const taken = fixed < 0 && !pattern.folder ? pattern.below && covers(pattern, names) : covers(pattern, names);
    return taken && !list.slice(i + 1).some((later) => !later.negated);
  });
}

function covers(pattern: Pattern, names: readonly string[]): boolean {
  return reachOf(pattern, names) === 'all';
}

/** The product of both patterns' positions, each visited once. */
function patternsMeet(p: Pattern, q: Pattern): boolean {
  const a = opened(p);
  const b = opened(q);
  const width = b.length + 1;
  const seen = new Set<number>([0]);
  for (const state of seen) {
    const i = Math.floor(state / width);
    const j = state % width;
    const s = a[i];
    const t = b[j];
    if (!s && !t) return true;
    if (s?.kind === 'deep') seen.add((i + 1) * width + j);
    if (t?.kind === 'deep') seen.add(i * width + j + 1);
    if (!s || !t) continue;
    if (s.kind === 'deep' && t.kind === 'deep') continue;
    if (s.kind === 'deep') seen.add(i * width + j + 1);
    else if (t.kind === 'deep') seen.add((i + 1) * width + j);
    else if (segmentsMeet(s, t)) seen.add((i + 1) * width + j + 1);
  }
  return false;
}

/** With what lies below made explicit. */
function opened(pattern: Pattern): readonly Segment[] {
  return pattern.below ? [...pattern.segments, { kind: 'deep' }] : pattern.segments;
}

function segmentsMeet(s: Segment, t: Segment): boolean {
  if (s.kind === 'name' && t.kind === 'name') return s.name === t.name;
  const a = tokensOf(s);
  const b = tokensOf(t);
  const width = b.length + 1;
  const seen = new Set<number>([0]);
  for (const state of seen) {
    const i = Math.floor(state / width);
    const j = state % width;
    const x = a[i];
    const y = b[j];
    if (!x && !y) return true;
    if (x?.kind === 'star') seen.add((i + 1) * width + j);
    if (y?.kind === 'star') seen.add(i * width + j + 1);
    if (!x || !y) continue;
    if (x.kind === 'star' && y.kind !== 'star') seen.add(i * width + j + 1);
    else if (y.kind === 'star' && x.kind !== 'star') seen.add((i + 1) * width + j);
    else if (x.kind !== 'star' && y.kind !== 'star' && tokensMeet(x, y)) seen.add((i + 1) * width + j + 1);
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
