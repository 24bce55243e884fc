import { isMap } from '../base/plain.ts';
import { type FieldsOf, isFree, type ObjectShape, type Shape } from '../schema/shape.ts';
import { unknownKey } from '../schema/unknown-key.ts';
import { chainOf, checkField, type Field, readJson } from './field.ts';
import type { Report } from './report.ts';
import type { Scope } from './scope.ts';

/** A map whose keys are laid over those of the maps below it, name by name. */
export interface ReadMap<F extends ObjectShape['fields']> {
  has(key: keyof F): boolean;
  /** What was read and is wrong. */
  readonly faulty: ReadonlySet<keyof F>;
  /** The key's field; where it has none, the map's. */
  at(key: keyof F): Field;
  /** Undefined if there is none, or if something is wrong with it, and that is reported: each is read once. */
  read<K extends keyof F>(key: K): FieldsOf<F>[K] | undefined;
}

/** The members of a field's maps, the highest of each name. */
export function membersOf(field: Field | undefined): ReadonlyMap<string, Field> {
  const members = new Map<string, Field>();
  for (const { value: map, layer, document, path } of chainOf(field)) {
    if (!isMap(map)) continue;
    for (const [key, value] of map) {
      const under = members.get(key);
      members.set(key, { value, layer, document, path: [...path, key], ...(under === undefined ? {} : { under }) });
    }
  }
  return members;
}

/** Keys that the shape does not have, and what is no map, are reported at once. `of`: of what they are no keys. */
export function readMap<F extends ObjectShape['fields']>(
  field: Field,
  shape: ObjectShape & { readonly fields: F },
  of: string,
  scopeOf: (layer: number) => Scope,
  report: Report,
): ReadMap<F> {
  for (const one of chainOf(field)) if (!isMap(one.value)) checkField(shape, one.value, one, report);
  const members = membersOf(field);
  for (const [key, member] of members) {
    if (isFree(key) || Object.hasOwn(shape.fields, key)) continue;
    const { code, message, hint } = unknownKey(key, Object.keys(shape.fields), of);
    report.add(code, message, { ...member, part: 'key' }, hint);
  }
  const memberOf = (key: keyof F): Field | undefined => members.get(String(key));
  const faulty = new Set<keyof F>();
  const read = (key: keyof F): unknown => {
    const member = memberOf(key);
    if (member === undefined) return undefined;
    const value = readJson(shape.fields[key] as Shape, member, scopeOf(member.layer), report);
    if (value === undefined) faulty.add(key);
    return value;
  };
  return {
    faulty,
    has: (key) => memberOf(key) !== undefined,
    at: (key) => memberOf(key) ?? field,
    read: read as ReadMap<F>['read'],
  };
}
