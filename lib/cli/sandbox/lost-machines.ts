import { groupBy } from '../../base/group-by.ts';
import { ok, type Result } from '../../base/result.ts';
import { limitOf } from '../../io/limit.ts';
import { localSandbox } from '../../io/local.ts';
import { hypervisorIn } from '../../machine/hypervisor.ts';
import type { Failure } from '../../model/failure.ts';
import type { Sandbox } from '../../model/sandbox.ts';
import { openOwned } from '../../run/owned.ts';
import { isUserDead } from '../../run/users.ts';
import { pinGuest } from '../../ssh/guest.ts';
import { sshSandbox } from '../../ssh/ssh.ts';
import type { Call } from '../call.ts';
import { driverFor } from '../machine/drivers.ts';
import { createdOf } from './created-ground.ts';
import type { Reaped } from './reap.ts';

type Thing = ReturnType<ReturnType<typeof openOwned>['things']>[number];

const PATIENCE = 120_000; // milliseconds for the machines of one owner tag

/**
 * Machines in the journal of what sbx made that nobody can need any more: clones of runs that were killed, and those of created sandboxes whose record is lost.
 * A machine that a project keeps is neither.
 */
export async function reapMachines(call: Pick<Call, 'surroundings'>, dry: boolean, signal: AbortSignal): Promise<readonly Reaped[]> {
  const { io, state } = createdOf(call);
  const lost = openOwned(io, state)
    .things()
    .filter((thing) => thing.kind === 'machine' && whyLost(call, thing) !== undefined);
  const owners = groupBy(lost, ({ facts }) => facts?.owner);
  return await Promise.all(
    [...owners].map(async ([owner, things]): Promise<Reaped> => {
      const why = whyLost(call, things[0] as Thing) as string;
      if (dry) return { id: owner, is: 'ended', why, did: [] };
      using limit = limitOf(signal, PATIENCE);
      const gone = await removeAll(call, owner, things, limit.signal);
      if (gone.ok) return { id: owner, is: 'ended', why, did: gone.value };
      const { code, message } = gone.error;
      return { id: owner, is: 'left', why, did: [], failure: { code, message } };
    }),
  );
}

function whyLost(call: Pick<Call, 'surroundings'>, { root, facts }: Thing): string | undefined {
  const { io, state, store } = createdOf(call);
  if (facts?.clone !== undefined && isUserDead(io.files, facts.clone)) return 'the run that cloned it was killed';
  const id = root.startsWith(`${state}/sandboxes/`) ? root.slice(root.lastIndexOf('/') + 1) : undefined;
  // A record that cannot be read speaks for its sandbox all the same.
  const isLost = id !== undefined && !io.files.existsSync(`${store.folderOf(id)}.json`);
  return isLost ? `the record of the sandbox ${id} is lost` : undefined;
}

async function removeAll(
  call: Pick<Call, 'surroundings'>,
  owner: string,
  things: readonly Thing[],
  signal: AbortSignal,
): Promise<Result<readonly string[], Failure>> {
  const { io, state } = createdOf(call);
  const { target, facts } = things[0] as Thing;
  const isHere = target === 'local';
  const place: Sandbox = isHere ? localSandbox('local', io) : sshSandbox({ name: target, named: target, state, grace: 0, owner: '' }, io);
  const session = await place.connect(signal);
  if (!session.ok) return session;
  await using open = session.value;
  const ways = { drivers: new Map(), state: isHere ? state : undefined };
  const driver = await driverFor({ driver: facts?.driver ?? '', accelerator: 'auto' }, hypervisorIn(target, open), ways);
  if (!driver.ok) return driver;
  const owned = await driver.value.listOwned(owner, signal);
  if (!owned.ok) return owned;
  for (const { id } of owned.value) {
    const gone = await driver.value.destroy(id, owner, signal);
    if (!gone.ok) return gone;
  }
  for (const { state: _, at: __, path, ...thing } of things) openOwned(io, state).of(thing).destroyed(path);
  io.files.rmSync(`${state}/guests/${owner}`, { recursive: true, force: true });
  const forgotten = pinGuest(state, owner, undefined, io);
  return forgotten.ok ? ok(owned.value.map(({ id }) => `removed ${id}`)) : forgotten;
}
