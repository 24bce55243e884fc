import { type Document, isMap, isScalar, type Pair, parseDocument, YAMLMap } from 'yaml';

// Changes values in a YAML text and keeps its comments and its order. Reads nothing that was not read by lib/config/document.ts before.

/**
 * The text with these fields set in the map at `path`, whose maps are made where they are missing: in the order of numbers among siblings that are numbers, else
 * last. Fields that are not named stay. The text must be valid YAML with a map, or nothing, at its top and along the path.
 */
export function setFields(text: string, path: readonly string[], fields: { readonly [name: string]: string | number | boolean }): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core' }) as Document;
  if (!isMap(document.contents)) document.contents = new YAMLMap() as never;
  let map = document.contents as unknown as YAMLMap;
  for (const name of path) {
    const found = pairOf(map, name);
    if (isMap(found?.value)) map = found.value as YAMLMap;
    else {
      const made = new YAMLMap();
      if (found) found.value = made;
      else insert(map, document.createPair(/^\d+$/.test(name) ? Number(name) : name, made));
      map = made;
    }
  }
  for (const [name, value] of Object.entries(fields)) {
    const found = pairOf(map, name);
    if (isScalar(found?.value)) found.value.value = value;
    else if (found) found.value = document.createNode(value);
    else map.items.push(document.createPair(name, value));
  }
  const written = document.toString({ lineWidth: 0 });
  return text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written;
}

/** Whether a YAML text holds comments and empty lines alone. */
export function saysNothing(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#|$)/.test(line));
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => (isScalar(key) ? String(key.source ?? key.value) : String(key)) === name);
}

function insert(map: YAMLMap, pair: Pair): void {
  const number = Number(pair.key);
  const at = map.items.findIndex(({ key }) => Number(key) > number);
  if (map.items.length === 0) map.flow = false;
  map.items.splice(at < 0 ? map.items.length : at, 0, pair);
}
