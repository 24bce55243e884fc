import { ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Session } from '../../model/sandbox.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import type { MachineGround } from './ground.ts';
import { inject } from './inject.ts';
import { make } from './make.ts';
import { setUp } from './set-up.ts';
import { start } from './start.ts';
import { enter } from './wait-for.ts';

/** Brings it up from wherever it is, and goes in: what is so already is found by asking and not done again. */
export async function raise(ground: MachineGround, scope: DeedScope): Promise<Result<Session, Failure>> {
  for (const deed of [
    () => make(ground, undefined, scope),
    () => setUp(ground, scope),
    () => inject(ground, scope),
    () => start(ground, scope),
  ]) {
    const done = await deed();
    if (!done.ok) return done;
    for (const one of done.value.did) scope.note(one);
  }
  const there = await enter(ground, scope, 'ours');
  if (!there.ok) return there;
  for (const one of there.value.did) scope.note(one);
  return ok(there.value.got);
}
