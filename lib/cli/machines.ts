import { err, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { SandboxName } from '../model/project.ts';
import type { SandboxMachine } from '../model/sandbox-machine.ts';
import type { Ground } from './sandboxes.ts';

/** The machine behind a sandbox. */
export async function machineOf(name: SandboxName, { project }: Ground): Promise<Result<SandboxMachine, Failure>> {
  const spec = project.sandboxes.get(name)?.machine;
  const hint = 'declare `machine:` under the sandbox';
  if (spec === undefined) return err({ code: 'machine-absent', message: `there is no machine behind ${name}`, hint });
  return err({ code: 'capability-missing', message: `machines of ${spec.driver} are not driven yet` });
}
