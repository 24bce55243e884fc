import { err, type Result } from '../../base/result.ts';
import { takeDown } from '../../compose/stack.ts';
import type { Failure } from '../../model/failure.ts';
import { type OwnedThing, openOwned } from '../../run/owned.ts';
import { isUserDead } from '../../run/users.ts';
import type { Call } from '../call.ts';
import { computerOf } from '../sandbox/computer.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import type { Reaped } from '../sandbox/in-turn.ts';
import { PATIENCE, within } from '../sandbox/within.ts';

const WHY = 'the run that brought it up is over';

/** Takes down the containers of compose files whose runs were killed. One whose maker cannot be known to be dead is left. */
export async function reapStacks(call: Pick<Call, 'surroundings'>, dry: boolean, signal: AbortSignal): Promise<readonly Reaped[]> {
  const { io, state } = createdOf(call);
  const lost = openOwned(io, state)
    .things()
    .filter(({ kind, by }) => kind === 'compose' && by !== undefined && isUserDead(io.files, by));
  return await Promise.all(
    lost.map(async (thing): Promise<Reaped> => {
      const id = `containers of ${thing.path}`;
      if (dry) return { id, is: 'ended', why: WHY, did: [] };
      const gone = await within(PATIENCE, signal, (limited) => end(call, thing, limited));
      if (gone.ok) return { id, is: 'ended', why: WHY, did: [gone.value === 0 ? 'there were none any more' : `took down ${gone.value}`] };
      const { code, message } = gone.error;
      return { id, is: 'left', why: WHY, did: [], failure: { code, message } };
    }),
  );
}

async function end(call: Pick<Call, 'surroundings'>, thing: OwnedThing, signal: AbortSignal): Promise<Result<number, Failure>> {
  const { io, state } = createdOf(call);
  const engine = thing.facts?.engine?.split(' ') ?? [];
  if (engine.length === 0) return err({ code: 'task-refused', message: 'the journal does not say what runs its containers' });
  const session = await computerOf(call, thing).connect(signal);
  if (!session.ok) return session;
  await using connected = session.value;
  const gone = await takeDown(connected, { engine, project: thing.path }, false, signal);
  if (gone.ok) openOwned(io, state).of(thing).destroyed(thing.path);
  return gone;
}
