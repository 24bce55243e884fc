import type { Field } from './field.ts';
import type { Layer } from './layers.ts';
import type { Section } from './section.ts';

/**
 * A sandbox is in one place. Its `machine` stands instead of a `host`, with its `tunnel`, that only a recipe names, the sandbox's own profile, or a
 * layer below. A host that stands beside the machine or above it stays, and is refused. `layers`: the lowest first.
 */
export function putMachinesFirst(places: Section, layers: readonly Layer[]): void {
  const heights = new Map(layers.map((layer, height) => [layer.index, { ...layer, height }]));
  const givesWay = (field: Field, machine: Field): boolean => {
    const by = heights.get(field.layer);
    if (by === undefined || (field.document === machine.document && field.layer === machine.layer)) return false;
    return by.is === 'recipe' || by.document !== field.document || by.height < (heights.get(machine.layer)?.height ?? 0);
  };
  for (const { fields } of places.values()) {
    const machine = fields.get('machine');
    const host = fields.get('host');
    if (machine === undefined || host === undefined || !givesWay(host, machine)) continue;
    for (const key of ['host', 'tunnel']) fields.delete(key);
  }
}
