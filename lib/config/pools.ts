import { isList, isMap } from '../base/plain.ts';
import { hintOf } from '../base/suggest.ts';
import type { PoolShare, Step } from '../model/project.ts';
import { sandboxfileFields } from '../schema/sandboxfile.ts';
import type { ValueOf } from '../schema/shape.ts';
import type { stepFields } from '../schema/step.ts';
import { readField } from './field.ts';
import { fieldsOf, type Layer } from './layers.ts';
import { below, type Origin, type Report } from './report.ts';
import type { Scope } from './scope.ts';
import type { Entry } from './section.ts';

// Pools, and what steps take of them.

/** Slots of each pool. */
export function readPools(layers: readonly Layer[], scopeOf: (layer: number) => Scope, report: Report): ReadonlyMap<string, number> {
  const pools = new Map<string, number>();
  for (const field of fieldsOf(layers, 'pools')) {
    const read = readField(sandboxfileFields.pools, field, scopeOf(field.layer), report);
    // A wrong number is told; that its pool is there is true.
    if (read === undefined && isMap(field.value)) for (const name of field.value.keys()) pools.set(name, Number.POSITIVE_INFINITY);
    for (const [name, slots] of Object.entries(read ?? {})) pools.set(name, slots);
  }
  return pools;
}

export function sharesOf(written: ValueOf<typeof stepFields.pool> | undefined): readonly PoolShare[] {
  if (written === undefined) return [];
  const list = typeof written === 'object' && 'length' in written ? written : [written];
  return list.map((one) => (typeof one === 'string' ? { name: one, weight: 1 } : { name: one.name ?? '', weight: one.weight ?? 1 }));
}

/** Whether the pools are there, each named once, and have as many slots as the step takes. */
export function checkShares({ pools: shares }: Step, entry: Entry, pools: ReadonlyMap<string, number>, report: Report): void {
  for (const [i, { name, weight }] of shares.entries()) {
    const at = (key: 'name' | 'weight'): Origin | undefined => placeOf(entry, i, key);
    const slots = pools.get(name);
    if (slots === undefined) {
      const hint = () => hintOf(name, pools.keys(), 'Declare it under `pools:`.');
      report.add('unknown-pool', `there is no pool \`${name}\``, at('name'), hint);
    } else if (shares.findIndex((one) => one.name === name) < i) {
      report.add('conflicting-keys', `the pool \`${name}\` stands here twice`, at('name'), 'Write it once, with a `weight`.');
    } else if (weight > slots) {
      const have = slots === 1 ? '1 slot' : `${slots} slots`;
      report.add(
        'bad-value',
        `a weight of ${weight} never fits: the pool \`${name}\` has ${have}`,
        at('weight'),
        'Take fewer, or give it more.',
      );
    }
  }
}

/** Of the share at this position, which may stand alone or in a list, as a name or with its weight. */
function placeOf(entry: Entry, i: number, key: 'name' | 'weight'): Origin | undefined {
  const field = entry.fields.get('pool');
  if (field === undefined) return undefined;
  const [origin, value] = isList(field.value) ? [below(field, i), field.value[i]] : [field, field.value];
  return value !== undefined && isMap(value) ? below(origin, key) : origin;
}
