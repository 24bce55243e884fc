import type { Json } from '../base/json.ts';
import { alternatives } from '../base/pattern.ts';
import { isList, isMap, isScalar, kindOf, type Plain, type PlainMap } from '../base/plain.ts';
import { suggest } from '../base/suggest.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { formHint } from './form-hint.ts';
import { formatProblem } from './formats.ts';
import { type Late, lateIn, lateProblem } from './late.ts';
import { exampleOf, type IntegerShape, isFree, isLiteral, type MapShape, type ObjectShape, type Shape, type StringShape } from './shape.ts';
import { unknownKey } from './unknown-key.ts';
import { wanted } from './wanted.ts';

/** Something in a value that is not of its shape. `path` leads from the checked value to the part that is wrong; `key`: its key is wrong. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly key?: true;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
}

export interface CheckOptions {
  /** The value was not resolved: where expressions may stand, a text that holds one is taken for whatever is wanted. */
  readonly unresolved?: true;
  /** Asked before work that a short value can make large; false: no more of it. */
  readonly spend: (characters: number) => boolean;
  /** Knows the kind of what a marked expression will be, see lib/model/output.ts. */
  readonly late?: Late | undefined;
}

/**
 * The value as JSON of the shape, or undefined if it is not of it; all that is wrong is given to `report`.
 * Numbers and truth values are texts where texts are wanted: the document made sure that they read as they were written.
 */
export function checkShape(shape: Shape, value: Plain, report: (misfit: Misfit) => void, options: CheckOptions): Json | undefined {
  return check({ report, ...options }, shape, value, []);
}

const TRUTH_LIKE: ReadonlySet<string> = new Set(['yes', 'no', 'on', 'off', 'y', 'n', 'true', 'false']);

function isTruthLike(value: Plain): value is string {
  return typeof value === 'string' && TRUTH_LIKE.has(value.toLowerCase());
}

type Path = readonly (string | number)[];

interface Pass extends CheckOptions {
  /** It is only asked whether the value fits. */
  readonly dry?: true;
  readonly report: (misfit: Misfit) => void;
}

function check(pass: Pass, shape: Shape, value: Plain, path: Path): Json | undefined {
  if (pass.unresolved && typeof value === 'string' && value.includes('${{') && !isLiteral(shape)) return value;
  const late = pass.late && lateIn(shape, value);
  const problem = pass.late && late !== undefined ? lateProblem(shape, late, pass.late) : undefined;
  if (problem !== undefined) return misfit(pass, path, problem.code, problem.message, problem.hint);
  if (late !== undefined) return late;
  switch (shape.kind) {
    case 'string':
      return checkText(pass, shape, value, path);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (isTruthLike(value)) {
        const truth = /^(yes|on|y|true)$/i.test(value);
        return misfit(pass, path, 'ambiguous-scalar', `\`${value}\` is text, a truth value is wanted`, `Write ${truth}, without quotes.`);
      }
      return wrongType(pass, path, shape, value);
    case 'integer':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) return wrongType(pass, path, shape, value);
      if (value < (shape.minimum ?? value))
        return misfit(pass, path, 'bad-value', `${value} is less than ${shape.minimum}`, boundsHint(shape));
      if (value > (shape.maximum ?? value))
        return misfit(pass, path, 'bad-value', `${value} is more than ${shape.maximum}`, boundsHint(shape));
      return value;
    case 'scalar':
      if (!isScalar(value)) return wrongType(pass, path, shape, value);
      return shape.literal && typeof value === 'string' && value.includes('${{') ? noExpression(pass, path) : value;
    case 'list':
      if (isList(value)) return all(value.map((item, i) => check(pass, shape.of, item, [...path, i])));
      if (shape.single && value !== null && !isMap(value)) return all([check(pass, shape.of, value, path)]);
      return wrongType(pass, path, shape, value);
    case 'map':
      return isMap(value) ? checkMap(pass, shape, value, path) : wrongType(pass, path, shape, value);
    case 'object':
      return isMap(value) ? checkObject(pass, shape, value, path) : wrongType(pass, path, shape, value);
    case 'any-of': {
      const fit = shape.of.find((one) => fits(one, value)) ?? shape.of.find((one) => one.kind === 'boolean' && isTruthLike(value));
      return fit === undefined ? wrongType(pass, path, shape, value) : check(pass, fit, value, path);
    }
  }
}

/** A character of a glob that is read is worth so many of a text. */
const ALTERNATIVE = 16;

function all(items: readonly (Json | undefined)[]): Json | undefined {
  return items.includes(undefined) ? undefined : (items as readonly Json[]);
}

function checkText(pass: Pass, shape: StringShape, value: Plain, path: Path): Json | undefined {
  if (!isScalar(value)) return wrongType(pass, path, shape, value);
  if ((shape.format === 'name' || shape.format === 'step') && typeof value === 'boolean') {
    return misfit(pass, path, 'ambiguous-scalar', `\`${value}\` is a truth value, a name is wanted`, `Quote it: "${value}".`);
  }
  const text = String(value);
  if (shape.literal && text.includes('${{')) {
    return noExpression(pass, path);
  }
  if (shape.enum && !shape.enum.includes(text)) {
    return misfit(pass, path, 'bad-value', `\`${text}\` is not one of ${shape.enum.join(', ')}`, nearHint(text, shape.enum));
  }
  if (shape.pattern !== undefined && !new RegExp(shape.pattern).test(text)) {
    const wantedText = shape.called === undefined ? `does not match ${shape.pattern}` : `is not ${shape.called}`;
    return misfit(pass, path, 'bad-value', `\`${text}\` ${wantedText}`, shape.examples && `For example: ${String(shape.examples[0])}`);
  }
  if (shape.format === 'glob' && text.includes('{') && !pass.spend(text.length * alternatives(text) * ALTERNATIVE)) {
    return misfit(pass, path, 'file-too-large', 'the globs of this file have too many alternatives in their braces', 'Name their folder.');
  }
  const problem = shape.format === undefined ? undefined : formatProblem(shape.format, text);
  return problem === undefined ? text : misfit(pass, path, problem.code, problem.message, problem.hint);
}

function checkMap(pass: Pass, shape: MapShape, value: PlainMap, path: Path): Json | undefined {
  const members: (readonly [string, Json | undefined])[] = [];
  for (const [key, member] of value) {
    if (isFree(key) || (shape.bare && member === null)) continue;
    const at = [...path, key];
    const bad = formatProblem(shape.format, key);
    if (bad !== undefined) pass.report({ path: at, key: true, ...bad });
    members.push([key, check(pass, shape.of, member, at)]);
  }
  return members.some(([, member]) => member === undefined) ? undefined : Object.fromEntries(members as [string, Json][]);
}

function checkObject(pass: Pass, shape: ObjectShape, value: PlainMap, path: Path): Json | undefined {
  const members: [string, Json][] = [];
  const meant = new Set<string>();
  let whole = true;
  for (const [key, member] of value) {
    if (isFree(key)) continue;
    const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : shape.others;
    if (field === shape.others && field !== undefined) {
      const bad = formatProblem('name', key);
      if (bad !== undefined) pass.report({ path: [...path, key], key: true, ...bad });
    }
    if (field === undefined) {
      const { near, ...misfit } = unknownKey(key, Object.keys(shape.fields));
      pass.report({ path: [...path, key], key: true, ...misfit });
      if (near !== undefined) meant.add(near);
      continue;
    }
    const checked = check(pass, field, member, [...path, key]);
    if (checked === undefined) whole = false;
    else members.push([key, checked]);
  }
  for (const field of shape.required ?? []) {
    if (!value.has(field)) {
      whole = false;
      if (!meant.has(field)) misfit(pass, path, 'missing-key', `\`${field}\` is missing`, missingHint(field, shape.fields[field]));
    }
  }
  return whole ? Object.fromEntries(members) : undefined;
}

function boundsHint({ minimum, maximum, unit }: IntegerShape): string {
  return `Write a whole number${unit === undefined ? '' : ` of ${unit}`} from ${minimum} to ${maximum}.`;
}

function noExpression(pass: Pass, path: Path): undefined {
  return misfit(pass, path, 'bad-value', 'an expression cannot stand here', 'Write the value itself.');
}

function wrongType(pass: Pass, path: Path, shape: Shape, value: Plain): undefined {
  if (pass.dry) return undefined;
  const fits = (other: Plain): boolean => check({ ...pass, report: () => {}, dry: true }, shape, other, []) !== undefined;
  return misfit(pass, path, 'wrong-type', `${wanted(shape)} is wanted here, this is ${kindOf(value)}`, formHint(shape, value, fits));
}

function misfit(pass: Pass, path: Path, code: DiagnosticCode, message: string, hint?: string | undefined): undefined {
  pass.report({ path, code, message, ...(hint === undefined ? {} : { hint }) });
  return undefined;
}

/** An example, where the shape has one: it says more than a description. */
export function missingHint(key: string, shape: Shape | undefined): string | undefined {
  const example = shape && exampleOf(shape);
  return typeof example === 'string' || typeof example === 'number' ? `Write for example \`${key}: ${example}\`.` : shape?.description;
}

function nearHint(text: string, known: readonly string[]): string | undefined {
  const near = suggest(text, known);
  return near === undefined ? undefined : `Did you mean \`${near}\`?`;
}

function fits(shape: Shape, value: Plain): boolean {
  switch (shape.kind) {
    case 'string':
    case 'scalar':
      return isScalar(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'number';
    case 'list':
      return isList(value) || (shape.single === true && isScalar(value));
    case 'map':
    case 'object':
      return isMap(value);
    case 'any-of':
      return shape.of.some((one) => fits(one, value));
  }
}
