import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Snapshots } from '../../model/machine.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { lacksCapability } from '../checks.ts';
import { type MachineGround, theMachine } from './ground.ts';

/** Saves it as it is, its memory too where it runs. One of that name is there already: done. */
export async function snapshot(ground: MachineGround, name: string, scope: DeedScope) {
  const found = await saved(ground, scope.signal);
  if (!found.ok) return found;
  const { id, snapshots, names } = found.value;
  if (names.includes(name)) return ok({ id, did: [] });
  const taken = await snapshots.take(id, name, scope.signal);
  return taken.ok ? ok({ id, did: [`saved as ${name}`] }) : taken;
}

/** Back to what was saved. What ran goes on running from there. */
export async function restore(ground: MachineGround, name: string, scope: DeedScope) {
  const found = await saved(ground, scope.signal);
  if (!found.ok) return found;
  const { id, snapshots, names } = found.value;
  if (!names.includes(name)) {
    const hint = names.length === 0 ? 'it was never saved: a step of the task `snapshot` does that' : `it has ${names.join(', ')}`;
    return err<Failure>({ code: 'machine-state', message: `${ground.name} was not saved as ${JSON.stringify(name)}`, hint });
  }
  const alone = ground.alone();
  if (!alone.ok) return alone;
  const restored = await snapshots.restore(id, name, scope.signal);
  return restored.ok ? ok({ id, did: [`restored ${name}`] }) : restored;
}

async function saved(
  ground: MachineGround,
  signal: AbortSignal,
): Promise<Result<{ readonly id: string; readonly snapshots: Snapshots; readonly names: readonly string[] }, Failure>> {
  const { snapshots } = ground.driver;
  if (snapshots === undefined) return lacksCapability(ground.driver.name, 'snapshots');
  const id = await theMachine(ground, signal);
  if (!id.ok) return id;
  const names = await snapshots.list(id.value, signal);
  return names.ok ? ok({ id: id.value, snapshots, names: names.value }) : names;
}
