import type { Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Endpoint } from '../../model/machine.ts';
import type { DeedScope, SandboxMachine } from '../../model/sandbox-machine.ts';

/** Brings it up from wherever it is: what is so already is found by asking and not done again. */
export async function raise(machine: SandboxMachine, scope: DeedScope): Promise<Result<Endpoint, Failure>> {
  const deeds = [() => machine.make(undefined, scope), () => machine.setUp(scope), () => machine.inject(scope), () => machine.start(scope)];
  for (const deed of deeds) {
    const done = await deed();
    if (!done.ok) return done;
    for (const one of done.value.did) scope.note(one);
  }
  const there = await machine.waitFor(scope);
  return there.ok ? { ok: true, value: there.value.endpoint } : there;
}
