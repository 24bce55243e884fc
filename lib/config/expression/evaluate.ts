import { kindOf } from '../../base/plain.ts';
import { hintOf } from '../../base/suggest.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { Scalar, Value } from '../../model/value.ts';
import { FUNCTIONS, type Kind, sizeOf } from './functions.ts';
import type { Expression, ExpressionProblem } from './syntax.ts';

/** What names stand for. */
export interface Lookup {
  /** The value, or null where it is not set, or undefined where there is no such name. */
  lookUp(path: readonly string[]): Value | undefined;
  /** There is such a name, and something is wrong with its value that is reported already: what refers to it has no value and no problem. */
  faulty(path: readonly string[]): boolean;
  /** Why the value of a name that is there must not be used; nothing if it may. */
  refused?(path: readonly string[]): Pick<ExpressionProblem, 'code' | 'message' | 'hint'> | undefined;
  /** Names that could have been meant. */
  known(path: readonly string[]): Iterable<string>;
  /** Asked before so many characters are read or made. False: this file has used up what it may. */
  spend(characters: number): boolean;
}

export const TOO_MUCH = {
  code: 'file-too-large',
  message: 'expressions make more than 16 MiB of text',
  hint: 'Put it into a file.',
} as const;

type Evaluated = { readonly value: Value } | { readonly problems: readonly ExpressionProblem[] };

/** The value of the expression, or everything that is wrong with it. Pure and total: no loops, no side, no exceptions. */
export function evaluate(expression: Expression, names: Lookup): Evaluated {
  const unknown = unknownNames(expression, names);
  if (unknown.length > 0) return { problems: unknown };
  const problems: ExpressionProblem[] = [];
  const value = valueAt(expression, names, problems);
  return value === undefined ? { problems } : { value };
}

/** The paths of all names that stand in it. */
export function* namesIn(expression: Expression): Iterable<readonly string[]> {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'name':
      return yield expression.path;
    case 'not':
      return yield* namesIn(expression.of);
    case 'binary':
      yield* namesIn(expression.left);
      return yield* namesIn(expression.right);
    default:
      for (const part of expression.kind === 'list' ? expression.items : expression.args) yield* namesIn(part);
  }
}

/** Names are looked up in all branches, so that a typo does not wait for the day its branch is taken. */
function unknownNames(expression: Expression, names: Lookup): readonly ExpressionProblem[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'list':
      return expression.items.flatMap((item) => unknownNames(item, names));
    case 'not':
      return unknownNames(expression.of, names);
    case 'binary':
      return [...unknownNames(expression.left, names), ...unknownNames(expression.right, names)];
    case 'call': {
      const args = expression.args.flatMap((arg) => unknownNames(arg, names));
      if (FUNCTIONS.has(expression.name)) return args;
      const { from } = expression;
      return [
        unknown(`${expression.name}()`, () => hintOf(expression.name, FUNCTIONS.keys()), { from, to: from + expression.name.length }),
        ...args,
      ];
    }
    case 'name': {
      const refused = names.refused?.(expression.path);
      if (refused) return [{ ...refused, from: expression.from, to: expression.to }];
      if (names.lookUp(expression.path) !== undefined || names.faulty(expression.path)) return [];
      const written = expression.path.join('.');
      return [unknown(written, () => hintOf(written, names.known(expression.path)), expression)];
    }
    default:
      return unreachable(expression);
  }
}

function unknown(what: string, hint: () => string | undefined, at: { readonly from: number; readonly to: number }): ExpressionProblem {
  return { code: 'expression-name', message: `there is no \`${what}\``, from: at.from, to: at.to, hint };
}

type Problems = ExpressionProblem[];

function valueAt(expression: Expression, names: Lookup, problems: Problems): Value | undefined {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return names.lookUp(expression.path);
    case 'list': {
      const items = expression.items.map((item) => valueAt(item, names, problems));
      if (items.includes(undefined)) return undefined;
      if (items.every((item) => item !== null && typeof item !== 'object')) return items as Scalar[];
      return wrong(expression, 'the items of a list are text, numbers or truth values', problems);
    }
    case 'not': {
      const value = valueAt(expression.of, names, problems);
      if (value === undefined || typeof value === 'boolean') return value === undefined ? undefined : !value;
      return wrong(expression.of, `\`!\` takes true or false, this is ${kind(value)}`, problems);
    }
    case 'call':
      return called(expression, names, problems);
    case 'binary':
      return combined(expression, names, problems);
    default:
      return unreachable(expression);
  }
}

function combined(expression: Expression & { readonly kind: 'binary' }, names: Lookup, problems: Problems): Value | undefined {
  const { operator } = expression;
  const left = valueAt(expression.left, names, problems);
  if (operator === '&&' || operator === '||') {
    if (left === undefined) return undefined;
    if (typeof left !== 'boolean') return wrong(expression.left, `\`${operator}\` takes true or false, this is ${kind(left)}`, problems);
    if (left === (operator === '||')) return left;
    const right = valueAt(expression.right, names, problems);
    if (right === undefined || typeof right === 'boolean') return right;
    return wrong(expression.right, `\`${operator}\` takes true or false, this is ${kind(right)}`, problems);
  }
  const right = valueAt(expression.right, names, problems);
  if (left === undefined || right === undefined) return undefined;
  if (operator === 'in') {
    if (!Array.isArray(right)) return wrong(expression.right, `\`in\` takes a list, this is ${kind(right)}`, problems);
    if (!names.spend(sizeOf(right))) {
      problems.push({ ...TOO_MUCH, from: expression.from, to: expression.to });
      return undefined;
    }
    return right.some((item) => item === left);
  }
  const comparable = left === null || right === null || (typeof left === typeof right && typeof left !== 'object');
  if (!comparable) {
    return wrong(
      expression,
      `${kind(left)} and ${kind(right)} are never equal`,
      problems,
      'Compare text with text, or a number with a number.',
    );
  }
  return (left === right) === (operator === '==');
}

function called(expression: Expression & { readonly kind: 'call' }, names: Lookup, problems: Problems): Value | undefined {
  const callee = FUNCTIONS.get(expression.name);
  if (callee === undefined) return undefined;
  const { args } = expression;
  if (args.length < callee.least || args.length > callee.takes.length) {
    return wrong(expression, `${expression.name}() takes other arguments`, problems, `Write ${callee.usage}.`);
  }
  const values = args.map((arg) => valueAt(arg, names, problems));
  if (values.includes(undefined)) return undefined;
  for (const [i, value] of values.entries()) {
    const takes = callee.takes[i] ?? 'any';
    if (!isOf(takes, value as Value))
      return wrong(args[i] ?? expression, `${callee.usage}: ${WANTED[takes]} is wanted, this is ${kind(value as Value)}`, problems);
  }
  const given = values as readonly Value[];
  const read = given.reduce<number>((size, value) => size + sizeOf(value), 0);
  if (names.spend(read) && (callee.size === undefined || names.spend(callee.size(given)))) return callee.apply(given);
  problems.push({ ...TOO_MUCH, from: expression.from, to: expression.to });
  return undefined;
}

const WANTED: { readonly [kind in Kind]: string } = {
  any: 'a value',
  string: 'text',
  list: 'a list',
  scalar: 'text, a number or a truth value',
  'string or list': 'text or a list',
};

function isOf(wanted: Kind, value: Value): boolean {
  switch (wanted) {
    case 'any':
      return true;
    case 'string':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value);
    case 'scalar':
      return value !== null && typeof value !== 'object';
    case 'string or list':
      return typeof value === 'string' || Array.isArray(value);
  }
}

function wrong(at: Expression, message: string, problems: Problems, hint?: string): undefined {
  problems.push({ code: 'expression-type', message, from: at.from, to: at.to, ...(hint === undefined ? {} : { hint }) });
  return undefined;
}

function kind(value: Value): string {
  return value === null ? 'not set' : kindOf(value);
}
