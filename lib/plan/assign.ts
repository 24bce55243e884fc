import { digestOf } from '../base/digest.ts';
import type { SandboxSpec } from '../model/project.ts';
import type { ChosenHost } from '../model/sandbox.ts';

// Of several hosts of a sandbox, in which order they are asked. Pure: knows neither whether one answers nor how it is reached.

/** `last`: the host that this checkout used last. `checkout`: its id. */
export function candidates(
  { assign, only }: Pick<SandboxSpec, 'assign' | 'only'>,
  hosts: readonly string[],
  last: string | undefined,
  checkout: string,
): readonly ChosenHost[] {
  if (only !== undefined) return [{ host: only, why: 'named by --host' }];
  if (assign === 'by-project') return ranked(hosts, checkout);
  const pinned = hosts.filter((host) => host === last).map((host) => ({ host, why: 'used last' }));
  const others = hosts.filter((host) => host !== last);
  return [
    ...pinned,
    ...others.map((host, i) => ({ host, why: i === 0 && pinned.length === 0 ? 'the first of the list' : 'the next of the list' })),
  ];
}

/** Each host weighs what a hash of it and the checkout says: where one comes or goes, only the checkouts that had it or get it move. */
function ranked(hosts: readonly string[], checkout: string): readonly ChosenHost[] {
  const weight = new Map(hosts.map((host) => [host, digestOf(JSON.stringify([checkout, host]))]));
  const order = [...hosts].sort((a, b) => ((weight.get(a) ?? '') < (weight.get(b) ?? '') ? -1 : 1));
  return order.map((host, i) => ({ host, why: i === 0 ? 'by the hash of this checkout' : 'the next by the hash of this checkout' }));
}
