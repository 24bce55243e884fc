import { kindOf, type Plain } from '../base/plain.ts';
import { stepFields } from '../schema/step.ts';
import { evaluate } from './expression/evaluate.ts';
import { isProblem, parseExpression } from './expression/parser.ts';
import { checkField, type Field } from './field.ts';
import { BARE } from './parsed.ts';
import type { Report } from './report.ts';
import { addProblem, resolveText } from './resolve.ts';
import { lookupOf, type Scope } from './scope.ts';

/** `if:`: true, false, `${{ ... }}`, or the expression alone. True where there is none or it cannot be told. */
export function readCondition(field: Field | undefined, scopeOf: (layer: number) => Scope, report: Report): boolean {
  if (field === undefined) return true;
  if (typeof field.value !== 'string') return (checkField(stepFields.if, field.value, field, report) as boolean | undefined) ?? true;
  const scope = scopeOf(field.layer);
  const value = field.value.includes('${{') ? resolveText(field.value, scope, field, report) : bare(field.value, field, scope, report);
  if (value === undefined || typeof value === 'boolean') return value ?? true;
  report.add(
    'expression-type',
    `true or false is wanted here, this is ${kindOf(value as Plain)}`,
    field,
    `Compare it, e.g. ${field.value} == ${JSON.stringify(value)}.`,
  );
  return true;
}

function bare(text: string, field: Field, scope: Scope, report: Report): unknown {
  const parsed = parseExpression(text);
  if (isProblem(parsed)) return void addProblem(parsed, BARE, field, report);
  const evaluated = evaluate(parsed, lookupOf(scope));
  if ('value' in evaluated) return evaluated.value;
  for (const problem of evaluated.problems) addProblem(problem, BARE, field, report);
  return undefined;
}
