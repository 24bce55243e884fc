import type { Json } from '../base/json.ts';
import { isList, isMap, type Plain } from '../base/plain.ts';
import { LOCAL } from '../model/project.ts';
import type { Provenance } from '../model/provenance.ts';
import { isFree } from '../schema/shape.ts';
import type { Ask } from './ask.ts';
import { chainOf, type Field } from './field.ts';
import { aliasesOf, textFor } from './given-params.ts';
import { chosenHost } from './hosts.ts';
import { fieldsOf, type Layer } from './layers.ts';
import { membersOf } from './read-map.ts';
import { newReport } from './report.ts';

import { type Entry, type Section, sectionOf } from './section.ts';
import type { Unit } from './unit.ts';

// Where the values of a project come from. Loaded only when somebody asks.

interface Asked {
  readonly ask: Ask;
  readonly name: string;
  readonly units: readonly Unit[];
  readonly places: Section;
  readonly steps: Section;
}

type Row = Omit<Provenance, 'of' | 'name'>;

/** One row for each value that counts: fields of steps and sandboxes, parameters, variables of all steps. Cells of a matrix are one step. */
export function provenanceOf({ ask, name, units, places, steps }: Asked): readonly Provenance[] {
  const layers = new Map(units.flatMap((unit) => unit.layers).map((layer) => [layer.index, layer]));
  const rowsOf = (entry: Entry): readonly Row[] => [...entry.fields].flatMap(([key, field]) => rowsIn(key, field, layers));
  const rows: Provenance[] = [];
  const add = (of: Provenance['of'], called: string, more: readonly Row[]): void => {
    for (const row of more) rows.push({ of, name: called, ...row });
  };
  for (const unit of units) {
    const fields = fieldsOf(unit.layers, 'env').reduce<Field | undefined>(
      (under, field) => ({ ...field, ...(under ? { under } : {}) }),
      undefined,
    );
    if (fields) add('project', unit.outer ? unit.space.slice(0, -1) : name, rowsIn('env', fields, layers));
  }
  for (const [param, row] of paramRows(ask, units, layers)) add('param', param, [row]);
  for (const entry of places.values()) add('sandbox', entry.name, sandboxRows(entry, rowsOf(entry), ask));
  const seen = new Set<string>();
  for (const entry of steps.values()) {
    const id = entry.cell?.of ?? entry.name;
    if (!seen.has(id)) add('step', id, rowsOf(entry));
    seen.add(id);
  }
  return rows;
}

/** A field whose names are laid over each other has a row for each name. */
function rowsIn(key: string, field: Field, layers: ReadonlyMap<number, Layer>): readonly Row[] {
  if (isFree(key)) return [];
  if (!MERGED.has(key)) return [{ field: key, value: jsonOf(field.value), ...placeOf(field, layers) }];
  if (key.startsWith('machine'))
    return [...membersOf(field)].flatMap(([name, member]) => (isFree(name) ? [] : rowsIn(`${key}.${name}`, member, layers)));
  const rows = new Map<string, Row>();
  for (const one of chainOf(field)) {
    const names: readonly (readonly [string, Plain, string | number])[] = isMap(one.value)
      ? [...one.value].map(([name, value]) => [name, value, name])
      : (isList(one.value) ? one.value : []).map((name, i) => [String(name), `(of the environment)`, i]);
    for (const [name, value, at] of names) {
      const place = placeOf({ ...one, path: [...one.path, at] }, layers);
      if (!isFree(name)) rows.set(name, { field: `${key}.${name}`, value: jsonOf(value), ...place });
    }
  }
  return [...rows.values()];
}

const MERGED: ReadonlySet<string> = new Set(['env', 'probes', 'machine', 'machine.keys']);

function placeOf(field: Field, layers: ReadonlyMap<number, Layer>): Omit<Row, 'field' | 'value'> {
  const layer = layers.get(field.layer);
  const span = field.document.spanOf(field.path, 'key');
  const place = span === undefined ? {} : { span };
  // A profile of a sandbox is no layer: its fields stand under those of the sandbox.
  if (layer !== undefined && layer.document !== field.document) return { by: 'profile', ...place };
  const [, called] = layer?.path ?? [];
  return { by: layer?.is ?? 'file', ...(called === undefined ? {} : { called: String(called) }), ...place };
}

function sandboxRows(entry: Entry, rows: readonly Row[], ask: Ask): readonly Row[] {
  if (entry.name === LOCAL) return rows;
  const flag = (field: string, value: string, called: string): readonly Row[] => [
    ...rows.filter((row) => row.field !== field && row.field !== 'hosts' && !row.field.startsWith('machine.')),
    { field, value, by: 'flag', called },
  ];
  if (ask.local) return flag('host', LOCAL, '--local');
  const host = ask.host === undefined ? undefined : chosenHost(entry.name, ask.host);
  return host === undefined ? rows : flag('host', host, '--host');
}

function paramRows(ask: Ask, units: readonly Unit[], layers: ReadonlyMap<number, Layer>): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const unit of units) {
    for (const entry of sectionOf(unit.layers, 'params', newReport(), 'default').values()) {
      const { name, fields } = entry;
      const text = textFor([name, ...aliasesOf(entry)], ask);
      const given = unit.given.get(name) ?? unit.uses.map((use) => use.given.get(name)).find((one) => one !== undefined);
      const field = given ?? fields.get('default');
      if (rows.has(name)) continue;
      if (text)
        rows.set(name, { field: 'value', value: text.text, by: text.from.startsWith('--') ? 'flag' : 'variable', called: text.from });
      else if (field) rows.set(name, { field: 'value', value: jsonOf(field.value), ...placeOf(field, layers) });
    }
  }
  return rows;
}

function jsonOf(value: Plain): Json {
  if (isMap(value)) return Object.fromEntries([...value].map(([key, member]) => [key, jsonOf(member)]));
  return isList(value) ? value.map(jsonOf) : value;
}
