import { scanAnsiC, scanBackquote, scanBackslash, scanDouble, scanSingle } from './quotes.ts';
import { type Atom, bareHole, decide, deeper, isAt, isOneOf, lose, peek, refuse, type Scan } from './text.ts';

const IN_ARITHMETIC = 'arithmetic runs what a value says';

/** A `$` and what it expands. `quoted`: inside of double quotes or of a heredoc. */
export function scanExpansion(scan: Scan, quoted: boolean): undefined {
  const next = peek(scan, 1);
  if (typeof next === 'number') {
    refuse(scan, next, 'a `$` before it would be read together with the reference');
    scan.at += 2;
  } else if (isAt(scan, '$((')) {
    scan.at += 1;
    scanArithmetic(scan);
  } else if (next === '(') {
    scan.at += 2;
    deeper(scan, () => scan.grammar.commands(scan, true));
  } else if (next === '{') deeper(scan, () => scanParameter(scan, quoted));
  else if (next === "'" && !quoted) scanAnsiC(scan);
  else if (next === '"' && !quoted) {
    scan.at += 1;
    scanDouble(scan);
  } else if (next === '[') lose(scan, '$[ ], which shells read in different ways');
  else {
    scan.at += 1;
    if (isName(next)) while (isName(peek(scan))) scan.at += 1;
    else if (isSpecial(next)) scan.at += 1;
  }
}

/** `(( ))`, from its first parenthesis. What is no plain arithmetic (quotes, a subshell in a subshell) is not followed. */
export function scanArithmetic(scan: Scan): undefined {
  let depth = 0;
  for (let atom = peek(scan); atom !== undefined; atom = peek(scan)) {
    if (typeof atom === 'number') refuse(scan, atom, IN_ARITHMETIC);
    else if ('\'"`\\'.includes(atom)) return lose(scan, 'quotes inside of (( ))');
    scan.at += 1;
    if (atom === '(') depth += 1;
    if (atom !== ')') continue;
    depth -= 1;
    if (depth === 1 && peek(scan) === ')') {
      scan.at += 1;
      return;
    }
    if (depth <= 1) return lose(scan, 'a subshell that starts like arithmetic');
  }
  lose(scan, '(( that is not closed');
}

/** `${name...}`. */
function scanParameter(scan: Scan, quoted: boolean): undefined {
  scan.at += 2;
  const length = peek(scan) === '#' && peek(scan, 1) !== '}';
  if (length || peek(scan) === '!') scan.at += 1;
  const start = scan.at;
  while (isName(peek(scan))) scan.at += 1;
  if (scan.at === start && isSpecial(peek(scan))) scan.at += 1;
  if (scan.at === start) return lose(scan, 'an unusual ${ }');
  if (peek(scan) === '[' && !scanSubscript(scan)) return;
  if (peek(scan) === '}') {
    scan.at += 1;
    return;
  }
  if (length) return lose(scan, 'an unusual ${# }');
  if (peek(scan) === ':' && isOneOf(peek(scan, 1), '-=+?')) scan.at += 1;
  const operator = peek(scan);
  if (isOneOf(operator, '-=+?')) {
    scan.at += 1;
    return scanOperand(scan, quoted, 'word');
  }
  if (isOneOf(operator, '#%')) {
    scan.at += peek(scan, 1) === operator ? 2 : 1;
    return scanOperand(scan, quoted, 'pattern');
  }
  scanOperand(scan, quoted, 'other');
}

/** The word behind the operator of `${ }`, to its `}`. */
function scanOperand(scan: Scan, quoted: boolean, kind: 'word' | 'pattern' | 'other'): undefined {
  for (let atom = peek(scan); atom !== undefined; atom = peek(scan)) {
    if (typeof atom === 'number') operandHole(scan, atom, quoted, kind);
    else if (atom === '}') {
      scan.at += 1;
      return;
    } else if (atom === '\n' && scan.pending > 0) return lose(scan, '${ } that goes on over the start of a heredoc');
    else if (atom === '$') scanExpansion(scan, quoted);
    else if (atom === '`') scanBackquote(scan);
    else if (atom === '\\') scanBackslash(scan);
    else if (atom === "'" || atom === '"') {
      if (quoted) return lose(scan, 'quotes inside of "${ }"');
      if (atom === "'") scanSingle(scan);
      else scanDouble(scan);
    } else scan.at += 1;
  }
  lose(scan, '${ that is not closed');
}

function operandHole(scan: Scan, hole: number, quoted: boolean, kind: 'word' | 'pattern' | 'other'): undefined {
  const patternInHeredoc = kind === 'pattern' && quoted && scan.inHeredoc;
  if (kind === 'other' || patternInHeredoc) refuse(scan, hole, 'here the shell would read the value as a pattern or as arithmetic');
  else if (scan.isList(hole)) refuse(scan, hole, 'a list cannot stand inside of ${ }; join() makes one text of it');
  else if (quoted && kind === 'word') return bareHole(scan, hole);
  else decide(scan, hole, { is: 'word' });
  scan.at += 1;
}

/** `[...]` behind a name is arithmetic. */
function scanSubscript(scan: Scan): boolean {
  for (let atom = peek(scan); atom !== undefined && !isOneOf(atom, '}\'"`\\$'); atom = peek(scan)) {
    if (typeof atom === 'number') refuse(scan, atom, IN_ARITHMETIC);
    scan.at += 1;
    if (atom === ']') return true;
  }
  lose(scan, 'an unusual ${[ ]}');
  return false;
}

function isName(atom: Atom | undefined): boolean {
  return typeof atom === 'string' && /^\w$/.test(atom);
}

function isSpecial(atom: Atom | undefined): boolean {
  return isOneOf(atom, '@*#?$!-');
}
