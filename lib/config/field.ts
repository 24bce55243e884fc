import type { Json } from '../base/json.ts';
import { isList, isMap, type Plain } from '../base/plain.ts';
import { type CheckOptions, checkShape, type Misfit } from '../schema/check.ts';
import type { Shape, ValueOf } from '../schema/shape.ts';
import type { Origin, Report } from './report.ts';
import { resolveValue } from './resolve.ts';
import type { Scope } from './scope.ts';

/** A value as one file gives it. `layer` says which file's parameters its expressions see. */
export interface Field extends Origin {
  readonly value: Plain;
  readonly layer: number;
  /** The field that it was laid over. */
  readonly under?: Field;
}

/** The field and all that it was laid over, the lowest first. */
export function chainOf(field: Field | undefined): readonly Field[] {
  const chain: Field[] = [];
  for (let one = field; one !== undefined; one = one.under) chain.unshift(one);
  return chain;
}

/** Resolves the field and checks it against its shape; undefined if something is wrong with it, and that is reported. */
export function readField<S extends Shape>(shape: S, field: Field, scope: Scope, report: Report): ValueOf<S> | undefined {
  return readJson(shape, field, scope, report) as ValueOf<S> | undefined;
}

/** The same where the shape is not known beforehand. */
export function readJson(shape: Shape, field: Field, scope: Scope, report: Report): Json | undefined {
  if (!holdsExpression(field.value)) return checkField(shape, field.value, field, report);
  const mayStand = checkField(shape, field.value, field, report, { unresolved: true }) !== undefined;
  const resolved = resolveValue(field.value, scope, field, report);
  return resolved === undefined || !mayStand ? undefined : checkField(shape, resolved, field, report, { late: scope.outputs });
}

/** Checks a value that has no expressions, or whose expressions were resolved. */
export function checkField(
  shape: Shape,
  value: Plain,
  origin: Origin,
  report: Report,
  options?: Pick<CheckOptions, 'unresolved' | 'late'>,
): Json | undefined {
  return checkShape(shape, value, (misfit) => addMisfit(misfit, origin, report), { ...options, spend: report.spend });
}

function holdsExpression(value: Plain): boolean {
  if (typeof value === 'string') return value.includes('${{');
  if (isList(value)) return value.some(holdsExpression);
  return isMap(value) && [...value.values()].some(holdsExpression);
}

export function addMisfit(misfit: Misfit, origin: Origin, report: Report): void {
  const at = { document: origin.document, path: [...origin.path, ...misfit.path] };
  report.add(misfit.code, misfit.message, misfit.key ? { ...at, part: 'key' } : at, misfit.hint);
}
