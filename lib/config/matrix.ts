import { isMap, type Plain, type PlainMap } from '../base/plain.ts';
import { hintOf } from '../base/suggest.ts';
import type { Scalar, Value } from '../model/value.ts';
import { isFree } from '../schema/shape.ts';
import { stepFields } from '../schema/step.ts';
import { unknownKey } from '../schema/unknown-key.ts';
import { checkField, type Field } from './field.ts';
import { below, type Origin, type Report } from './report.ts';

// The combinations of a matrix, as in GitHub Actions: each value with each, less `exclude`, and more by `include`.

/** One combination. */
interface Combination {
  /** The values of its axes in the order of their declaration: `9.4,linux`. */
  readonly name: string;
  /** What `matrix.KEY` stands for; null for a key that only other combinations have. */
  readonly values: ReadonlyMap<string, Value>;
}

type Values = Map<string, Scalar>;

const MOST = 1024;
/** What a combination costs, in characters: a step is read for each. */
const COST = 1024;
/** It is a part of the names of files. */
const LONGEST = 120;

/** Undefined if something is wrong with the matrix, and that is reported. */
export function readMatrix(field: Field, report: Report): readonly Combination[] | undefined {
  const matrix = field.value;
  if (checkField(stepFields.matrix, matrix, field, report) === undefined || !isMap(matrix)) return undefined;
  const declared = [...matrix].filter(([key]) => !isFree(key) && key !== 'include' && key !== 'exclude') as [string, Scalar[]][];
  const included = entriesOf(matrix, 'include');
  const excluded = entriesOf(matrix, 'exclude');
  const axes = declared.length > 0 ? declared.map(([key]) => key) : [...(included[0]?.keys() ?? [])];
  const fail = (message: string, hint: string, at: Origin = field): undefined => void report.add('bad-value', message, at, hint);
  if (axes.length === 0) return fail('a matrix needs keys with values', 'Write for example { ghc: ["9.6", "9.8"] }.');
  for (const [axis, values] of declared) {
    if (values.length === 0) return fail(`\`${axis}\` has no values`, 'Give it some, or leave it out.', below(field, axis));
    const twice = values.findIndex((value, i) => values.slice(0, i).some((other) => same(other, value)));
    if (twice > 0) return fail(`\`${values[twice]}\` is there twice`, 'Keep one of them.', below(field, axis, twice));
  }
  const count = declared.reduce((product, [, values]) => product * values.length, 1);
  const size = count + included.length;
  if (size > MOST || !report.spend(size * COST)) {
    const message =
      size > MOST ? `a matrix has at most ${MOST} combinations, this one has ${size}` : 'the steps have too many combinations';
    return void report.add('file-too-large', message, { ...field, part: 'key' }, 'Let several steps have smaller ones.');
  }
  const problems = [
    ...excluded.flatMap((entry, i) => excludeProblem(entry, declared, below(field, 'exclude', i), report)),
    ...included.flatMap((entry, i) => includeProblem(entry, axes, declared, below(field, 'include', i), report)),
  ];
  if (problems.length > 0) return undefined;
  const cells = declared.length > 0 ? product(declared).filter((cell) => !excluded.some((entry) => agree(entry, cell, axes))) : [];
  addIncluded(cells, included, axes);
  if (cells.length === 0) return fail('no combination is left', 'Exclude less.');
  const keys = new Set(cells.flatMap((cell) => [...cell.keys()]));
  const named = cells.map((cell) => ({
    name: axes.map((axis) => encoded(cell.get(axis) as Scalar)).join(','),
    values: new Map([...keys].map((key) => [key, cell.get(key) ?? null] as const)),
  }));
  const long = named.find(({ name }) => name.length > LONGEST);
  return long === undefined ? named : fail(`the combination \`${long.name}\` has too long a name`, 'Give it shorter values.');
}

function entriesOf(matrix: PlainMap, key: string): readonly Values[] {
  const entries = (matrix.get(key) ?? []) as readonly PlainMap[];
  return entries.map((entry) => new Map([...entry].filter(([name]) => !isFree(name))) as Values);
}

function product(axes: readonly (readonly [string, readonly Scalar[]])[]): Values[] {
  let cells: Values[] = [new Map()];
  for (const [axis, values] of axes) cells = cells.flatMap((cell) => values.map((value) => new Map([...cell, [axis, value]])));
  return cells;
}

/** Whether the cell has all values that the entry gives for these keys. */
function agree(entry: Values, cell: Values, keys: readonly string[]): boolean {
  return keys.every((key) => !entry.has(key) || same(entry.get(key), cell.get(key)));
}

/** What an entry says beyond the axes is added to all cells that it agrees with; one that agrees with none is a cell of its own. */
function addIncluded(cells: Values[], included: readonly Values[], axes: readonly string[]): void {
  for (const entry of included) {
    const fitting = cells.filter((cell) => agree(entry, cell, axes));
    if (fitting.length === 0) cells.push(new Map(entry));
    for (const cell of fitting) for (const [key, value] of entry) if (!axes.includes(key)) cell.set(key, value);
  }
}

type Declared = readonly (readonly [axis: string, values: readonly Scalar[]])[];

/** Reports and gives what is wrong. */
function excludeProblem(entry: Values, declared: Declared, at: Origin, report: Report): readonly string[] {
  const axes = new Map(declared);
  if (entry.size === 0) return told('it says nothing, and so excludes all', at, report, 'Name some of the keys with values.');
  return [...entry].flatMap(([key, value]) => {
    const values = axes.get(key);
    if (values === undefined) {
      const { code, message, hint } = unknownKey(key, [...axes.keys()], 'this matrix');
      report.add(code, message, { ...below(at, key), part: 'key' }, hint);
      return [message];
    }
    if (values.some((one) => same(one, value))) return [];
    return told(`\`${value}\` is no value of \`${key}\``, below(at, key), report, hintOf(String(value), values.map(String)));
  });
}

/** One that is a cell of its own needs all axes. */
function includeProblem(entry: Values, axes: readonly string[], declared: Declared, at: Origin, report: Report): readonly string[] {
  const isNew =
    declared.length === 0 || declared.some(([axis, values]) => entry.has(axis) && !values.some((one) => same(one, entry.get(axis))));
  const missing = isNew ? axes.filter((axis) => !entry.has(axis)) : [];
  if (missing.length === 0) return [];
  const message = `this is a new combination, and has no ${missing.map((axis) => `\`${axis}\``).join(', ')}`;
  report.add('missing-key', message, at, `A combination has all of ${axes.join(', ')}.`);
  return [message];
}

function told(message: string, at: Origin, report: Report, hint: string | undefined): readonly string[] {
  report.add('bad-value', message, at, hint);
  return [message];
}

/** Text and a number that is written like it are one value: they would have one name. */
function same(a: Plain | undefined, b: Plain | undefined): boolean {
  return String(a) === String(b);
}

/** A value as a part of a name: what could be taken for something else by names, files or shells is percent-encoded; `%` is the empty text. */
function encoded(value: Scalar): string {
  const bytes = (character: string): string =>
    [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  return String(value).replace(/[^A-Za-z0-9._+=-]/gu, bytes) || '%';
}
