import type { Task } from '../lib/task.ts';
import { MACHINE, machineDraft, NO_COMMAND, onMachine } from './machine.ts';

/** Gives the machine behind a sandbox what its `machine:` says: processors, memory, network, forwards. */
export const setupVm: Task = {
  name: 'setup-vm',
  summary: 'Gives the machine of a sandbox the processors, the memory and the network that its `machine:` says.',
  example: `setup-vm:
  task: setup-vm
  provides: builder
  needs: [import]`,
  fields: { machine: MACHINE },
  outputs: { machine: 'machine' },
  refuses: NO_COMMAND,
  plan: (step, scope) => machineDraft(step, scope, 'set up'),
  run: (action, scope) => onMachine(action, scope, { act: (machine, deed) => machine.setUp(deed), already: 'it is set up already' }),
};
