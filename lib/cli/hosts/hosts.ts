import { err, ok, type Result } from '../../base/result.ts';
import { nearestFile } from '../../io/nearest.ts';
import type { Failure } from '../../model/failure.ts';
import type { Folders, Io } from '../../model/io.ts';
import type { Project, SandboxSpec } from '../../model/project.ts';
import type { ChosenHost } from '../../model/sandbox.ts';
import { candidates } from '../../plan/assign.ts';
import { openPlaces, whereIn } from '../../run/places.ts';
import { DEFAULT_USER, isTaken } from '../bridge/ports.ts';
import { loadRegistry, REGISTRY_NAME } from '../bridge/registry-file.ts';

// The hosts that a sandbox may be, in the order in which they are asked. Connects nowhere.

/** One of them, as a sandbox that has one host. */
export interface OneHost extends ChosenHost {
  readonly spec: SandboxSpec;
}

/** What their order depends on. */
export interface HostsGround {
  readonly io: Io;
  readonly folders: Folders;
  readonly project: Pick<Project, 'root' | 'sandboxes'>;
  /** Id of the checkout. */
  readonly checkout: () => string;
}

/** Fails where the registry that names them is missing or faulty, or names none. */
export function hostsOf(spec: SandboxSpec, ground: HostsGround): Result<readonly OneHost[], Failure> {
  const { hosts = [], assign: _, only: __, ...one } = spec;
  const tunnels = hosts === 'bridge' ? tunnelsFrom(ground) : ok(undefined);
  if (!tunnels.ok) return tunnels;
  const names = hosts === 'bridge' ? [...(tunnels.value?.keys() ?? [])] : hosts;
  const { io, folders, project, checkout } = ground;
  const last = openPlaces(io, folders.project, whereIn(project)).place(spec.name)?.host;
  const order = candidates(spec, names, last, checkout());
  return ok(
    order.map(({ host, why }) => {
      const tunnel = tunnels.value?.get(host);
      const way = tunnel === undefined ? {} : { tunnel, user: spec.user ?? DEFAULT_USER };
      return { host, why, spec: { ...one, host, ...way } };
    }),
  );
}

/** The build VMs that have a port of the bridge, with it. */
function tunnelsFrom({ io, project }: HostsGround): Result<ReadonlyMap<string, number>, Failure> {
  const failed = (message: string, hint: string) => err({ code: 'unreachable', message, hint } as const);
  const file = nearestFile(io.files, project.root, REGISTRY_NAME);
  if (file === undefined) return failed(`there is no ${REGISTRY_NAME} in ${project.root} or above it`, 'sbx bridge ports assign VM');
  const registry = loadRegistry(io.files, file);
  if (!registry.ok) return failed(registry.error.message, registry.error.hint ?? 'mend it');
  const taken = registry.value.entries.filter((entry) => isTaken(entry) && entry.vm !== '');
  if (taken.length === 0) return failed(`no VM has a port in ${file}`, 'sbx bridge ports assign VM');
  return ok(new Map(taken.map(({ vm, port }) => [vm, port])));
}
