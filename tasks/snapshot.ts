import type { Task } from '../lib/task.ts';
import { textField } from './fields.ts';
import { MACHINE, machineDraft, NO_COMMAND, onMachine } from './machine.ts';

export const SNAPSHOT_NAME = {
  kind: 'string',
  format: 'name',
  description: 'Name of the snapshot, of this machine.',
  examples: ['ready'],
} as const;

/** Keeps the machine behind a sandbox as it is now. */
export const snapshot: Task = {
  name: 'snapshot',
  summary: 'Keeps the machine of a sandbox as it is now, with its memory while it runs, under a name.',
  example: `snapshot:
  task: snapshot
  machine: builder
  needs: [wait-for]
  name: ready`,
  fields: { machine: MACHINE, name: SNAPSHOT_NAME },
  outputs: { machine: 'machine' },
  requires: ['name'],
  refuses: NO_COMMAND,
  plan: (step, scope) => machineDraft(step, scope, `keep ${textField(step, 'name')} of`, { name: textField(step, 'name') ?? null }),
  run(action, scope) {
    const name = textField(action.step, 'name') ?? '';
    return onMachine(action, scope, { act: (machine, deed) => machine.snapshot(name, deed), already: `it has a snapshot ${name} already` });
  },
};
