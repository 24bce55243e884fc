import { absolutePath } from './absolute-path.ts';
import { isSpent, sizeOf } from './budget.ts';
import type { Expansion } from './expansion.ts';
import { TEXT_FUNCTIONS, type TextFunction } from './functions.ts';
import { topLevel, wordsOf } from './lines.ts';
import { automatic, HERE, type Piece, type Variable } from './makefile.ts';
import { argumentsOf, referenceAt } from './reference.ts';
import { knownOutput } from './shell-output.ts';

/** Far more than people write. */
const MOST_DEEP = 64;
/** What following the references of a text costs, though all are empty. */
const FOLLOWED = 100;
const TOO_MUCH = 'the values of this Makefile come to more than is taken';
const MANY = Number.POSITIVE_INFINITY;
/** They look at the last name of a path. */
const NEED_NAMES: ReadonlySet<string> = new Set(['dir', 'notdir', 'basename', 'suffix']);
/** Variables that a step finds in its environment. */
const ENVIRONMENT: ReadonlySet<string> = new Set(['HOME', 'USER', 'LOGNAME', 'PATH', 'TMPDIR', 'TERM', 'LANG']);

/** The text with its references followed. Variables that a user may set, and commands, stay pieces of their own. */
export function expand(text: string, expansion: Expansion): readonly Piece[] {
  if (!text.includes('$') && !text.includes(HERE)) return text === '' ? [] : [text];
  if (expansion.budget.depth > MOST_DEEP) return failed(expansion, `references are nested more than ${MOST_DEEP} deep`);
  if (isSpent(text.length + FOLLOWED, expansion.budget)) return failed(expansion, TOO_MUCH);
  expansion.budget.depth += 1;
  const pieces = expanded(text, expansion);
  expansion.budget.depth -= 1;
  return pieces;
}

function expanded(text: string, expansion: Expansion): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    add(pieces, text.slice(from, at), expansion);
    const reference = referenceAt(text, at);
    if (reference === undefined) {
      expansion.fault('a reference is not closed: a bracket is missing');
      return pieces;
    }
    for (const piece of reference.inner === '$' ? ['$'] : followed(reference.inner, expansion)) add(pieces, piece, expansion);
    from = reference.end;
  }
  add(pieces, text.slice(from), expansion);
  return pieces;
}

/** The text with everything written out: variables with the values that they have when nobody sets them. */
export function flat(text: string, expansion: Expansion): string {
  return flatPieces(expand(text, expansion), expansion);
}

export function flatPieces(pieces: readonly Piece[], expansion: Expansion): string {
  return pieces.map((piece) => flatPiece(piece, expansion)).join('');
}

function flatPiece(piece: Piece, expansion: Expansion): string {
  if (typeof piece === 'string') return piece;
  switch (piece.is) {
    case 'variable':
      expansion.pin(piece.variable);
      return writtenOut(piece.variable, expansion);
    case 'environment':
      if (piece.name !== 'PWD') expansion.fault(`$(${piece.name}) is only known when a step runs`);
      return piece.name === 'PWD' ? HERE : '';
    case 'shell': {
      const known = knownOutput(flatPieces(piece.command, expansion), expansion.files);
      if (known === undefined)
        expansion.fault(`what \`${shownPieces(piece.command)}\` prints is only known when it runs, and importing runs nothing`);
      return known === undefined || isSpent(known.length, expansion.budget) ? '' : known;
    }
  }
}

/** The value of a variable, written out. */
export function writtenOut(variable: Variable, expansion: Expansion): string {
  return flatPieces(contentOf(variable, expansion), expansion);
}

function shownPieces(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : piece.is === 'variable' ? `$(${piece.variable.name})` : '...'))
    .join('');
}

function add(pieces: Piece[], piece: Piece, expansion: Expansion): void {
  if (isSpent(sizeOf(piece), expansion.budget)) return;
  if (typeof piece !== 'string') return void pieces.push(piece);
  for (const [i, part] of piece.split(HERE).entries()) {
    if (i > 0) pieces.push({ is: 'environment', name: 'PWD' });
    const last = pieces.at(-1);
    if (part !== '' && typeof last === 'string') pieces[pieces.length - 1] = last + part;
    else if (part !== '') pieces.push(part);
  }
}

/** What stands in the place of a reference. */
function followed(inner: string, expansion: Expansion): readonly Piece[] {
  const called = /^([a-z-]+)(?:[ \t\n]+([\s\S]*))?$/.exec(inner);
  const name = called?.[1] ?? '';
  if (called?.[2] !== undefined) {
    const value = applied(name, called[2], expansion);
    if (value !== undefined) return value;
  }
  const colon = topLevel(inner, (i) => inner[i] === ':');
  const equals = colon < 0 ? -1 : inner.indexOf('=', colon);
  if (equals >= 0) {
    const [from, to] = [flat(inner.slice(colon + 1, equals), expansion), flat(inner.slice(equals + 1), expansion)];
    const text = flatPieces(named(flat(inner.slice(0, colon), expansion), expansion), expansion);
    const words = from.includes('%') ? [from, to, text] : [`%${from}`, `%${to}`, text];
    return charged(TEXT_FUNCTIONS.get('patsubst') as TextFunction, words, expansion);
  }
  return named(inner.includes('$') ? flat(inner, expansion) : inner, expansion);
}

function named(name: string, expansion: Expansion): readonly Piece[] {
  if (name === '') return [];
  const variable = expansion.get(name);
  if (variable === undefined) {
    if (ENVIRONMENT.has(name)) return [{ is: 'environment', name }];
    return [{ is: 'variable', variable: { name, from: 'nowhere', value: '', optional: true, yields: true } }];
  }
  if (variable.unknown !== undefined) return failed(expansion, variable.unknown);
  if (expansion.open.includes(variable)) return failed(expansion, `the variable ${name} refers to itself`);
  const content = contentOf(variable, expansion);
  return isChoice(variable, content) ? [{ is: 'variable', variable }] : content;
}

/** Whether a user may want to set it: what is made of other variables, or by functions, follows from them unless it is there to be set. */
function isChoice({ from, value, optional }: Variable, content: readonly Piece[]): boolean {
  if (from === 'automatic' || (from === 'built-in' && !optional)) return false;
  const settled = (piece: Piece): boolean => (typeof piece === 'string' ? !piece.includes('\n') : piece.is === 'variable' || optional);
  if (!content.every(settled)) return false;
  return optional || (typeof value === 'string' ? !value.includes('$') : content.every((piece) => typeof piece === 'string'));
}

export function contentOf(variable: Variable, expansion: Expansion): readonly Piece[] {
  const { value } = variable;
  if (typeof value !== 'string') return value.some((piece) => isSpent(sizeOf(piece), expansion.budget)) ? [] : value;
  if (!value.includes('$') && isSpent(value.length, expansion.budget)) return [];
  return expand(value, { ...expansion, open: [...expansion.open, variable] });
}

function failed(expansion: Expansion, why: string): readonly Piece[] {
  expansion.fault(why);
  return [];
}

function outside(path: string, expansion: Expansion): string {
  expansion.fault(`where ${path} is, is only known when a step runs`);
  return '';
}

/** A function with its arguments; undefined if there is none of that name. */
function applied(name: string, text: string, expansion: Expansion): readonly Piece[] | undefined {
  const pure = TEXT_FUNCTIONS.get(name);
  if (pure !== undefined) {
    const words = argumentsOf(text, pure.takes).map((word) => flat(word, expansion));
    if (NEED_NAMES.has(name) && wordsOf(words.at(-1) ?? '').includes(HERE))
      return failed(expansion, 'what the folder is called is only known when a step runs');
    return charged(pure, words, expansion);
  }
  const given = (most: number): readonly string[] => argumentsOf(text, most).map((word, i) => (i === 0 ? word.trim() : word));
  switch (name) {
    case 'if': {
      const [test = '', then = '', otherwise = ''] = given(3);
      return expand((flat(test, expansion).trim() === '' ? otherwise : then).trim(), expansion);
    }
    case 'or':
      return expand(
        given(MANY)
          .find((word) => flat(word.trim(), expansion) !== '')
          ?.trim() ?? '',
        expansion,
      );
    case 'and': {
      const words = given(MANY).map((word) => word.trim());
      return words.every((word) => flat(word, expansion) !== '') ? expand(words.at(-1) ?? '', expansion) : [];
    }
    case 'foreach':
      return repeated(given(3), expansion);
    case 'call':
      return called(given(MANY), expansion);
    case 'shell': {
      return [{ is: 'shell', command: expand(text.trim(), expansion) }];
    }
    case 'value': {
      const variable = expansion.get(flat(text, expansion).trim());
      return typeof variable?.value === 'string' ? [variable.value] : [];
    }
    case 'origin': {
      const origin = { file: 'file', 'built-in': 'default', automatic: 'automatic', nowhere: 'undefined' } as const;
      return [origin[expansion.get(flat(text, expansion).trim())?.from ?? 'nowhere']];
    }
    case 'eval':
      if (expansion.evaluate === undefined) return failed(expansion, '$(eval ...) in a recipe changes the Makefile while it runs');
      expansion.evaluate(flat(text, expansion));
      return [];
    case 'info':
    case 'warning':
      return [];
    case 'error':
      return failed(expansion, `make would stop here: ${flat(text, expansion)}`);
    case 'abspath':
    case 'realpath':
      return [
        wordsOf(flat(text, expansion))
          .map((path) => absolutePath(path) ?? outside(path, expansion))
          .join(' '),
      ];
    case 'file':
    case 'flavor':
    case 'guile':
    case 'let':
    case 'intcmp':
      return failed(expansion, `the function ${name} is not known to sbx import`);
    default:
      return undefined;
  }
}

function charged({ value, grows }: TextFunction, words: readonly string[], expansion: Expansion): readonly Piece[] {
  return isSpent(grows?.(words) ?? 0, expansion.budget) ? failed(expansion, TOO_MUCH) : [value(words, expansion.files)];
}

function repeated([names = '', list = '', body = '']: readonly string[], expansion: Expansion): readonly Piece[] {
  const name = flat(names, expansion).trim();
  return wordsOf(flat(list, expansion)).flatMap((word, i) => {
    const inner: Expansion = { ...expansion, get: (wanted) => (wanted === name ? automatic(name, word) : expansion.get(wanted)) };
    const pieces = expand(body, inner);
    return i === 0 ? pieces : [' ', ...pieces];
  });
}

function called([first = '', ...rest]: readonly string[], expansion: Expansion): readonly Piece[] {
  const name = flat(first, expansion).trim();
  if (TEXT_FUNCTIONS.has(name)) return applied(name, rest.join(','), expansion) ?? [];
  const variable = expansion.get(name);
  if (typeof variable?.value !== 'string') return variable === undefined ? [] : variable.value;
  const words = [name, ...rest].map((word, i) => automatic(String(i), i === 0 ? word : expand(word, expansion)));
  const get = (wanted: string): Variable | undefined => (/^\d$/.test(wanted) ? words[Number(wanted)] : expansion.get(wanted));
  return expand(variable.value, { ...expansion, get, open: [...expansion.open, variable] });
}
