import type { Task } from '../lib/task.ts';
import { MACHINE, machineDraft, NO_COMMAND, onMachine } from './machine.ts';

/** Starts the machine behind a sandbox; its guest may not be up yet. */
export const start: Task = {
  name: 'start',
  summary: 'Starts the machine of a sandbox, from its snapshot where it has the one that `machine:` names.',
  example: `start:
  task: start
  provides: builder
  needs: [inject-keys]`,
  fields: { machine: MACHINE },
  outputs: { machine: 'machine' },
  refuses: NO_COMMAND,
  plan: (step, scope) => machineDraft(step, scope, 'start'),
  run: (action, scope) => onMachine(action, scope, { act: (machine, deed) => machine.start(deed), already: 'it runs already' }),
};
