import { dirname } from 'node:path';
import { groupBy } from '../../base/group-by.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { makeFolder } from '../../io/replace.ts';
import { findMachine, type MachineLeft } from '../../machine/behind/ground.ts';
import { remove } from '../../machine/behind/remove.ts';
import { stop } from '../../machine/behind/start.ts';
import { PATIENCES } from '../../machine/bring.ts';
import { hypervisorIn } from '../../machine/hypervisor.ts';
import type { Failure } from '../../model/failure.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { describeHolder } from '../../run/holder.ts';
import { tryLock } from '../../run/lock.ts';
import { type OwnedThing, openOwned } from '../../run/owned.ts';
import { whoAmI } from '../../run/self.ts';
import { beginUse } from '../../run/users.ts';
import type { Call } from '../call.ts';
import { computerOf } from '../sandbox/computer.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import { type Reaped, reapInTurn, type Seen } from '../sandbox/in-turn.ts';
import { PATIENCE, within } from '../sandbox/within.ts';
import { driverFor } from './drivers.ts';
import { driversOf } from './drivers-of.ts';
import { dueOfMachine, lookAtMachine, type MachineDue } from './due.ts';
import { forgetGuest } from './guest.ts';
import { renewIdle } from './idle.ts';
import { learn } from './learn.ts';
import { guestPaths } from './paths.ts';

interface Reap {
  readonly call: Call;
  /** Only looked at: nothing is done. */
  readonly dry: boolean;
  readonly patience?: number;
  /** Machines that no journal knows, by their ids: only these are seen to. */
  readonly named?: readonly string[];
}

/**
 * Ends what killed runs left of machines, also of those that the journal lost, and stops those that nobody has used for their time. What is whole and no clone is never removed. A computer
 * that is not reached is asked once, and its machines are left for the next time.
 */
export async function reapMachines(reap: Reap, signal: AbortSignal): Promise<readonly Reaped[]> {
  const { io, state } = createdOf(reap.call);
  const { named = [] } = reap;
  const known = openOwned(io, state)
    .things()
    .filter(({ kind }) => kind === 'machine');
  const learned = await learn({ ...reap, named }, known, signal);
  const machines = named.length > 0 ? learned : [...known, ...learned];
  const groups = [...groupBy(machines, ({ target }) => target).values()];
  const reaped = (await Promise.all(groups.map((group) => reapInTurn(group, (thing, away) => reapOne(reap, thing, away, signal))))).flat();
  return named.length > 0 ? reaped.map((one) => ({ ...one, why: 'nothing here knew of it any more' })) : reaped;
}

/** Undefined: there is nothing to say of it. */
async function reapOne(
  { call, dry, patience = PATIENCE }: Reap,
  thing: OwnedThing,
  away: Failure | undefined,
  signal: AbortSignal,
): Promise<Seen | undefined> {
  const { io, state } = createdOf(call);
  const id = thing.facts?.name ?? thing.path;
  const paths = guestPaths(state, thing.facts?.owner ?? '');
  const first = dueOfMachine(lookAtMachine(io, state, thing));
  if (first.is === 'lives') return undefined;
  if (first.is === 'unknown' || dry) return { said: { id, is: first.is === 'unknown' ? 'left' : 'ended', why: first.why, did: [] } };
  makeFolder(io.files, paths.lock.slice(0, paths.lock.lastIndexOf('/')), 0o700);
  const held = tryLock(io, { path: paths.lock, self: whoAmI(io.files), command: 'sbx reap' });
  if (!held.ok) return { said: { id, is: 'left', why: 'its lock cannot be taken', did: [], failure: held.error } };
  if (!('release' in held.value)) return { said: { id, is: 'left', why: `at work: ${describeHolder(held.value)}`, did: [] } };
  using _lock = held.value;
  const use = beginUse(io, paths.users, 'sbx reap');
  try {
    const now = openOwned(io, state)
      .things()
      .find(({ kind, path }) => kind === 'machine' && path === thing.path);
    if (now === undefined) return undefined;
    const due = dueOfMachine(lookAtMachine(io, state, now, use.nonce)); // as it is now that nobody else changes it
    if (due.is === 'lives' || due.is === 'unknown') return undefined;
    const done = away === undefined ? await within(patience, signal, (limited) => end(call, now, due.is, limited)) : err(away);
    if (done.ok && due.is === 'stop') renewIdle(io, paths.idle, undefined);
    if (done.ok) return done.value.length === 0 ? undefined : { said: { id, is: 'ended', why: due.why, did: done.value } };
    const { code, message } = done.error;
    return { said: { id, is: 'left', why: due.why, did: [], failure: { code, message } }, failure: done.error };
  } finally {
    use.end();
  }
}

/** What was done, in words. */
async function end(
  call: Call,
  thing: OwnedThing,
  due: Exclude<MachineDue['is'], 'lives' | 'unknown'>,
  signal: AbortSignal,
): Promise<Result<readonly string[], Failure>> {
  const { io, state } = createdOf(call);
  const { facts = {}, target, root, path } = thing;
  const { driver: named = '', owner = '', name = path } = facts;
  const { file } = facts;
  const drivers = await driversOf(call, {
    driver: named,
    file,
    folder: root.startsWith(`${state}/`) ? dirname(dirname(file ?? '/')) : root,
  });
  if (!drivers.ok) return drivers;
  const session = await computerOf(call, thing).connect(signal);
  if (!session.ok) return session;
  await using connected = session.value;
  const isHere = target === 'local';
  const ways = { drivers: drivers.value, state: isHere ? state : undefined };
  const driver = await driverFor({ driver: named, accelerator: 'auto' }, hypervisorIn(target, connected), ways);
  if (!driver.ok) return driver;
  const owned = openOwned(io, state);
  const left: MachineLeft = {
    ...{ name, owner, driver: driver.value, clock: io.clock, patiences: PATIENCES, found: {}, alone: () => ok(undefined) },
    journal: owned.of(thing),
    recorded: () => new Map(owned.things().flatMap((one) => (one.facts?.owner === owner ? [[one.path, one.state]] : []))),
    guest: { forget: () => forgetGuest({ io, state, folder: guestPaths(state, owner).keys, alias: owner }) },
  };
  const scope: DeedScope = { signal, note: () => {} };
  if (due === 'stop') return wordsOf(await stop(left, scope));
  if (due === 'finish') {
    const found = await findMachine(left, signal);
    if (!found.ok) return found;
    if (found.value?.whole) {
      left.journal.created(found.value.wish);
      return ok([`${found.value.id} is whole and stays`]);
    }
  }
  const removed = wordsOf(await remove(left, scope));
  return removed.ok && removed.value.length === 0 ? ok(['there was nothing of it any more']) : removed;
}

function wordsOf(done: Result<{ readonly did: readonly string[] }, Failure>): Result<readonly string[], Failure> {
  return done.ok ? ok(done.value.did) : done;
}
