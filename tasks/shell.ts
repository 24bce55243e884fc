import type { Task } from '../lib/task.ts';
import { commandDraft, runCommand } from './command.ts';
import { lookAfter } from './look-after.ts';

/** The plainest step: a command in its sandbox. */
export const shell: Task = {
  name: 'shell',
  summary: 'Runs a command in the folder of the project, here or in a sandbox.',
  example: `check:
  run: ./bin/app --self-test
  needs: [fetch-artifacts]
  inputs: [bin/app]
  outputs: []`,
  fields: {},
  outputs: { files: 'files' },
  requires: ['run'],
  plan: (step, scope) => ({ value: commandDraft(step, scope, step.script?.source ?? ''), diagnostics: [] }),
  run: async (action, scope) => {
    const { script } = action.step;
    if (script === undefined) throw new Error(`the step ${action.id} has no script`);
    return lookAfter(action, scope, await runCommand(action, scope, script));
  },
};
