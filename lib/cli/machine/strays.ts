import { err, ok, type Result } from '../../base/result.ts';
import { NOTES } from '../../machine/behind/ground.ts';
import { type MadeFor, readMadeFor } from '../../machine/behind/made-for.ts';
import { hypervisorIn } from '../../machine/hypervisor.ts';
import type { Failure } from '../../model/failure.ts';
import type { Driver, OwnedMachine } from '../../model/machine.ts';
import { knownMachineId } from '../../run/machine.ts';
import { type OwnedThing, openOwned } from '../../run/owned.ts';
import { whoAmI } from '../../run/self.ts';
import { checkoutOf } from '../../sync/checkout.ts';
import type { Call } from '../call.ts';
import { computerOf } from '../sandbox/computer.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import { driverFor } from './drivers.ts';
import { ownerTag } from './tag.ts';

// Machines that sbx made and that the journal here does not speak of: it was lost, or they are of another computer or state folder.

/** One of them, as the journal would have it. */
export interface Stray extends OwnedThing {
  /** Its tag is the one that this state folder gives to what it says it was made for: nobody else's can be the same. */
  readonly isOurs: boolean;
  /** `ada@laptop`; undefined: it does not say. Not who wrote a line of the journal. */
  readonly madeBy?: string;
  /** What the hypervisor calls it; of a half that is no machine yet: its wish. */
  readonly id: string;
}

/** Where they may be: what must be known to get there. */
type Computer = Pick<OwnedThing, 'target' | 'root' | 'facts'>;

export const HERE: Computer = { target: 'local', root: '/' };

const DRIVERS = ['qemu', 'virtualbox'];

/** All on one computer. A hypervisor that is not there has none. */
export async function straysOn(
  call: Pick<Call, 'surroundings'>,
  computer: Computer,
  signal: AbortSignal,
): Promise<Result<readonly Stray[], Failure>> {
  const { io, state } = createdOf(call);
  const { target } = computer;
  const before = openOwned(io, state).things();
  const session = await computerOf(call, computer).connect(signal);
  if (!session.ok) return session;
  await using connected = session.value;
  const found: Stray[] = [];
  for (const named of DRIVERS) {
    const ways = { drivers: new Map(), state: target === 'local' ? state : undefined };
    const driver = await driverFor({ driver: named, accelerator: 'auto' }, hypervisorIn(target, connected), ways);
    const all = driver.ok ? await driver.value.listAll('sbx-', signal) : driver;
    if (!driver.ok || !all.ok) continue;
    // What came or went while the hypervisor was asked is in one of both.
    const known = new Set([...before, ...openOwned(io, state).things()].map(({ path }) => path));
    for (const one of all.value.filter(({ wish }) => !known.has(wish))) {
      const said = await madeForOf(driver.value, one, signal);
      if (!said.ok) return said;
      found.push(strayOf(call, computer, named, one, said.value));
    }
  }
  return ok(found);
}

async function madeForOf(driver: Driver, { id, whole }: OwnedMachine, signal: AbortSignal): Promise<Result<MadeFor | undefined, Failure>> {
  if (!whole) return ok(undefined);
  const notes = await driver.notes(id, signal);
  if (notes.ok) return ok(readMadeFor(notes.value.get(NOTES.madeFor)));
  return notes.error.code === 'machine-absent' ? ok(undefined) : err(notes.error);
}

function strayOf(
  { surroundings }: Pick<Call, 'surroundings'>,
  { target, facts = {} }: Computer,
  driver: string,
  { id, wish, owner, name }: OwnedMachine,
  madeFor: MadeFor | undefined,
): Stray {
  const { io, state } = createdOf({ surroundings });
  const { root = '', sandbox = '', clone, by } = madeFor ?? {};
  const computer = knownMachineId(io, state) ?? '';
  const user = surroundings.user();
  const { id: checkout } = checkoutOf(computer, user, surroundings.hostname(), root);
  const tag = ownerTag(madeFor?.name === undefined ? { checkout, sandbox } : { computer, user, name: madeFor.name });
  return {
    ...{ kind: 'machine', sandbox, target, root, checkout, path: wish, state: 'created', at: 0 },
    facts: { ...wayIn(facts), driver, owner, name: name === '' ? wish : name, ...(clone === undefined ? {} : { clone }) },
    isOurs: computer !== '' && madeFor !== undefined && (clone === undefined ? owner === tag : owner.startsWith(`${tag}-`)),
    ...(by === undefined ? {} : { madeBy: by }),
    id: id === '' ? wish : id,
  };
}

function wayIn({ user, tunnel }: NonNullable<OwnedThing['facts']>) {
  return { ...(user === undefined ? {} : { user }), ...(tunnel === undefined ? {} : { tunnel }) };
}

/** Whether it may be ours, so that the user is to be told: it says so, or nothing. */
export function mayBeOurs({ surroundings }: Pick<Call, 'surroundings'>, { madeBy }: Stray): boolean {
  return madeBy === undefined || madeBy === `${surroundings.user()}@${whoAmI(createdOf({ surroundings }).io.files).host}`;
}
