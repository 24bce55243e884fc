import type { Json } from './json.ts';

/** What a YAML or JSON text holds, with maps as Maps: a key such as `__proto__` or `constructor` is a key like any other. */
export type Plain = null | boolean | number | string | readonly Plain[] | PlainMap;
export type PlainMap = ReadonlyMap<string, Plain>;

export function isMap(value: Plain | undefined): value is PlainMap {
  return value instanceof Map;
}

export function isList(value: Plain | undefined): value is readonly Plain[] {
  return Array.isArray(value);
}

export function isScalar(value: Plain | undefined): value is string | number | boolean {
  return value !== null && value !== undefined && typeof value !== 'object';
}

/** What kind of value it is, as a user would say it. */
export function kindOf(value: Plain): string {
  if (value === null) return 'nothing';
  if (isMap(value)) return 'a map';
  if (isList(value)) return 'a list';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'a truth value' : 'a number';
}

/** JSON that keeps the order and the names of keys whatever they are: a map is `[1, key, value, ...]`, a list `[0, item, ...]`. */
export function packPlain(value: Plain): Json {
  if (isMap(value)) return [1, ...[...value].flatMap(([key, member]) => [key, packPlain(member)])];
  if (isList(value)) return [0, ...value.map(packPlain)];
  return value;
}

/** The reverse of `packPlain`, for JSON that it made: anything else gives nonsense or throws. */
export function unpackPlain(json: Json): Plain {
  if (!Array.isArray(json)) return json as Plain;
  const packed = json as readonly Json[];
  if (packed[0] === 0) {
    const list: Plain[] = [];
    for (let i = 1; i < packed.length; i++) list.push(unpackPlain(packed[i] as Json));
    return list;
  }
  const map = new Map<string, Plain>();
  for (let i = 1; i + 1 < packed.length; i += 2) map.set(packed[i] as string, unpackPlain(packed[i + 1] as Json));
  return map;
}
