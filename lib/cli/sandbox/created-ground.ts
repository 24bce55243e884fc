import { dirname } from 'node:path';
import { ok, type Result } from '../../base/result.ts';
import { STORE_DEFAULTS } from '../../config/project.ts';
import type { Created } from '../../model/created.ts';
import type { Failure } from '../../model/failure.ts';
import type { Project, SandboxSpec } from '../../model/project.ts';
import { openCreated } from '../../run/created.ts';
import type { Call } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import type { Ground } from '../sandboxes.ts';

/** The store of created sandboxes, and the folder that it lies in. */
export function createdOf({ surroundings }: Pick<Call, 'surroundings'>) {
  const io = effectsOf(surroundings);
  const { state } = foldersOf(surroundings.environment, '/');
  return { io, state, store: openCreated(io, state) };
}

/**
 * A created sandbox as the only thing of a project without a file: its root, a folder of its own that need not be there, makes its workspace and its
 * machine belong to nobody else. All of it is in the record, so that the same is reached whatever became of the profile.
 */
export function groundOfCreated(call: Pick<Call, 'surroundings'>, { id, file, places }: Created, drivers: Ground['drivers']): Ground {
  const root = createdOf(call).store.folderOf(id);
  return groundWithoutFile(call, { name: `sbx-${id}`, root, file, places, drivers });
}

/** The same for whoever has only the record: where its driver is of an extension, its profile is read for it. */
export async function openCreatedGround(call: Call, created: Created): Promise<Result<Ground, Failure>> {
  const { file } = created;
  const { driver = 'qemu' } = placeOf(created)?.machine ?? {};
  const { driversOf } = await import('../machine/drivers-of.ts');
  const drivers = await driversOf(call, { driver, file, folder: dirname(dirname(file ?? '/')) });
  return drivers.ok ? ok(groundOfCreated(call, created, drivers.value)) : drivers;
}

/** These places, as those of a project that has nothing else. */
export function groundWithoutFile(
  { surroundings }: Pick<Call, 'surroundings'>,
  {
    name,
    root,
    places,
    file = `${root}.json`,
    drivers = new Map(),
  }: Pick<Project, 'name' | 'root'> &
    Partial<Pick<Ground, 'drivers'>> & { readonly file?: string | undefined; readonly places: readonly SandboxSpec[] },
): Ground {
  const project: Project = {
    name,
    root,
    file,
    default: [],
    params: new Map(),
    lacking: new Map(),
    sandboxes: new Map(places.map((spec) => [spec.name, spec])),
    steps: new Map(),
    called: new Map(),
    pools: new Map(),
    cache: STORE_DEFAULTS,
    hub: { interval: 0, wait: 0 },
    secrets: [],
  };
  return { surroundings, project, drivers, io: effectsOf(surroundings), folders: foldersOf(surroundings.environment, root) };
}

/** The sandbox that was created; undefined: the profile only made something. */
export function placeOf({ place, places }: Pick<Created, 'place' | 'places'>): SandboxSpec | undefined {
  return places.find(({ name }) => name === place);
}
