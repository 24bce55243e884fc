import type { Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Endpoint } from '../../model/machine.ts';
import type { DeedScope, SandboxMachine } from '../../model/sandbox-machine.ts';

import { RESTORED } from './start.ts';

interface Raised {
  readonly endpoint: Endpoint;
  /** It goes on from a saved state: its clock stands at the time of that. */
  readonly isRestored: boolean;
}

/** Brings it up from wherever it is: what is so already is found by asking and not done again. */
export async function raise(machine: SandboxMachine, scope: DeedScope): Promise<Result<Raised, Failure>> {
  const deeds = [() => machine.make(undefined, scope), () => machine.setUp(scope), () => machine.inject(scope), () => machine.start(scope)];
  const did: string[] = [];
  for (const deed of deeds) {
    const done = await deed();
    if (!done.ok) return done;
    for (const one of done.value.did) scope.note(one);
    did.push(...done.value.did);
  }
  const there = await machine.waitFor(scope);
  if (!there.ok) return there;
  return { ok: true, value: { endpoint: there.value.endpoint, isRestored: did.some((one) => one.startsWith(RESTORED)) } };
}
