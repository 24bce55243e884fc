import { err } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { SandboxSpec } from '../../model/project.ts';
import type { ReachedHost, Sandbox } from '../../model/sandbox.ts';
import { Asking, type Open } from './asking.ts';
import { type HostsGround, hostsOf, type OneHost } from './hosts.ts';

/**
 * A sandbox that is one of several hosts: the first one in their order that lets us in. Hosts that do not answer are waited for side by side, and yet one that
 * is only slow is not left for one that is quick. From then on it is that one and no other, since what a run left there is nowhere else: where it is lost, the
 * run loses its place, and only the next run looks for another one.
 */
export function oneOf(spec: SandboxSpec, ground: HostsGround, open: Open): Sandbox {
  let chosen: ReachedHost | undefined;
  let hosts: readonly OneHost[] | undefined;
  return {
    name: spec.name,
    kind: 'ssh',
    target: spec.name,
    chosen: () => chosen,
    connect: async (signal, note, known, link) => {
      if (hosts === undefined) {
        const found = hostsOf(spec, ground);
        if (!found.ok) return found;
        hosts = found.value;
      }
      const asking = new Asking(hosts, ground.io.clock, open, (place, over) =>
        place.connect(AbortSignal.any([signal, over]), note, known, link),
      );
      const failures: Failure[] = [];
      try {
        for (const [index, one] of hosts.entries()) {
          const { place, session: coming } = asking.at(index);
          const session = await coming;
          if (session.ok) {
            chosen ??= { ...one, target: place.target, passed: failures };
            hosts = [one];
            asking.keep(index);
            return session;
          }
          if (signal.aborted || session.error.code === 'cancelled') return session;
          failures.push({ ...session.error, message: `${one.host}: ${session.error.message}` });
        }
        return err(failureOf(spec, failures));
      } finally {
        asking.end();
      }
    },
  };
}

/** One failure for all of them. That a host must not be trusted is not hidden behind others that are only away. */
function failureOf({ name }: SandboxSpec, failures: readonly Failure[]): Failure {
  const [first] = failures;
  if (first === undefined) throw new Error(`${name} has no hosts`);
  if (failures.length === 1) return first;
  const worst = failures.find(({ code }) => code.startsWith('host-key')) ?? first;
  const message = `none of the ${failures.length} hosts of ${name} can be used: ${failures.map((one) => one.message).join('; ')}`;
  return { ...worst, message, sandbox: name };
}
