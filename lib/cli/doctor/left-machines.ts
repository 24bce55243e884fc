import { entriesIn } from '../../run/entries.ts';
import { openOwned } from '../../run/owned.ts';
import { dueOfMachine, lookAtMachine, type MachineDue } from '../machine/due.ts';
import { HERE, mayBeOurs, straysOn } from '../machine/strays.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

/** A machine that sbx made, of whatever project. */
interface LeftMachine {
  readonly name: string;
  readonly target: string;
  readonly due: MachineDue;
  /** The folder of its project, if there is no Sandboxfile in it any more. */
  readonly lost?: string;
  /** What removes one of which nothing is known, if nobody needs it. */
  readonly by?: string;
}

/** Whatever `-f` may have named is one. */
const MAYBE = /^Sandboxfile|\.ya?ml$/;

/** The journal of this computer is asked, and its hypervisors for what that does not know. */
export async function lookAtLeftMachines({ surroundings, io, folders: { state }, signal }: Patient): Promise<readonly LeftMachine[]> {
  const machines = openOwned(io, state)
    .things()
    .filter(({ kind }) => kind === 'machine');
  const strays = await straysOn({ surroundings }, HERE, signal);
  const found = strays.ok ? strays.value : [];
  const nobodys = found.filter((one) => !one.isOurs && mayBeOurs({ surroundings }, one));
  const unknown = nobodys.map(({ id, facts, target, madeBy, root }): LeftMachine => {
    const whose = madeBy === undefined ? 'it does not say whose it is, or was never finished' : `it was made for ${root}`;
    return {
      name: facts?.name ?? id,
      target,
      due: { is: 'unknown', why: `nothing here knows of it any more; ${whose}` },
      by: `sbx reap ${id}`,
    };
  });
  const known = [...machines, ...found.filter(({ isOurs }) => isOurs)].map((thing): LeftMachine => {
    const { root, target, path, facts } = thing;
    const isCreated = root.startsWith(`${state}/`);
    const isLost = !isCreated && !entriesIn(io.files, root).some(({ name }) => MAYBE.test(name));
    return { name: facts?.name ?? path, target, due: dueOfMachine(lookAtMachine(io, state, thing)), ...(isLost ? { lost: root } : {}) };
  });
  return [...known, ...unknown];
}

export function judgeLeftMachines(machines: readonly LeftMachine[]): readonly Finding[] {
  const found = machines.flatMap(({ name, target, due, lost, by }): readonly Finding[] => {
    const what = `the machine ${name}${target === 'local' ? '' : ` on ${target}`}`;
    if (due.is === 'unknown') return [{ is: 'warning', says: `${what}: ${due.why}`, ...(by === undefined ? {} : { mend: by }) }];
    if (due.is !== 'lives') return [{ is: 'warning', says: `${what}: ${due.why}`, mend: 'sbx reap' }];
    if (lost === undefined) return [];
    const says = `${what}: there is no Sandboxfile in ${lost} any more; put it back there and run its teardown, or remove the machine by hand`;
    return [{ is: 'warning', says }];
  });
  return found.length > 0 ? found : [{ is: 'ok', says: 'nothing is left of machines that killed runs had' }];
}
