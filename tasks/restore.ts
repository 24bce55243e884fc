import type { Task } from '../lib/task.ts';
import { textField } from './fields.ts';
import { MACHINE, machineDraft, NO_COMMAND, onMachine } from './machine.ts';
import { SNAPSHOT_NAME } from './snapshot.ts';

/** Makes the machine behind a sandbox what it was when a snapshot was taken. */
export const restore: Task = {
  name: 'restore',
  summary: 'Makes the machine of a sandbox what it was when a snapshot was taken.',
  example: `restore:
  task: restore
  machine: builder
  name: ready`,
  fields: { machine: MACHINE, name: SNAPSHOT_NAME },
  outputs: { machine: 'machine' },
  requires: ['name'],
  refuses: NO_COMMAND,
  plan: (step, scope) => machineDraft(step, scope, `restore ${textField(step, 'name')} of`, { name: textField(step, 'name') ?? null }),
  run(action, scope) {
    const name = textField(action.step, 'name') ?? '';
    return onMachine(action, scope, { act: (machine, deed) => machine.restore(name, deed), already: `it is as ${name} already` });
  },
};
