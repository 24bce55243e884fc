import { ok, type Result } from '../../base/result.ts';
import type { Reachability } from '../../model/created.ts';
import type { Failure } from '../../model/failure.ts';
import { GUEST_USER } from '../../model/machine-spec.ts';
import type { SandboxSpec } from '../../model/project.ts';
import type { Sandbox } from '../../model/sandbox.ts';
import { type Ground, machineIn } from '../sandboxes.ts';

/** Where another program gets into a place that is up by SSH. Undefined: nobody else gets there. */
export async function addressOf(
  spec: SandboxSpec,
  sandbox: Sandbox,
  { io }: Pick<Ground, 'io'>,
  signal: AbortSignal,
): Promise<Result<Omit<Reachability, 'remote_dir'> | undefined, Failure>> {
  if (spec.kind === 'machine') {
    const machine = await machineIn(new Map([[spec.name, sandbox]]), spec.name, signal);
    const up = machine.ok ? await machine.value.waitFor({ signal, note: () => {} }) : machine;
    if (!up.ok) return up;
    const { address: host, port } = up.value.endpoint;
    return ok({ host, port, user: spec.user ?? GUEST_USER });
  }
  if (spec.kind !== 'ssh') return ok(undefined);
  const { resolveHost } = await import('../../ssh/config.ts');
  const resolved = await resolveHost({ named: spec.host ?? spec.name, user: spec.user, tunnel: spec.tunnel }, io, signal);
  if (!resolved.ok) return resolved;
  const { hostname: host, port, user } = resolved.value;
  return ok({ host, port, user });
}
