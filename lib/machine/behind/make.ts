import { isAbsolute } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { MachineId } from '../../model/machine.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { lacksCapability } from '../checks.ts';
import { succeeded } from '../hypervisor.ts';
import { findMachine, type MachineGround, NOTES } from './ground.ts';
import { remove } from './remove.ts';

/** Makes the machine, or finishes what a killed run began of it. */
export async function make(
  ground: MachineGround,
  image: string | undefined,
  scope: DeedScope,
): Promise<Result<{ readonly id: MachineId; readonly did: readonly string[] }, Failure>> {
  const { driver, journal, owner, name } = ground;
  const found = await findMachine(ground, scope.signal);
  if (!found.ok) return found;
  const recorded = ground.recorded();
  if (found.value?.whole) {
    const { id, wish } = found.value;
    // Whoever made it was killed before it said so, or began to remove it and did not come to it.
    if (recorded.get(wish) !== 'created') journal.created(wish);
    forgetOthers(ground, wish);
    ground.found.id = id;
    return stands(ground, id, image, scope);
  }
  const half = found.value;
  // What was wished and never begun is made under the same id.
  const wished = [...recorded].find(([, state]) => state === 'intent')?.[0];
  const wish = { id: half?.wish ?? wished ?? ground.wish(), owner, name };
  // Looked at before anything is written down: what is refused leaves nothing.
  const plan = await planOf(ground, image, scope);
  if (!plan.ok) return plan;
  forgetOthers(ground, wish.id);
  journal.intent(wish.id);
  const made = await plan.value.make(wish);
  if (!made.ok) return made;
  const noted = plan.value.look === undefined ? ok(undefined) : await driver.note(made.value, NOTES.image, plan.value.look, scope.signal);
  if (!noted.ok) return noted;
  const told = await driver.note(made.value, NOTES.madeFor, JSON.stringify(ground.madeFor), scope.signal);
  if (!told.ok) return told;
  journal.created(wish.id);
  ground.found.id = made.value;
  return ok({ id: made.value, did: [half === undefined ? plan.value.did : `finished what a killed run began: ${plan.value.did}`] });
}

/** Of those there is nothing any more: whoever removed them was killed before it said so, or it was not sbx. */
function forgetOthers({ journal, recorded }: MachineGround, wish: string): void {
  for (const other of recorded().keys()) if (other !== wish) journal.destroyed(other);
}

interface MakePlan {
  readonly did: string;
  /** How the appliance looks, to see later that it is another one. */
  readonly look?: string;
  readonly make: (wish: { id: string; owner: string; name: string }) => Promise<Result<MachineId, Failure>>;
}

async function planOf(ground: MachineGround, image: string | undefined, scope: DeedScope): Promise<Result<MakePlan, Failure>> {
  const { driver, base, name } = ground;
  if (base !== undefined) {
    const { linkedClone } = driver;
    if (linkedClone === undefined) return lacksCapability(driver.name, 'linked clones', 'take `clone: true` away');
    // What cannot be removed now is left for the next run, or the reaper.
    for (const clone of ground.lost?.() ?? []) {
      const gone = await remove(clone, scope);
      for (const did of gone.ok ? gone.value.did : []) scope.note(`${did}, of a run that was killed`);
    }
    const of = await make(base, image, scope);
    if (!of.ok) return of;
    return ok({ did: `cloned ${base.name}`, make: (wish) => linkedClone(of.value.id, wish, scope.signal) });
  }
  const path = image ?? ground.spec.image;
  if (path === undefined) {
    const hint = 'name it with `machine.image` of the sandbox, or with `image` of the step that imports';
    return err({ code: 'appliance-missing', message: `nothing says what ${name} is made from`, hint });
  }
  if (!isAbsolute(path))
    return err({
      code: 'appliance-missing',
      message: `${path} is no absolute path`,
      hint: 'write where it lies on the computer of the hypervisor',
    });
  const looked = await driver.inspectAppliance(path, scope.signal);
  if (!looked.ok) return looked;
  const { disks, cpus, memory, verified } = looked.value;
  scope.note(
    `${path}: ${disks.length} ${disks.length === 1 ? 'disk' : 'disks'}, ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}, ${memory} MiB${verified ? ', as its manifest says' : ''}`,
  );
  if (!verified) scope.note(`${path} has no manifest: nothing says whether it is whole`);
  const look = await lookOf(ground, path, scope.signal);
  return ok({
    did: `imported ${path}`,
    ...(look === undefined ? {} : { look }),
    make: (wish) => driver.importAppliance({ ...wish, appliance: path }, scope.signal),
  });
}

/** It is there already. Whether it was made of what the image is now is said, and is for the user to decide. */
async function stands(ground: MachineGround, id: MachineId, image: string | undefined, scope: DeedScope) {
  const path = image ?? ground.spec.image;
  if (path !== undefined && isAbsolute(path) && ground.base === undefined) {
    const notes = await ground.driver.notes(id, scope.signal);
    if (!notes.ok) return notes;
    const before = notes.value.get(NOTES.image);
    const now = await lookOf(ground, path, scope.signal);
    if (before !== undefined && now !== undefined && before !== now)
      scope.note(`${path} is another one than ${ground.name} was made from; remove the machine to have it made anew`);
  }
  return ok({ id, did: [] });
}

/** Size and time: a digest of many GB at each run would cost minutes. Undefined: it is not there any more, and not needed either. */
async function lookOf({ hypervisor }: MachineGround, path: string, signal: AbortSignal): Promise<string | undefined> {
  const said = await hypervisor.run(['stat', '-c', '%s %Y', '--', path], { signal });
  return said.ok && succeeded(said.value) ? `${Buffer.from(said.value.stdout).toString('utf8').trim()} ${path}` : undefined;
}
