import { bundled, type Rule } from './bundle.ts';
import { isPlainPath, matchSegment, type Pattern, parsePattern, type Segment } from './pattern.ts';
import { foldersAbove, isWithin, plainPaths, type Reach } from './plain-paths.ts';

/**
 * Lists of globs for inputs and outputs: path-like, relative to one folder. `*` and `?` stay within a name and match a leading dot,
 * `**` spans folders, a last `**` needs at least one name. A pattern that ends in a fixed name or a slash means that path and all below it.
 * A leading `!` takes away; the last pattern that matches a path decides. Knows no disk: walking is left to the caller, who is told where to.
 */
export interface GlobSet {
  readonly patterns: readonly string[];
  /** `path` is relative, with `/`, no leading `./`. Linear in the length of the path. */
  matches(path: string): boolean;
  /** Whether something below the folder can match; false lets a walk leave it out. '' is the root. */
  descend(folder: string): boolean;
  /** Folders to walk, none inside another and none inside a literal; '' is the root. */
  readonly roots: readonly string[];
  /** Paths named in full: to be looked at, not searched. A folder among them counts with all below it (as far as `matches` agrees). */
  readonly literals: readonly string[];
}

interface Compiled extends Pattern {
  /** Leading fixed names, joined. */
  readonly lead: string;
  /** How to match quickly, where the pattern is simple enough. */
  readonly quick?: (path: string) => boolean;
}

export function compileGlobs(patterns: readonly string[]): GlobSet {
  const rules = bundled(rulesOf(patterns));
  const wanted = rules.filter((rule) => !rule.negated);
  const literals = outermost(wanted.flatMap((rule) => rule.literals));
  const roots = outermost(wanted.flatMap((rule) => rule.roots));
  return {
    patterns,
    literals,
    roots: literals.length === 0 ? roots : roots.filter((root) => !literals.some((literal) => isWithin(root, literal))),
    matches: (path) => rules.findLast((rule) => rule.hits(path))?.negated === false,
    descend: (folder) => descends(rules, folder),
  };
}

function rulesOf(patterns: readonly string[]): readonly Rule[] {
  const rules: Rule[] = [];
  const isPlain = (pattern: string, negated: boolean): boolean =>
    negated ? pattern.startsWith('!') && isPlainPath(pattern.slice(1)) : isPlainPath(pattern);
  for (let i = 0; i < patterns.length; ) {
    const first = patterns[i] as string;
    const negated = first.startsWith('!');
    let end = i;
    while (end < patterns.length && isPlain(patterns[end] as string, negated)) end += 1;
    if (end > i) {
      const run = patterns.slice(i, end);
      const { paths, has, reach } = plainPaths(negated ? run.map((pattern) => pattern.slice(1)) : run);
      rules.push({ negated, lead: '', hits: has, reach, literals: paths, roots: [] });
      i = end;
    } else {
      for (const pattern of parsePattern(first)) rules.push(ruleOf(compile(pattern)));
      i += 1;
    }
  }
  return rules;
}

function ruleOf(pattern: Compiled): Rule {
  const { negated, lead, quick } = pattern;
  const literal = isLiteral(pattern);
  return {
    negated,
    lead,
    hits: quick ?? ((path) => matchNames(pattern, path.split('/'))),
    reach: (folder) => reachOf(pattern, folder === '' ? [] : folder.split('/')),
    literals: literal ? [lead] : [],
    roots: literal ? [] : [lead],
  };
}

/** The patterns as seen from the folder that `dir` is in: `src` and `!*.md` give `src/...` and `!src/*.md`. What is special in `dir` is escaped. */
export function globsBelow(dir: string, patterns: readonly string[]): readonly string[] {
  const folder = dir === '.' || dir === '' ? '' : `${escapeGlob(dir)}/`;
  if (folder === '') return patterns;
  return patterns.map((pattern) => (pattern.startsWith('!') ? `!${folder}${pattern.slice(1)}` : `${folder}${pattern}`));
}

/** A glob that matches exactly the path `text` (and all below it). */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]{},!]/g, '\\$&');
}

function compile(pattern: Pattern): Compiled {
  const fixedCount = pattern.segments.findIndex((segment) => segment.kind !== 'name');
  const fixed = fixedCount < 0 ? pattern.segments : pattern.segments.slice(0, fixedCount);
  const lead = fixed.map((segment) => (segment.kind === 'name' ? segment.name : '')).join('/');
  const quick = quickly(pattern, pattern.segments.slice(fixed.length), lead);
  return quick ? { ...pattern, lead, quick } : { ...pattern, lead };
}

function quickly(pattern: Pattern, rest: readonly Segment[], lead: string): ((path: string) => boolean) | undefined {
  const within = lead === '' ? '' : `${lead}/`;
  if (rest.length === 0) return pattern.folder ? (path) => path.startsWith(within) : (path) => path === lead || path.startsWith(within);
  if (rest[0]?.kind !== 'deep') return undefined;
  if (rest.length === 1) return (path) => path.length > within.length && path.startsWith(within);
  const ending = rest.length === 2 && !pattern.below ? endingOf(rest[1]) : undefined;
  if (ending === undefined) return undefined;
  return (path) => path.endsWith(ending) && path.startsWith(within) && path.length >= within.length + ending.length;
}

/** `.hs` of `*.hs`: what a name must end in, if that is all the segment asks. */
function endingOf(segment: Segment | undefined): string | undefined {
  if (segment?.kind !== 'wild' || segment.tokens[0]?.kind !== 'star') return undefined;
  let ending = '';
  for (const token of segment.tokens.slice(1)) {
    if (token.kind !== 'char') return undefined;
    ending += token.char;
  }
  return ending;
}

/** Two pointers over names as matchTokens over characters: only the last `**` can matter. */
export function matchNames(pattern: Pattern, names: readonly string[]): boolean {
  const { segments, below } = pattern;
  const end = segments.length;
  let s = 0;
  let at = 0;
  let deep = -1;
  let swallowed = 0;
  while (at < names.length) {
    const segment = segments[s];
    if (segment?.kind === 'deep') {
      if (s === end - 1) return true; // at least one name is left
      deep = s;
      swallowed = at;
      s += 1;
    } else if (segment && matchSegment(segment, names[at] ?? '')) {
      s += 1;
      at += 1;
      // Names are left, so a folder was matched: with `below`, all that is in it counts.
      if (s === end && below && at < names.length) return true;
    } else if (deep >= 0) {
      swallowed += 1;
      at = swallowed;
      s = deep + 1;
    } else return false;
  }
  return s === end && !pattern.folder;
}

function descends(rules: readonly Rule[], folder: string): boolean {
  for (let i = rules.length - 1; i >= 0; i--) {
    const rule = rules[i] as Rule;
    const reach = rule.reach(folder);
    if (!rule.negated && reach !== 'none') return true;
    if (rule.negated && reach === 'all') return false; // takes all of it away, and nothing later gives some back
  }
  return false;
}

/** What of the things below a folder the pattern can match. */
export function reachOf(pattern: Pattern, names: readonly string[]): Reach {
  const { segments, below } = pattern;
  const end = segments.length;
  let at: ReadonlySet<number> = spread(segments, [0]);
  for (const name of names) {
    const next: number[] = [];
    for (const s of at) {
      if (s === end) {
        if (below) return 'all';
        continue;
      }
      const segment = segments[s] as Segment;
      if (segment.kind === 'deep') next.push(s);
      else if (matchSegment(segment, name)) next.push(s + 1);
    }
    if (next.length === 0) return 'none';
    at = spread(segments, next);
  }
  let reach: Reach = 'none';
  for (const s of at) {
    if (s === end ? below : s === end - 1 && segments[s]?.kind === 'deep') return 'all';
    if (s < end) reach = 'some';
  }
  return reach;
}

/** Positions that can be reached without a name: a `**` that is not the last may stand for nothing. */
function spread(segments: readonly Segment[], from: readonly number[]): ReadonlySet<number> {
  const all = new Set(from);
  for (const s of all) if (segments[s]?.kind === 'deep' && s < segments.length - 1) all.add(s + 1);
  return all;
}

function isLiteral(pattern: Compiled): boolean {
  return pattern.segments.every((segment) => segment.kind === 'name');
}

/** Sorted, without what lies within another. */
function outermost(paths: readonly string[]): readonly string[] {
  if (paths.length < 2) return paths;
  const all = new Set(paths);
  const inside = (path: string): boolean => (path !== '' && all.has('')) || foldersAbove(path).some((folder) => all.has(folder));
  return [...all].filter((path) => !inside(path)).sort();
}
