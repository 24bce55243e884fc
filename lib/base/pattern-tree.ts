import type { Comparing } from './overlap.ts';
import type { Pattern, Segment, Token } from './pattern.ts';

/** What all names that a segment matches begin and end with; `whole`: it matches this one name alone. */
interface Ends {
  readonly head: string;
  readonly tail: string;
  readonly whole: boolean;
}

interface Branch<T> {
  /** Of the patterns whose depth is not fixed any more from here on: they end here, or `**` follows. */
  readonly held: T[];
  readonly names: Map<string, Branch<T>>;
  readonly wilds: Map<string, { readonly ends: Ends; readonly branch: Branch<T> }>;
}

/** What a glance at two segments costs. */
const GLANCE = 1 / 4;

/**
 * Values by their patterns, for finding those whose patterns may meet another one without looking at all: fixed names are looked up, wild ones told apart
 * by what they begin and end with.
 */
export class PatternTree<T> {
  readonly #root: Branch<T> = newBranch();

  add(pattern: Pattern, value: T): void {
    let branch = this.#root;
    for (const ends of fixedEnds(pattern)) branch = childOf(branch, ends);
    branch.held.push(value);
  }

  /** Values whose patterns may meet it: more than those that do, never fewer, as long as something is left of `comparing`. */
  near(pattern: Pattern, comparing: Comparing): readonly T[] {
    const wanted = fixedEnds(pattern);
    const found: T[] = [];
    const todo: [branch: Branch<T>, depth: number][] = [[this.#root, 0]];
    for (let next = todo.pop(); next !== undefined && comparing.left >= 0; next = todo.pop()) {
      const [branch, depth] = next;
      for (const value of branch.held) found.push(value);
      const ends = wanted[depth];
      const named = ends?.whole ? branch.names.get(ends.head) : undefined;
      if (named) todo.push([named, depth + 1]);
      if (!ends?.whole) {
        comparing.left -= branch.names.size * GLANCE;
        for (const [name, one] of branch.names) if (!ends || isBetween(name, ends)) todo.push([one, depth + 1]);
      }
      comparing.left -= branch.wilds.size * GLANCE;
      for (const wild of branch.wilds.values()) if (!ends || mayMeet(wild.ends, ends)) todo.push([wild.branch, depth + 1]);
    }
    return found;
  }
}

function newBranch<T>(): Branch<T> {
  return { held: [], names: new Map(), wilds: new Map() };
}

function childOf<T>(branch: Branch<T>, ends: Ends): Branch<T> {
  const key = ends.whole ? ends.head : `${ends.head}/${ends.tail}`;
  const known = ends.whole ? branch.names.get(key) : branch.wilds.get(key)?.branch;
  if (known) return known;
  const child: Branch<T> = newBranch();
  if (ends.whole) branch.names.set(key, child);
  else branch.wilds.set(key, { ends, branch: child });
  return child;
}

/** Of two segments, the first of which is wild. */
function mayMeet(wild: Ends, other: Ends): boolean {
  if (other.whole) return isBetween(other.head, wild);
  const { tail, head } = wild;
  return (tail.endsWith(other.tail) || other.tail.endsWith(tail)) && (head.startsWith(other.head) || other.head.startsWith(head));
}

function isBetween(name: string, { head, tail }: Ends): boolean {
  return name.endsWith(tail) && name.startsWith(head);
}

/** Those of the segments whose depth is fixed. */
function fixedEnds({ segments }: Pattern): readonly Ends[] {
  const deep = segments.findIndex(({ kind }) => kind === 'deep');
  return (deep < 0 ? segments : segments.slice(0, deep)).map(endsOf);
}

function endsOf(segment: Segment): Ends {
  if (segment.kind === 'name') return { head: segment.name, tail: segment.name, whole: true };
  const tokens = segment.kind === 'wild' ? segment.tokens : [];
  const first = tokens.findIndex(({ kind }) => kind !== 'char');
  const last = tokens.findLastIndex(({ kind }) => kind !== 'char');
  return { head: textOf(tokens.slice(0, first)), tail: textOf(tokens.slice(last + 1)), whole: false };
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.kind === 'char' ? token.char : '')).join('');
}
