import { STORE_DEFAULTS } from '../../config/project.ts';
import type { Created } from '../../model/created.ts';
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
export function groundOfCreated(call: Pick<Call, 'surroundings'>, { id, places }: Pick<Created, 'id' | 'places'>): Ground {
  return groundWithoutFile(call, { name: `sbx-${id}`, root: createdOf(call).store.folderOf(id), places });
}

/** These places, as those of a project that has nothing else. */
export function groundWithoutFile(
  { surroundings }: Pick<Call, 'surroundings'>,
  { name, root, places }: { readonly name: string; readonly root: string; readonly places: readonly SandboxSpec[] },
): Ground {
  const project: Project = {
    name,
    root,
    file: `${root}.json`,
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
  return { surroundings, project, drivers: new Map(), io: effectsOf(surroundings), folders: foldersOf(surroundings.environment, root) };
}

/** The sandbox that was created; undefined: the profile only made something. */
export function placeOf({ place, places }: Pick<Created, 'place' | 'places'>): SandboxSpec | undefined {
  return places.find(({ name }) => name === place);
}
