import { ok, type Result } from '../../base/result.ts';
import type { Created } from '../../model/created.ts';
import type { Failure } from '../../model/failure.ts';
import { openOwned } from '../../run/owned.ts';
import type { Call } from '../call.ts';
import { forgetGuest } from '../machine/guest.ts';
import { guestPaths } from '../machine/paths.ts';
import { createdOf } from './created-ground.ts';

/** Strikes out all that is recorded here of a sandbox, as where its host is gone for good, and names what is left there. Reaches nothing. */
export async function forget(call: Pick<Call, 'surroundings'>, { id }: Created): Promise<Result<readonly string[], Failure>> {
  const { io, state, store } = createdOf(call);
  const owned = openOwned(io, state);
  const left: string[] = [];
  for (const thing of owned.things().filter(({ root }) => root === store.folderOf(id))) {
    const { kind, path, target, facts: { name = path, owner, driver } = {} } = thing;
    if (kind === 'machine' && owner !== undefined) {
      const forgotten = forgetGuest({ io, state, folder: guestPaths(state, owner).keys, alias: owner });
      if (!forgotten.ok) return forgotten;
    }
    left.push(kind === 'machine' ? `left on ${target}: the machine ${name} of ${driver}, made as ${path}` : `left in ${target}: ${path}`);
    owned.of(thing).destroyed(path);
  }
  store.remove(id);
  return ok(left);
}
