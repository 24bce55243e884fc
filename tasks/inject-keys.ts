import type { Task } from '../lib/task.ts';
import { MACHINE, machineDraft, NO_COMMAND, onMachine } from './machine.ts';

/** Gives the machine behind a sandbox its keys, before it starts: nothing of them is in its image or in words of a command. */
export const injectKeys: Task = {
  name: 'inject-keys',
  summary: 'Gives the machine of a sandbox the keys of those who may log in, and a host key that is then the only one believed.',
  example: `inject-keys:
  task: inject-keys
  provides: builder
  needs: [setup-vm]`,
  fields: { machine: MACHINE },
  outputs: { machine: 'machine' },
  refuses: NO_COMMAND,
  plan: (step, scope) => machineDraft(step, scope, 'give keys to'),
  run: (action, scope) => onMachine(action, scope, { act: (machine, deed) => machine.inject(deed), already: 'it has its keys already' }),
};
