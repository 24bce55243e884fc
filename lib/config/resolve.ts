import { isList, isMap, type Plain } from '../base/plain.ts';
import type { Value } from '../model/value.ts';
import { evaluate, TOO_MUCH } from './expression/evaluate.ts';
import { sizeOf } from './expression/functions.ts';
import type { ExpressionProblem } from './expression/syntax.ts';
import { parseTemplate } from './expression/template.ts';
import { below, type Origin, type Report } from './report.ts';
import { lookupOf, type Scope } from './scope.ts';

/** A piece of text, or the value of the expression that stands there; undefined where something is wrong with it, and that is reported. */
export type Resolved = string | { readonly nth: number; readonly text: string; readonly length: number; readonly value: Value | undefined };

/** The pieces of a string with the values of its expressions; undefined if it cannot be taken apart, and that is reported. */
export function resolvePieces(text: string, scope: Scope, origin: Origin, report: Report): readonly Resolved[] | undefined {
  const template = parseTemplate(text);
  if ('problems' in template) {
    for (const problem of template.problems) addProblem(problem, problem.nth, origin, report);
    return undefined;
  }
  const names = lookupOf(scope);
  return template.pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const { nth, text, length, expression } = piece;
    const evaluated = evaluate(expression, names);
    // Charged where it is used: what is small once is not where it stands a thousand times.
    const fits = 'problems' in evaluated || names.spend(sizeOf(evaluated.value));
    if ('value' in evaluated && fits) {
      const value = scope.outputs?.leave(text, expression, evaluated.value, names, scope) ?? evaluated.value;
      return { nth, text, length, value };
    }
    if ('value' in evaluated) {
      addProblem({ ...TOO_MUCH, from: -3, to: length + 2 }, nth, origin, report);
      return { nth, text, length, value: undefined };
    }
    for (const problem of evaluated.problems) addProblem(problem, nth, origin, report);
    return { nth, text, length, value: undefined };
  });
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
    return isSet(first, origin, report) ? first.value : undefined;
  }
  const texts = pieces.map((piece): string | undefined => {
    if (typeof piece === 'string') return piece;
    if (!isSet(piece, origin, report)) return undefined;
    if (typeof piece.value !== 'object') return String(piece.value);
    const message = `\`${piece.text}\` is a list and cannot be a part of a text`;
    return void addAtExpression('expression-type', message, piece, origin, report, `Write join(${piece.text}, ' ').`);
  });
  return texts.includes(undefined) ? undefined : texts.join('');
}

type Hole = Exclude<Resolved, string>;

/** Whether the expression has a value; that it has none is reported. */
export function isSet(hole: Hole, origin: Origin, report: Report): hole is Hole & { readonly value: Exclude<Value, null> } {
  if (hole.value !== null) return hole.value !== undefined;
  const hint = `Write default(${hole.text}, '...').`;
  addAtExpression('expression-type', `\`${hole.text}\` is not set`, hole, origin, report, hint);
  return false;
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
