import { ok, type Result } from '../../base/result.ts';
import type { Created } from '../../model/created.ts';
import type { Failure } from '../../model/failure.ts';
import { openOwned } from '../../run/owned.ts';
import { removeWorkspace } from '../../sync/workspace.ts';
import type { Call } from '../call.ts';
import { checkoutIn, sandboxOf } from '../sandboxes.ts';
import { createdOf, openCreatedGround, placeOf } from './created-ground.ts';
import { withMachine } from './with-machine.ts';

/**
 * Takes away what there is of a sandbox, the record last, and says what that was. Again is no error. A machine goes with all that is in it; of one
 * that was only attached to, the workspace goes and nothing else. What steps of the profile made stays.
 */
export async function takeDown(call: Call, created: Created, signal: AbortSignal): Promise<Result<readonly string[], Failure>> {
  const { store } = createdOf(call);
  store.write({ ...created, state: 'destroying' });
  const gone = await empty(call, created, signal);
  if (gone.ok) store.remove(created.id);
  return gone;
}

async function empty(call: Call, created: Created, signal: AbortSignal): Promise<Result<readonly string[], Failure>> {
  const spec = placeOf(created);
  if (spec === undefined) return ok([]);
  const opened = await openCreatedGround(call, created);
  if (!opened.ok) return opened;
  const ground = opened.value;
  const { io, folders, project } = ground;
  if (spec.kind === 'machine') {
    const removed = await withMachine(spec, ground, signal, (machine) => machine.remove({ signal, note: () => {} }));
    return removed.ok ? ok(removed.value.did) : removed;
  }
  const { workspace } = created;
  if (workspace === undefined) return ok([]);
  const sandbox = sandboxOf(spec, ground);
  const session = await sandbox.connect(signal);
  if (!session.ok) return session;
  await using connected = session.value;
  const { id: checkout } = checkoutIn(ground);
  const { target } = sandbox;
  const owned = openOwned(io, folders.state).of({ kind: 'workspace', sandbox: spec.name, target, root: project.root, checkout });
  const removed = await removeWorkspace(connected, workspace, { id: checkout }, owned, signal);
  if (!removed.ok) return removed;
  return ok(removed.value === 'removed' ? [`removed ${workspace} in ${target}`] : []);
}
