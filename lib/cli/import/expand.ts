import { substituted, TEXT_FUNCTIONS } from './functions.ts';
import { topLevel, wordsOf } from './lines.ts';
import type { Listing, Piece, Variable } from './makefile.ts';
import { argumentsOf, referenceAt } from './reference.ts';
import { knownOutput } from './shell-output.ts';

/** What a text is expanded with. */
export interface Scope {
  readonly get: (name: string) => Variable | undefined;
  readonly files: Listing;
  /** Told why a value is not known, or why a function has none here; what is given for it then is no text to go on with. */
  readonly fault: (why: string) => void;
  /** Told of a variable whose value was written out where only text could stand. */
  readonly pin: (variable: Variable) => void;
  /** Reads text as lines of the Makefile; absent where no lines are read. */
  readonly evaluate?: (text: string) => void;
  /** Variables that are being expanded, the outermost first. */
  readonly open: readonly Variable[];
  /** Characters that may still be made. One for a whole import. */
  readonly budget: { left: number };
}

/** Far more than people write. */
const MOST_DEEP = 64;
/** Variables that a step finds in its environment. */
const ENVIRONMENT: ReadonlySet<string> = new Set(['HOME', 'USER', 'LOGNAME', 'PATH', 'TMPDIR', 'TERM', 'LANG']);

/** The text with its references followed. Variables that a user may set, and commands, stay pieces of their own. */
export function expand(text: string, scope: Scope): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    add(pieces, text.slice(from, at), scope);
    const reference = referenceAt(text, at);
    if (reference === undefined) {
      scope.fault('a reference is not closed: a bracket is missing');
      return pieces;
    }
    for (const piece of reference.inner === '$' ? ['$'] : followed(reference.inner, scope)) add(pieces, piece, scope);
    from = reference.end;
  }
  add(pieces, text.slice(from), scope);
  return pieces;
}

/** The text with everything written out: variables with the values that they have when nobody sets them. */
export function flat(text: string, scope: Scope): string {
  return flatPieces(expand(text, scope), scope);
}

export function flatPieces(pieces: readonly Piece[], scope: Scope): string {
  const texts = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    if (piece.is === 'environment') scope.fault(`$(${piece.name}) is only known when a step runs`);
    if (piece.is === 'shell')
      scope.fault(`what \`${shownPieces(piece.command)}\` prints is only known when it runs, and importing runs nothing`);
    if (piece.is !== 'variable') return '';
    scope.pin(piece.variable);
    return writtenOut(piece.variable, scope);
  });
  return texts.join('');
}

/** The value of a variable, written out. */
export function writtenOut(variable: Variable, scope: Scope): string {
  return flatPieces(contentOf(variable, scope), scope);
}

function shownPieces(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : piece.is === 'variable' ? `$(${piece.variable.name})` : '...'))
    .join('');
}

function add(pieces: Piece[], piece: Piece, scope: Scope): void {
  if (piece === '') return;
  const last = pieces.at(-1);
  if (typeof piece === 'string') scope.budget.left -= piece.length;
  if (scope.budget.left < 0) return;
  if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece;
  else pieces.push(piece);
}

/** What stands in the place of a reference. */
function followed(inner: string, scope: Scope): readonly Piece[] {
  if (scope.open.length > MOST_DEEP) return failed(scope, `references are nested more than ${MOST_DEEP} deep`);
  if (scope.budget.left < 0) return failed(scope, 'the values of this Makefile come to more text than is taken');
  const called = /^([a-z-]+)(?:[ \t\n]+([\s\S]*))?$/.exec(inner);
  const name = called?.[1] ?? '';
  if (called?.[2] !== undefined) {
    const value = applied(name, called[2], scope);
    if (value !== undefined) return value;
  }
  const colon = topLevel(inner, (i) => inner[i] === ':');
  const equals = colon < 0 ? -1 : inner.indexOf('=', colon);
  if (equals >= 0) {
    const [from, to] = [flat(inner.slice(colon + 1, equals), scope), flat(inner.slice(equals + 1), scope)];
    const text = flatPieces(named(flat(inner.slice(0, colon), scope), scope), scope);
    return from.includes('%') ? [substituted(from, to, text)] : [substituted(`%${from}`, `%${to}`, text)];
  }
  return named(inner.includes('$') ? flat(inner, scope) : inner, scope);
}

function named(name: string, scope: Scope): readonly Piece[] {
  const variable = scope.get(name);
  if (variable === undefined) {
    if (ENVIRONMENT.has(name)) return [{ is: 'environment', name }];
    return [{ is: 'variable', variable: { name, from: 'nowhere', value: '', optional: true, yields: true } }];
  }
  if (variable.unknown !== undefined) return failed(scope, variable.unknown);
  if (scope.open.includes(variable)) return failed(scope, `the variable ${name} refers to itself`);
  const content = contentOf(variable, scope);
  return isChoice(variable, content) ? [{ is: 'variable', variable }] : content;
}

/** Whether a user may want to set it: what is made of other variables, or by functions, follows from them unless it is there to be set. */
function isChoice({ from, value, optional }: Variable, content: readonly Piece[]): boolean {
  if (from === 'automatic' || (from === 'built-in' && !optional)) return false;
  if (content.some((piece) => (typeof piece === 'string' ? piece.includes('\n') : piece.is !== 'variable'))) return false;
  return optional || (typeof value === 'string' ? !value.includes('$') : content.every((piece) => typeof piece === 'string'));
}

export function contentOf(variable: Variable, scope: Scope): readonly Piece[] {
  if (typeof variable.value !== 'string') return variable.value;
  return expand(variable.value, { ...scope, open: [...scope.open, variable] });
}

function failed(scope: Scope, why: string): readonly Piece[] {
  scope.fault(why);
  return [];
}

/** A function with its arguments; undefined if there is none of that name. */
function applied(name: string, text: string, scope: Scope): readonly Piece[] | undefined {
  const pure = TEXT_FUNCTIONS.get(name);
  if (pure !== undefined) {
    const words = argumentsOf(text, pure.takes).map((word) => flat(word, scope));
    return [pure.value(words, scope.files)];
  }
  const given = (most: number): readonly string[] => argumentsOf(text, most).map((word, i) => (i === 0 ? word.trim() : word));
  switch (name) {
    case 'if': {
      const [test = '', then = '', otherwise = ''] = given(3);
      return expand((flat(test, scope).trim() === '' ? otherwise : then).trim(), scope);
    }
    case 'or':
      return (
        given(Number.POSITIVE_INFINITY)
          .map((word) => expand(word.trim(), scope))
          .find((pieces) => pieces.length > 0) ?? []
      );
    case 'and': {
      const all = given(Number.POSITIVE_INFINITY).map((word) => expand(word.trim(), scope));
      return all.every((pieces) => pieces.length > 0) ? (all.at(-1) ?? []) : [];
    }
    case 'foreach':
      return repeated(given(3), scope);
    case 'call':
      return called(given(Number.POSITIVE_INFINITY), scope);
    case 'shell': {
      const command = expand(text.trim(), scope);
      const known = command.every((piece) => typeof piece === 'string') ? knownOutput(command.join(''), scope.files) : undefined;
      return known === undefined ? [{ is: 'shell', command }] : [known];
    }
    case 'value': {
      const variable = scope.get(flat(text, scope).trim());
      return typeof variable?.value === 'string' ? [variable.value] : [];
    }
    case 'origin': {
      const origin = { file: 'file', 'built-in': 'default', automatic: 'automatic', nowhere: 'undefined' } as const;
      return [origin[scope.get(flat(text, scope).trim())?.from ?? 'nowhere']];
    }
    case 'eval':
      if (scope.evaluate === undefined) return failed(scope, '$(eval ...) in a recipe changes the Makefile while it runs');
      scope.evaluate(flat(text, scope));
      return [];
    case 'info':
    case 'warning':
      return [];
    case 'error':
      return failed(scope, `make would stop here: ${flat(text, scope)}`);
    case 'abspath':
    case 'realpath':
    case 'file':
    case 'flavor':
    case 'guile':
    case 'let':
    case 'intcmp':
      return failed(scope, `the function ${name} is not known to sbx import`);
    default:
      return undefined;
  }
}

function repeated([names = '', list = '', body = '']: readonly string[], scope: Scope): readonly Piece[] {
  const name = flat(names, scope).trim();
  return wordsOf(flat(list, scope)).flatMap((word, i) => {
    const inner: Scope = { ...scope, get: (wanted) => (wanted === name ? automatic(name, word) : scope.get(wanted)) };
    const pieces = expand(body, inner);
    return i === 0 ? pieces : [' ', ...pieces];
  });
}

function called([first = '', ...rest]: readonly string[], scope: Scope): readonly Piece[] {
  const name = flat(first, scope).trim();
  const variable = scope.get(name);
  if (typeof variable?.value !== 'string') return variable === undefined ? [] : variable.value;
  const words = [name, ...rest].map((word, i) => automatic(String(i), i === 0 ? word : expand(word, scope)));
  const get = (wanted: string): Variable | undefined => (/^\d$/.test(wanted) ? words[Number(wanted)] : scope.get(wanted));
  return expand(variable.value, { ...scope, get, open: [...scope.open, variable] });
}

/** A variable that stands for itself, as `$@` does. */
export function automatic(name: string, value: string | readonly Piece[]): Variable {
  return { name, from: 'automatic', value: typeof value === 'string' ? [value] : value, optional: false, yields: false };
}
