import { isMap, kindOf, type Plain } from '../base/plain.ts';
import type { Value } from '../model/value.ts';
import { formatProblem } from '../schema/formats.ts';
import { isFree } from '../schema/shape.ts';
import { stepFields } from '../schema/step.ts';
import type { Field } from './field.ts';
import { fieldOf, type Layer } from './layers.ts';
import type { Path } from './parsed.ts';
import { below, type Origin, type Report } from './report.ts';
import type { Unit } from './unit.ts';

/** What a step with a matrix is one of. */
interface Cell {
  readonly of: string;
  readonly values: ReadonlyMap<string, Value>;
}

/** A sandbox, step or parameter with its fields, each from the highest layer that has it. */
export interface Entry {
  readonly name: string;
  readonly origin: Origin;
  /** The layer that brought it in. */
  readonly layer: number;
  readonly fields: Map<string, Field>;
  /** The included file whose step it is. */
  readonly unit?: Unit;
  /** The combination of a matrix that it is read for. */
  readonly cell?: Cell;
}

/** Entries of one section by name, in the order of their first appearance. */
export type Section = Map<string, Entry>;

/** Lays the layers' maps of maps over each other, field by field. `short` is the field that a value stands for that is not a map. */
export function sectionOf(layers: readonly Layer[], key: string, report: Report, short?: string): Section {
  const section: Section = new Map();
  for (const layer of layers) {
    const field = fieldOf(layer, key);
    if (field === undefined) continue;
    if (!isMap(field.value)) {
      report.add('wrong-type', `a map is wanted here, this is ${kindOf(field.value)}`, field, 'Write names below it, each with its keys.');
      continue;
    }
    for (const [name, value] of field.value) {
      if (!isFree(name)) layEntry(section, layer, name, value, below(field, name), report, short);
    }
  }
  return section;
}

function layEntry(section: Section, layer: Layer, name: string, value: Plain, origin: Origin, report: Report, short?: string): void {
  const bad = formatProblem('name', name);
  if (bad) {
    report.add(bad.code, bad.message, { ...origin, part: 'key' }, bad.hint);
    return;
  }
  const entry = section.get(name) ?? { name, origin, layer: layer.index, fields: new Map<string, Field>() };
  if (isMap(value)) {
    for (const [field, inner] of value) {
      const made: Field = { value: inner, layer: layer.index, document: origin.document, path: [...origin.path, field] };
      const under = entry.fields.get(field);
      entry.fields.set(field, under === undefined ? made : { ...made, under });
    }
  } else if (short !== undefined && value !== null) {
    entry.fields.set(short, { value, layer: layer.index, ...origin });
  } else if (short === undefined) {
    const hint = entryHint(name, value, origin.path.at(-2));
    report.add('wrong-type', `a map is wanted here, this is ${kindOf(value)}`, value === null ? { ...origin, part: 'key' } : origin, hint);
    return;
  }
  section.set(name, entry);
}

function entryHint(name: string, value: Plain, section: Path[number] | undefined): string {
  if (section === 'sandboxes' && typeof value === 'string') return `Write ${name}: { host: ${value} }.`;
  if (section !== 'steps') return 'Write its keys below it.';
  if (Object.hasOwn(stepFields, name)) return `If \`${name}\` is a key of the step above, indent it like its other keys.`;
  return typeof value === 'string' ? `Write ${name}: { run: ${value} }.` : 'Write its keys below it.';
}
