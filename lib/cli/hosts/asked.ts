import type { SandboxName } from '../../model/project.ts';
import type { ChosenHost } from '../../model/sandbox.ts';
import { knownMachineId } from '../../run/machine.ts';
import { checkoutSeen, type Ground } from '../sandboxes.ts';

/** Of each of these places that is one of several hosts, the one that is asked first. Those whose hosts cannot be told are left out: a run says why. */
export async function askedFirst(ground: Ground, names: readonly SandboxName[]): Promise<ReadonlyMap<SandboxName, ChosenHost>> {
  const specs = names.flatMap((name) => ground.project.sandboxes.get(name) ?? []).filter((spec) => spec.hosts !== undefined);
  const first = new Map<SandboxName, ChosenHost>();
  if (specs.length === 0) return first;
  const { hostsOf } = await import('./hosts.ts');
  const { io, folders, project } = ground;
  const isKnown = knownMachineId(io, folders.state) !== undefined; // else no checkout of it has a hash yet
  for (const spec of specs) {
    if (spec.assign === 'by-project' && !isKnown) continue;
    const hosts = hostsOf(spec, { io, folders, project, checkout: () => checkoutSeen(ground).id });
    if (hosts.ok && hosts.value[0]) first.set(spec.name, hosts.value[0]);
  }
  return first;
}
