/** Shell text with holes: a character, or the number of a hole that a value goes into. */
export type Atom = string | number;

/** What becomes of a hole. */
export type Verdict =
  | { readonly is: 'word' } // "${v}"
  | { readonly is: 'bare' } // ${v}, inside of double quotes or of a heredoc
  | { readonly is: 'words' } // a list, each item a word of its own
  | { readonly is: 'refused'; readonly why: string };

/** The state of one scan: where it is, and what it has found out. */
export interface Scan {
  readonly atoms: readonly Atom[];
  readonly bash: boolean;
  readonly isList: (hole: number) => boolean;
  readonly verdicts: Map<number, Verdict>;
  /** Commands stand in expansions and expansions in commands: they call each other through here. */
  readonly grammar: {
    readonly commands: (scan: Scan, nested: boolean) => undefined;
    readonly expansion: (scan: Scan, quoted: boolean) => undefined;
  };
  at: number;
  /** Behind the last atom that may be read: the end of a heredoc's body, else of the text. */
  limit: number;
  /** Heredocs whose bodies have not begun, on all levels. */
  pending: number;
  inHeredoc: boolean;
  /** See `lose`: nothing more can be told. */
  lost: boolean;
  /** Expansions that are open. */
  depth: number;
}

export function peek(scan: Scan, ahead = 0): Atom | undefined {
  const at = scan.at + ahead;
  return at < scan.limit ? scan.atoms[at] : undefined;
}

/** Whether the text goes on with these characters. */
export function isAt(scan: Scan, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (peek(scan, i) !== text[i]) return false;
  return true;
}

export function isOneOf(atom: Atom | undefined, characters: string): boolean {
  return typeof atom === 'string' && characters.includes(atom);
}

export function refuse(scan: Scan, hole: number, why: string): undefined {
  scan.verdicts.set(hole, { is: 'refused', why });
}

/** Once refused, a hole stays so. */
export function decide(scan: Scan, hole: number, verdict: Verdict): undefined {
  if (scan.verdicts.get(hole)?.is !== 'refused') scan.verdicts.set(hole, verdict);
}

/** The scan cannot tell in which quotes the rest stands, or shells disagree: no value goes there. */
export function lose(scan: Scan, why: string): undefined {
  scan.lost = true;
  scan.limit = scan.atoms.length;
  for (; scan.at < scan.limit; scan.at++) {
    const atom = scan.atoms[scan.at];
    if (typeof atom === 'number') refuse(scan, atom, `behind ${why}, where quotes begin and end is not certain`);
  }
}

/** Far more than people write; text of a megabyte must not use up the stack. */
const MOST_DEEP = 32;

/** Reads what stands in an expansion. */
export function deeper(scan: Scan, read: () => undefined): undefined {
  if (scan.depth === MOST_DEEP) return lose(scan, `more than ${MOST_DEEP} expansions within each other`);
  scan.depth += 1;
  read();
  scan.depth -= 1;
}

/** Reads on until `end`, which is not consumed; holes on the way are refused. False: the text ended before. */
export function skipTo(scan: Scan, end: string, why: string, escapes: boolean): boolean {
  for (let atom = peek(scan); atom !== undefined; atom = peek(scan)) {
    if (atom === end) return true;
    if (typeof atom === 'number') refuse(scan, atom, why);
    if (atom === '\\' && escapes) {
      scan.at += 1;
      const next = peek(scan);
      if (typeof next === 'number') refuse(scan, next, why);
    }
    scan.at += 1;
  }
  return false;
}

/** A value inside of double quotes or of an unquoted heredoc. */
export function bareHole(scan: Scan, hole: number): undefined {
  if (scan.isList(hole)) refuse(scan, hole, 'a list is many words and cannot stand inside of quotes; join() makes one text of it');
  else decide(scan, hole, { is: 'bare' });
  scan.at += 1;
}
