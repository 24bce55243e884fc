import { groupBy } from '../../base/group-by.ts';
import { err } from '../../base/result.ts';
import type { Created } from '../../model/created.ts';
import type { Failure } from '../../model/failure.ts';
import { clearLocks, momentNow, tryHold } from '../../run/created.ts';
import { describeHolder } from '../../run/holder.ts';
import { leftoversOfState, sweepLeftovers } from '../../run/leftovers.ts';
import type { Call } from '../call.ts';
import { createdOf, placeOf } from './created-ground.ts';
import { dueOf } from './due.ts';
import { type Reaped, reapInTurn, type Seen } from './in-turn.ts';
import { takeDown } from './take-down.ts';
import { PATIENCE, within } from './within.ts';

interface Reap {
  readonly call: Call;
  /** Only looked at: nothing is ended. */
  readonly dry: boolean;
  readonly patience?: number;
}

/**
 * Ends what is over its time, and what killed processes left half made or half destroyed. Places are seen to at once, each by itself: one that is not
 * reached, or hangs, holds up no other one, and is left for the next time.
 */
export async function reapSandboxes(reap: Reap, signal: AbortSignal): Promise<readonly Reaped[]> {
  const { io, state, store } = createdOf(reap.call);
  const { all, damaged } = store.list();
  const places = groupBy(all, (created) => hostOf(created));
  const reaped = await Promise.all(
    [...places.values()].map((group) => reapInTurn(group, (created, away) => reapOne(reap, created, away, signal))),
  );
  if (!reap.dry) {
    clearLocks(io, state, store);
    sweepLeftovers(io, leftoversOfState(state));
  }
  const unread = damaged.map(
    (path): Reaped => ({ id: path, is: 'left', why: 'the record is damaged, or of another version of sbx', did: [] }),
  );
  return [...reaped.flat(), ...unread];
}

/** The computer that must be reached for it; what is reached through none is a group of its own. */
function hostOf(created: Created): string {
  const spec = placeOf(created);
  if (spec?.machine !== undefined) return `${spec.machine.hypervisor}`;
  return spec?.host === undefined ? created.id : `${spec.host} ${spec.tunnel ?? ''}`;
}

/** Undefined: there is nothing to say of it. */
async function reapOne(
  { call, dry, patience = PATIENCE }: Reap,
  { id }: Created,
  away: Failure | undefined,
  signal: AbortSignal,
): Promise<Seen | undefined> {
  const { io, state, store } = createdOf(call);
  const held = tryHold(io, { state, id, command: 'sbx reap' });
  if (!held.ok) return { said: { id, is: 'left', why: 'its lock cannot be taken', did: [], failure: held.error } };
  if (!('release' in held.value)) return { said: { id, is: 'left', why: `at work: ${describeHolder(held.value)}`, did: [] } };
  using _lock = held.value;
  const created = store.read(id); // as it is now that nobody else changes it
  if (created === undefined) return undefined;
  const due = dueOf(created, momentNow(io));
  if (due.is === 'lives') return undefined;
  const { why } = due;
  if (due.is === 'unknown') return { said: { id, is: 'left', why, did: [] } };
  if (dry) return { said: { id, is: 'ended', why, did: [] } };
  const gone = away === undefined ? await within(patience, signal, (limited) => takeDown(call, created, limited)) : err(away);
  if (gone.ok) return { said: { id, is: 'ended', why, did: gone.value } };
  const { code, message } = gone.error;
  return { said: { id, is: 'left', why, did: [], failure: { code, message } }, failure: gone.error };
}
