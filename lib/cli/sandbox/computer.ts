import { localSandbox } from '../../io/local.ts';
import type { SandboxSpec } from '../../model/project.ts';
import type { OwnedThing } from '../../run/owned.ts';
import type { Call } from '../call.ts';
import { sandboxOf } from '../sandboxes.ts';
import { createdOf, groundWithoutFile } from './created-ground.ts';

/** Where it is, as the journal says. */
export function computerOf(call: Pick<Call, 'surroundings'>, { target, root, facts = {} }: Pick<OwnedThing, 'target' | 'root' | 'facts'>) {
  const { user, tunnel } = facts;
  const common = { files: 'all', keep: 'running', onUnreachable: 'fail', probes: [], probeMaxAge: 0, grace: 10_000, env: [] } as const;
  const way = { ...(user === undefined ? {} : { user }), ...(tunnel === undefined ? {} : { tunnel: Number(tunnel) }) };
  const spec: SandboxSpec = { name: target, kind: 'ssh', host: target, ...way, ...common };
  if (target === 'local') return localSandbox('local', createdOf(call).io);
  return sandboxOf(spec, groundWithoutFile(call, { name: target, root, places: [spec] }));
}
