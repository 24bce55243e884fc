import type { Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { SandboxSpec } from '../../model/project.ts';
import type { SandboxMachine } from '../../model/sandbox-machine.ts';
import { type Ground, machineIn, sandboxOf } from '../sandboxes.ts';

/** Does something on the machine behind a sandbox. Whatever comes of it, the machine is left then, and with it the computer that holds it. */
export async function withMachine<T>(
  spec: SandboxSpec,
  ground: Ground,
  signal: AbortSignal,
  work: (machine: SandboxMachine) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const sandbox = sandboxOf(spec, ground);
  try {
    const machine = await machineIn(new Map([[spec.name, sandbox]]), spec.name, signal);
    return machine.ok ? await work(machine.value) : machine;
  } finally {
    await sandbox.leave?.(() => {});
  }
}
