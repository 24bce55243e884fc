import { isList, isMap, type Plain } from '../base/plain.ts';
import type { Value } from '../model/value.ts';
import { evaluate } from './expression/evaluate.ts';
import type { ExpressionProblem } from './expression/syntax.ts';
import { parseTemplate } from './expression/template.ts';
import { below, type Origin, type Report } from './report.ts';
import { namesOf, type Scope } from './scope.ts';

/** A piece of text, or the value of the expression that stands there. */
export type Resolved = string | { readonly nth: number; readonly text: string; readonly length: number; readonly value: Value };

/** The pieces of a string with the values of its expressions; undefined if one has none, and that is reported. */
export function resolvePieces(text: string, scope: Scope, origin: Origin, report: Report): readonly Resolved[] | undefined {
  const template = parseTemplate(text);
  if ('problems' in template) {
    for (const problem of template.problems) addProblem(problem, problem.nth, origin, report);
    return undefined;
  }
  const names = namesOf(scope);
  const pieces: Resolved[] = [];
  let whole = true;
  for (const piece of template.pieces) {
    if (typeof piece === 'string') {
      pieces.push(piece);
      continue;
    }
    const evaluated = evaluate(piece.expression, names);
    if ('problems' in evaluated) {
      whole = false;
      for (const problem of evaluated.problems) addProblem(problem, piece.nth, origin, report);
    } else pieces.push({ nth: piece.nth, text: piece.text, length: piece.length, value: evaluated.value });
  }
  return whole ? pieces : undefined;
}

export function addProblem(problem: ExpressionProblem, nth: number, origin: Origin, report: Report): void {
  report.add(problem.code, problem.message, { ...origin, within: { nth, from: problem.from, to: problem.to } }, problem.hint);
}

/** Points at the whole of an expression, for what is wrong with its value. */
export function addAtExpression(
  code: 'expression-type' | 'unsafe-expression',
  message: string,
  { nth, length }: { readonly nth: number; readonly length: number },
  origin: Origin,
  report: Report,
  hint?: string,
): void {
  report.add(code, message, { ...origin, within: { nth, from: -3, to: length + 2 } }, hint);
}

/**
 * A string with its expressions resolved. One that is exactly one expression keeps the value's type; in a longer one every value is text.
 */
export function resolveText(text: string, scope: Scope, origin: Origin, report: Report): Plain | undefined {
  if (!text.includes('${{')) return text;
  const pieces = resolvePieces(text, scope, origin, report);
  if (pieces === undefined) return undefined;
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined && typeof first !== 'string') {
    if (first.value !== null) return first.value;
    return void addAtExpression(
      'expression-type',
      `\`${first.text}\` is not set`,
      first,
      origin,
      report,
      `Write default(${first.text}, '...').`,
    );
  }
  let joined = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') joined += piece;
    else if (piece.value !== null && typeof piece.value !== 'object') joined += String(piece.value);
    else {
      const [what, hint] = piece.value === null ? ['not set', `default(${piece.text}, '...')`] : ['a list', `join(${piece.text}, ' ')`];
      const message = `\`${piece.text}\` is ${what} and cannot be a part of a text`;
      return void addAtExpression('expression-type', message, piece, origin, report, `Write ${hint}.`);
    }
  }
  return joined;
}

/** The value with all its expressions resolved. A list in a list is spliced: `[a, "${{ args }}"]`. */
export function resolveValue(value: Plain, scope: Scope, origin: Origin, report: Report): Plain | undefined {
  if (typeof value === 'string') return resolveText(value, scope, origin, report);
  if (isList(value)) {
    const items: Plain[] = [];
    let whole = true;
    for (const [i, item] of value.entries()) {
      const resolved = resolveValue(item, scope, below(origin, i), report);
      if (resolved === undefined) whole = false;
      else if (isList(resolved) && typeof item === 'string') items.push(...resolved);
      else items.push(resolved);
    }
    return whole ? items : undefined;
  }
  if (isMap(value)) {
    const members = new Map<string, Plain>();
    let whole = true;
    for (const [key, member] of value) {
      const resolved = resolveValue(member, scope, below(origin, key), report);
      if (resolved === undefined) whole = false;
      else members.set(key, resolved);
    }
    return whole ? members : undefined;
  }
  return value;
}
