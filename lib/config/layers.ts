import { isMap, kindOf, type Plain, type PlainMap } from '../base/plain.ts';
import type { Value } from '../model/value.ts';
import { formatProblem } from '../schema/formats.ts';
import { sandboxfileFields } from '../schema/sandboxfile.ts';
import { isFree } from '../schema/shape.ts';
import { stepFields } from '../schema/step.ts';
import { unknownKey } from '../schema/unknown-key.ts';
import type { Field } from './field.ts';
import type { Document, Path } from './parsed.ts';
import { below, type Origin, type Report } from './report.ts';

/** One file, or one profile of a file, that others are laid over. */
export interface Layer {
  readonly document: Document;
  /** The map of top-level keys, and where it is in the document. */
  readonly root: PlainMap;
  readonly path: Path;
  /** Position among the layers: the higher wins. */
  readonly index: number;
  readonly is: 'recipe' | 'file' | 'profile';
}

/** What an included file means for the names and paths of its steps. */
export interface Included {
  /** What stands before its names: `backend:`. */
  readonly space: string;
  /** The folder that its paths are relative to. */
  readonly dir: string;
}

/** What a step with a matrix is one of. */
export interface Cell {
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
  /** The file that is included, whose step it is. */
  readonly unit?: Included;
  /** The combination of a matrix that it is read for. */
  readonly cell?: Cell;
}

/** Entries of one section by name, in the order of their first appearance. */
export type Section = Map<string, Entry>;

/** The layers' values of a top-level key, the lowest first. */
export function fieldsOf(layers: readonly Layer[], key: string): readonly Field[] {
  return layers.flatMap((layer) => fieldOf(layer, key) ?? []);
}

export function fieldOf(layer: Layer, key: string): Field | undefined {
  const value = layer.root.get(key);
  return value === undefined ? undefined : { value, layer: layer.index, document: layer.document, path: [...layer.path, key] };
}

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
  if (section !== 'steps') return 'Write its keys below it.';
  if (Object.hasOwn(stepFields, name)) return `If \`${name}\` is a key of the step above, indent it like its other keys.`;
  return typeof value === 'string' ? `Write ${name}: { run: ${value} }.` : 'Write its keys below it.';
}

/** Keys of the top level that are not known, in a file or in one of its profiles. */
export function checkTopKeys(layer: Layer, report: Report): void {
  const known = Object.keys(sandboxfileFields);
  for (const key of layer.root.keys()) {
    if (isFree(key) || Object.hasOwn(sandboxfileFields, key)) continue;
    const { code, message, hint } = unknownKey(key, known);
    report.add(code, message, { document: layer.document, path: [...layer.path, key], part: 'key' }, hint);
  }
}
