import type { SandboxSpec } from '../../model/project.ts';
import { checkoutSeen, type Ground } from '../sandboxes.ts';

export interface EachHost {
  readonly spec: SandboxSpec;
  /** `far`, or `far at one` where it is one of several hosts. */
  readonly label: string;
}

/** The sandbox once for each host that it may be. Where those cannot be told there is none. */
export async function eachHost(spec: SandboxSpec, ground: Ground): Promise<readonly EachHost[]> {
  if (spec.hosts === undefined) return [{ spec, label: spec.name }];
  const { hostsOf } = await import('./hosts.ts');
  const { io, folders, project } = ground;
  const hosts = hostsOf(spec, { io, folders, project, checkout: () => checkoutSeen(ground).id });
  return hosts.ok ? hosts.value.map((one) => ({ spec: one.spec, label: `${spec.name} at ${one.host}` })) : [];
}
