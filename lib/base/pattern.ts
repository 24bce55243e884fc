/**
 * The parsed form of one glob. Knows nothing of lists, files or folders on a disk.
 * Matching takes at most length of name times length of pattern (two pointers, no recursion), so no pattern can be made to hang.
 */

export type Token =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' } // `?`
  | { readonly kind: 'star' } // `*`
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [from: number, to: number])[] };

/** One part between slashes: `**`, a fixed name, or tokens. */
export type Segment =
  | { readonly kind: 'deep' }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'wild'; readonly tokens: readonly Token[] };

export interface Pattern {
  readonly negated: boolean;
  readonly segments: readonly Segment[];
  /** Also matches everything below what it matches: it ends in a fixed name or in a slash. */
  readonly below: boolean;
  /** It ended in a slash: what it names itself is a folder, only things below it match. */
  readonly folder: boolean;
  /** It began with a slash: tied to the root even without another slash (counts for excludes only). */
  readonly anchored: boolean;
}

/** More alternatives than this are taken for a mistake (or an attack) rather than for a wish. */
const MOST_ALTERNATIVES = 256;

/** Parses a glob; braces give several patterns. Total: what cannot be a glob is taken as it stands, see `globProblem`. */
export function parsePattern(text: string): readonly Pattern[] {
  if (plain.test(text)) return [fixed(text)];
  const negated = text.startsWith('!');
  const body = negated ? text.slice(1) : text;
  return (expandBraces(body) ?? [body]).map((one) => parseOne(one, negated));
}

/** Why a text is no good glob for a list of paths in the project, in words that follow the quoted pattern; undefined if it is fine. */
export function globProblem(text: string): string | undefined {
  const body = text.startsWith('!') ? text.slice(1) : text;
  if (body === '') return 'is empty';
  if (body.includes('\0')) return 'holds a NUL character';
  const alternatives = expandBraces(body);
  if (!alternatives) return `has more than ${MOST_ALTERNATIVES} alternatives in its braces`;
  for (const one of alternatives) {
    if (one === '') return 'has an empty alternative in its braces';
    if (one.startsWith('/')) return 'is absolute; paths are relative to the folder of the step';
    if (one.split('/').includes('..')) return 'leads out of the project with `..`';
    for (const part of one.split('/')) if (unclosedClass(part)) return 'has a `[` that is never closed (write `\\[` for the character)';
  }
  return undefined;
}

const plain = /^[A-Za-z0-9_@+=:,-][A-Za-z0-9_@+=:,.-]*(?:\/[A-Za-z0-9_@+=:,-][A-Za-z0-9_@+=:,.-]*)*$/;

/** Whether a glob is nothing but names and slashes, and none of them special. */
export function isPlainPath(text: string): boolean {
  return plain.test(text);
}

function fixed(text: string): Pattern {
  const segments = text.split('/').map((name): Segment => ({ kind: 'name', name }));
  return { negated: false, segments, below: true, folder: false, anchored: false };
}

function parseOne(text: string, negated: boolean): Pattern {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  const folder = text.endsWith('/');
  const segments: Segment[] = [];
  for (const part of parts) {
    if (part !== '**') segments.push(parseSegment(part));
    else if (segments.at(-1)?.kind !== 'deep') segments.push({ kind: 'deep' });
  }
  if (text === '') segments.push({ kind: 'name', name: '' }); // matches nothing
  const last = segments.at(-1);
  // `.` and `./` name the whole folder.
  if (last === undefined) return { negated, segments: [{ kind: 'deep' }], below: false, folder, anchored: true };
  return { negated, segments, below: last.kind === 'name' || (folder && last.kind === 'wild'), folder, anchored: text.startsWith('/') };
}

function parseSegment(part: string): Segment {
  const tokens: Token[] = [];
  for (let i = 0; i < part.length; ) {
    const char = String.fromCodePoint(part.codePointAt(i) ?? 0);
    const set = char === '[' ? parseClass(part, i) : undefined;
    if (set) {
      tokens.push(set.token);
      i = set.end;
      continue;
    }
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (char === '?') tokens.push({ kind: 'any' });
    else if (char === '\\' && i + 1 < part.length) {
      const escaped = String.fromCodePoint(part.codePointAt(i + 1) ?? 0);
      tokens.push({ kind: 'char', char: escaped });
      i += escaped.length;
    } else tokens.push({ kind: 'char', char });
    i += char.length;
  }
  if (tokens.every((token) => token.kind === 'char')) return { kind: 'name', name: tokens.map((token) => token.char).join('') };
  return { kind: 'wild', tokens };
}

function parseClass(part: string, start: number): { readonly token: Token; readonly end: number } | undefined {
  let i = start + 1;
  const negated = part[i] === '!' || part[i] === '^';
  if (negated) i += 1;
  const ranges: (readonly [number, number])[] = [];
  const first = i;
  const next = (): number => {
    if (part[i] === '\\' && i + 1 < part.length) i += 1;
    const code = part.codePointAt(i) ?? 0;
    i += code > 0xffff ? 2 : 1;
    return code;
  };
  while (i < part.length) {
    if (part[i] === ']' && i > first) return { token: { kind: 'class', negated, ranges }, end: i + 1 };
    const from = next();
    if (part[i] === '-' && i + 1 < part.length && part[i + 1] !== ']') {
      i += 1;
      ranges.push([from, next()]);
    } else ranges.push([from, from]);
  }
  return undefined;
}

function unclosedClass(part: string): boolean {
  for (let i = 0; i < part.length; i++) {
    if (part[i] === '\\') i += 1;
    else if (part[i] === '[') {
      const set = parseClass(part, i);
      if (!set) return true;
      i = set.end - 1;
    }
  }
  return false;
}

/** How many globs without braces it stands for, told without making them: what is more than is allowed counts as that. */
export function alternatives(text: string): number {
  const open: { sum: number; product: number }[] = [];
  let product = 1;
  for (const char of text) {
    const group = open.at(-1);
    if (char === '{') {
      open.push({ sum: 0, product });
      product = 1;
    } else if (group !== undefined && (char === ',' || char === '}')) {
      group.sum += product;
      product = char === '}' ? Math.min(MOST_ALTERNATIVES, group.sum * group.product) : 1;
      if (char === '}') open.pop();
    }
  }
  return product;
}

/** All readings of `{a,b}`, nested ones too; undefined if they are too many. Braces without a comma stand for themselves. */
function expandBraces(text: string): readonly string[] | undefined {
  const done: string[] = [];
  const todo = [text];
  for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
    const group = firstGroup(one);
    if (!group) done.push(one);
    else for (const choice of group.choices) todo.push(one.slice(0, group.start) + choice + one.slice(group.end));
    if (done.length + todo.length > MOST_ALTERNATIVES) return undefined;
  }
  return done.reverse();
}

function firstGroup(text: string): { readonly start: number; readonly end: number; readonly choices: readonly string[] } | undefined {
  // One pass with a stack: the outermost closed group that has a comma, else the first inner one.
  const open: { readonly start: number; readonly commas: number[] }[] = [];
  let best: { start: number; end: number; commas: readonly number[] } | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i += 1;
    else if (char === '{') open.push({ start: i, commas: [] });
    else if (char === ',') open.at(-1)?.commas.push(i);
    else if (char === '}') {
      const group = open.pop();
      if (!group || group.commas.length === 0) continue;
      if (!best || group.start < best.start) best = { start: group.start, end: i + 1, commas: group.commas };
      if (open.length === 0) break;
    }
  }
  if (!best) return undefined;
  const edges = [best.start, ...best.commas, best.end - 1];
  const choices = edges.slice(1).map((edge, n) => text.slice((edges[n] ?? 0) + 1, edge));
  return { start: best.start, end: best.end, choices };
}

/** Whether a name (no slash) is what the segment says. */
export function matchSegment(segment: Segment, name: string): boolean {
  if (segment.kind === 'deep') return true;
  return segment.kind === 'name' ? segment.name === name : matchTokens(segment.tokens, name);
}

function matchTokens(tokens: readonly Token[], name: string): boolean {
  let t = 0;
  let at = 0;
  let star = -1; // the last star seen, and how far it has swallowed: only the last can matter
  let swallowed = 0;
  while (at < name.length) {
    const token = tokens[t];
    if (token?.kind === 'star') {
      star = t;
      swallowed = at;
      t += 1;
      continue;
    }
    const length = token ? matchToken(token, name, at) : 0;
    if (length > 0) {
      at += length;
      t += 1;
    } else if (star >= 0) {
      swallowed += 1;
      at = swallowed;
      t = star + 1;
    } else return false;
  }
  while (tokens[t]?.kind === 'star') t += 1;
  return t === tokens.length;
}

/** Code units that the token takes at `at`; 0: none. */
function matchToken(token: Token, name: string, at: number): number {
  if (token.kind === 'char') return name.startsWith(token.char, at) ? token.char.length : 0;
  const code = name.codePointAt(at) ?? 0;
  const length = code > 0xffff ? 2 : 1;
  if (token.kind !== 'class') return length;
  return inClass(token, code) ? length : 0;
}

export function inClass(token: Token & { readonly kind: 'class' }, code: number): boolean {
  return token.ranges.some(([from, to]) => code >= from && code <= to) !== token.negated;
}
