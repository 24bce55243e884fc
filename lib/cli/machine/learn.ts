import { groupBy } from '../../base/group-by.ts';
import { type OwnedThing, openOwned } from '../../run/owned.ts';
import type { Call } from '../call.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import { PATIENCE, within } from '../sandbox/within.ts';
import { dueOfMachine, lookAtMachine } from './due.ts';
import { HERE, type Stray, straysOn } from './strays.ts';

interface Learning {
  readonly call: Pick<Call, 'surroundings'>;
  /** Nothing is written. */
  readonly dry: boolean;
  readonly patience?: number;
  /** Machines that the user wants to be rid of, by their ids. */
  readonly named: readonly string[];
}

/**
 * What hypervisors have and the journal lacks is written into it: what is provably ours, to be judged as all others are; and what the user named, whosever
 * it is, to be removed. Gives those. Asked are this computer and those on which the journal has something to end; for what is named, all that it knows.
 */
export async function learn(
  { call, dry, patience = PATIENCE, named }: Learning,
  machines: readonly OwnedThing[],
  signal: AbortSignal,
): Promise<readonly OwnedThing[]> {
  const { io, state } = createdOf(call);
  const isDue = (thing: OwnedThing): boolean => !['lives', 'unknown'].includes(dueOfMachine(lookAtMachine(io, state, thing)).is);
  const far = [...groupBy(machines, ({ target }) => target).values()].flatMap((group) => {
    const [first] = group;
    return first !== undefined && first.target !== HERE.target && (named.length > 0 || group.some(isDue)) ? [first] : [];
  });
  const asked = await Promise.all([HERE, ...far].map((one) => within(patience, signal, (limited) => straysOn(call, one, limited))));
  const strays = asked.flatMap((one) => (one.ok ? one.value : [])); // a computer that is not reached says so with what the journal has there
  const isNamed = ({ id, path }: Stray): boolean => named.includes(id) || named.includes(path);
  const wanted = strays.filter((stray) => (named.length > 0 ? isNamed(stray) : stray.isOurs));
  const is = named.length > 0 ? 'destroying' : 'created';
  if (!dry)
    for (const { kind, sandbox, target, root, checkout, facts = {}, path } of wanted)
      openOwned(io, state).of({ kind, sandbox, target, root, checkout, facts })[is](path);
  return wanted.map((stray) => ({ ...stray, state: is }));
}
