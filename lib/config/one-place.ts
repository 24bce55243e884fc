import type { Field } from './field.ts';
import type { Layer } from './layers.ts';
import type { Section } from './section.ts';

/** What stands instead of what, in this order. */
const INSTEAD: readonly (readonly [first: string, ...others: readonly string[]])[] = [
  ['machine', 'host', 'tunnel'],
  ['machine', 'hosts', 'assign'],
  ['hosts', 'host', 'tunnel'],
  ['host', 'hosts', 'assign'],
];

/**
 * A sandbox is in one place. Its `machine` stands instead of a `host`, with its `tunnel`, that only a recipe names, the sandbox's own profile, or a
 * layer below; and so do `hosts` and one `host` instead of each other. What stands beside the other one or above it stays, and is refused. `layers`: the lowest first.
 */
export function putPlacesFirst(places: Section, layers: readonly Layer[]): void {
  const heights = new Map(layers.map((layer, height) => [layer.index, { ...layer, height }]));
  const givesWay = (field: Field, other: Field): boolean => {
    const by = heights.get(field.layer);
    if (by === undefined || (field.document === other.document && field.layer === other.layer)) return false;
    return by.is === 'recipe' || by.document !== field.document || by.height < (heights.get(other.layer)?.height ?? 0);
  };
  for (const { fields } of places.values()) {
    for (const [first, ...others] of INSTEAD) {
      const stands = fields.get(first);
      const [other] = others.map((key) => fields.get(key));
      if (stands !== undefined && other !== undefined && givesWay(other, stands)) for (const key of others) fields.delete(key);
    }
  }
}
