import { scanQuotedAtom } from './quotes.ts';
import { type Atom, isOneOf, lose, peek, refuse, type Scan } from './text.ts';

/** A heredoc whose body begins behind the next newline. */
export interface Heredoc {
  readonly end: string;
  /** `<<-`: tabs before lines are taken away. */
  readonly strips: boolean;
  readonly quoted: boolean;
}

/** Reads `<<` and the word that ends the body; undefined: the scan is lost. */
export function scanHeredocStart(scan: Scan): Heredoc | undefined {
  const lost = (why = 'a heredoc whose end is not a plain word'): undefined => void lose(scan, why);
  if (scan.inHeredoc) return lost('a heredoc inside of a heredoc');
  scan.at += 2;
  const strips = peek(scan) === '-';
  if (strips) scan.at += 1;
  while (isOneOf(peek(scan), ' \t')) scan.at += 1;
  let end = '';
  let quoted = false;
  let quote = '';
  for (let atom = peek(scan); atom !== undefined; atom = peek(scan)) {
    if (typeof atom === 'number') return lost();
    if (quote === '' && ' \t\n;&|<>()'.includes(atom)) break;
    if ('\n$`'.includes(atom)) return lost();
    if (atom === '\\') {
      const next = peek(scan, 1);
      if (quote !== '' || typeof next !== 'string' || next === '\n') return lost();
      quoted = true;
      scan.at += 1;
      end += next;
    } else if (quote === '' && (atom === "'" || atom === '"')) {
      quoted = true;
      quote = atom;
    } else if (atom === quote) quote = '';
    else end += atom;
    scan.at += 1;
  }
  if (end === '' || quote !== '') return lost();
  scan.pending += 1;
  return { end, strips, quoted };
}

/** Reads the body and the line that ends it; starts behind a newline. `why`, if given: no value may stand there. */
export function scanHeredocBody(scan: Scan, { end, strips, quoted }: Heredoc, why: string | undefined): undefined {
  scan.pending -= 1;
  let before = '';
  for (let at = scan.at; at < scan.limit; ) {
    let close = at;
    while (close < scan.limit && scan.atoms[close] !== '\n') close += 1;
    const line = lineOf(scan.atoms, at, close, strips);
    const joins = !quoted && /(?:^|[^\\])(?:\\\\)*\\$/.test(before);
    const joined = joins ? before.slice(0, -1) + line : line;
    if (joins && (line === end || joined === end)) return lose(scan, 'a heredoc whose last line is joined by a backslash');
    if (line === end) {
      scanBody(scan, at, quoted, why);
      if (scan.at === at) scan.at = Math.min(close + 1, scan.limit);
      return;
    }
    before = joined;
    at = close + 1;
  }
  lose(scan, `a heredoc that does not end with ${end}`);
}

function lineOf(atoms: readonly Atom[], from: number, to: number, strips: boolean): string {
  const line = atoms
    .slice(from, to)
    .map((atom) => (typeof atom === 'number' ? '\0' : atom))
    .join('');
  return strips ? line.replace(/^\t+/, '') : line;
}

function scanBody(scan: Scan, to: number, quoted: boolean, why: string | undefined): undefined {
  const { limit, inHeredoc, at: from } = scan;
  scan.limit = to;
  scan.inHeredoc = true;
  if (quoted) {
    for (; scan.at < to; scan.at++) {
      const atom = scan.atoms[scan.at];
      if (typeof atom === 'number') refuse(scan, atom, 'in a heredoc whose end is quoted the shell sees no value');
    }
  } else for (let atom = peek(scan); atom !== undefined; atom = peek(scan)) scanQuotedAtom(scan, atom);
  scan.inHeredoc = inHeredoc;
  if (scan.limit === to) scan.limit = limit;
  if (why === undefined) return;
  for (const atom of scan.atoms.slice(from, to)) if (typeof atom === 'number') refuse(scan, atom, why);
}
