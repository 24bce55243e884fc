import { entriesIn } from '../../run/entries.ts';
import { openOwned } from '../../run/owned.ts';
import { dueOfMachine, lookAtMachine, type MachineDue } from '../machine/due.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

/** A machine that sbx made, of whatever project. */
interface LeftMachine {
  readonly name: string;
  readonly target: string;
  readonly due: MachineDue;
  /** The folder of its project, if there is no Sandboxfile in it any more. */
  readonly lost?: string;
}

/** Whatever `-f` may have named is one. */
const MAYBE = /^Sandboxfile|\.ya?ml$/;

/** Nothing but the journal of this computer is asked. */
export function lookAtLeftMachines({ io, folders: { state } }: Patient): readonly LeftMachine[] {
  const machines = openOwned(io, state)
    .things()
    .filter(({ kind }) => kind === 'machine');
  return machines.map((thing) => {
    const { root, target, path, facts } = thing;
    const isCreated = root.startsWith(`${state}/`);
    const isLost = !isCreated && !entriesIn(io.files, root).some(({ name }) => MAYBE.test(name));
    return { name: facts?.name ?? path, target, due: dueOfMachine(lookAtMachine(io, state, thing)), ...(isLost ? { lost: root } : {}) };
  });
}

export function judgeLeftMachines(machines: readonly LeftMachine[]): readonly Finding[] {
  const found = machines.flatMap(({ name, target, due, lost }): readonly Finding[] => {
    const what = `the machine ${name}${target === 'local' ? '' : ` on ${target}`}`;
    if (due.is === 'unknown') return [{ is: 'warning', says: `${what}: ${due.why}` }];
    if (due.is !== 'lives') return [{ is: 'warning', says: `${what}: ${due.why}`, mend: 'sbx reap' }];
    if (lost === undefined) return [];
    const says = `${what}: there is no Sandboxfile in ${lost} any more; put it back there and run its teardown, or remove the machine by hand`;
    return [{ is: 'warning', says }];
  });
  return found.length > 0 ? found : [{ is: 'ok', says: 'nothing is left of machines that killed runs had' }];
}
