import { type Atom, bareHole, lose, peek, refuse, type Scan, skipTo } from './text.ts';

// Everything that quotes. Each function starts on its first character and ends behind its last.

export const AFTER_BACKSLASH = 'a backslash before it would change the meaning of the reference';

export function scanSingle(scan: Scan): undefined {
  scan.at += 1;
  if (skipTo(scan, "'", 'in single quotes the shell sees no value', false)) scan.at += 1;
  else lose(scan, 'a quote that is not closed');
}

/** `$'...'` is one thing to bash and another to POSIX shells: they agree only if no backslash stands before a quote. */
export function scanAnsiC(scan: Scan): undefined {
  scan.at += 2;
  const start = scan.at;
  if (!skipTo(scan, "'", "in $'...' the shell sees no value", false)) return lose(scan, 'a quote that is not closed');
  if (scan.at > start && scan.atoms[scan.at - 1] === '\\') return lose(scan, "\\' in $'...'");
  scan.at += 1;
}

/** The end of backquoted text depends on nothing but backslashes, its meaning on much: no value goes there. */
export function scanBackquote(scan: Scan): undefined {
  scan.at += 1;
  if (skipTo(scan, '`', 'in backquotes a value cannot be made safe; write $( )', true)) scan.at += 1;
  else lose(scan, 'a backquote that is not closed');
}

export function scanDouble(scan: Scan): undefined {
  scan.at += 1;
  for (let atom = peek(scan); atom !== undefined; atom = peek(scan)) {
    if (atom === '"') {
      scan.at += 1;
      return;
    }
    if (atom === '\n' && scan.pending > 0) return lose(scan, 'a quote that goes on over the start of a heredoc');
    scanQuotedAtom(scan, atom);
  }
  lose(scan, 'a quote that is not closed');
}

/** One thing inside of double quotes or of an unquoted heredoc. */
export function scanQuotedAtom(scan: Scan, atom: Atom): undefined {
  if (typeof atom === 'number') return bareHole(scan, atom);
  if (atom === '$') return scan.grammar.expansion(scan, true);
  if (atom === '`') return scanBackquote(scan);
  if (atom === '\\') return scanBackslash(scan);
  scan.at += 1;
}

/** A backslash and what it quotes. */
export function scanBackslash(scan: Scan): undefined {
  scan.at += 1;
  const next = peek(scan);
  if (typeof next === 'number') refuse(scan, next, AFTER_BACKSLASH);
  if (next !== undefined) scan.at += 1;
}
