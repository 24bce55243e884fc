import { ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { bring } from '../bring.ts';
import type { MachineLeft } from './ground.ts';

/** All that bears the owner's tag, half-done ones too; what it was made from stays. Whoever is killed in between leaves a journal that says so. */
export async function remove(
  ground: MachineLeft,
  scope: DeedScope,
): Promise<Result<{ readonly id: undefined; readonly did: readonly string[] }, Failure>> {
  const { driver, clock, owner, patiences, journal, guest } = ground;
  const owned = await driver.listOwned(owner, scope.signal);
  if (!owned.ok) return owned;
  const alone = owned.value.length === 0 ? ok(undefined) : ground.alone();
  if (!alone.ok) return alone;
  delete ground.found.id;
  for (const { id, wish, name, whole } of owned.value) {
    journal.destroying(wish);
    const gone = await bring({ driver, clock, owner, patiences, doing: () => scope.note(`removes ${name}`) }, id, 'absent', scope.signal);
    if (!gone.ok) return gone;
    // What never became a machine may leave something all the same.
    const rest = whole ? ok('absent') : await driver.destroy(id, owner, scope.signal);
    if (!rest.ok) return rest;
    journal.destroyed(wish);
  }
  // Of the others there is nothing: they were never begun, or whoever removed them was killed before it said so.
  const seen = new Set(owned.value.map(({ wish }) => wish));
  for (const wish of ground.recorded().keys()) if (!seen.has(wish)) journal.destroyed(wish);
  const forgotten = guest.forget();
  return forgotten.ok ? ok({ id: undefined, did: owned.value.map(({ id }) => `removed ${id}`) }) : forgotten;
}
