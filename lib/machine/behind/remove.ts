import { ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { bring } from '../bring.ts';
import type { MachineGround } from './ground.ts';

/** All that bears the owner's tag, half-done ones too; what it was made from stays. Whoever is killed in between leaves a journal that says so. */
export async function remove(
  ground: MachineGround,
  scope: DeedScope,
): Promise<Result<{ readonly id: undefined; readonly did: readonly string[] }, Failure>> {
  const { driver, clock, owner, patiences, journal, guest } = ground;
  const owned = await driver.listOwned(owner, scope.signal);
  if (!owned.ok) return owned;
  const alone = owned.value.length === 0 ? ok(undefined) : ground.alone();
  if (!alone.ok) return alone;
  delete ground.found.id;
  for (const { id, wish, name } of owned.value) {
    journal.destroying(wish);
    const gone = await bring({ driver, clock, owner, patiences, doing: () => scope.note(`removes ${name}`) }, id, 'absent', scope.signal);
    if (!gone.ok) return gone;
    journal.destroyed(wish);
  }
  for (const wish of journal.begun()) journal.destroyed(wish);
  const forgotten = guest.forget();
  return forgotten.ok ? ok({ id: undefined, did: owned.value.map(({ id }) => `removed ${id}`) }) : forgotten;
}
