import type { Task } from '../lib/task.ts';
import { commandDraft, runCommand } from './command.ts';
import { textField } from './fields.ts';
import { lookAfter } from './look-after.ts';

/** A command in the workspace. Without `outputs` its product is what it leaves there, e.g. its state. */
export const remoteBuild: Task = {
  name: 'remote-build',
  summary: 'Runs a command in the workspace of a sandbox and remembers that the workspace holds its result.',
  example: `build:
  task: remote-build
  in: vm
  needs: [sync]
  run: make -j\${{ cpus }}
  inputs: [Makefile, src]
  outputs: [out/app]`,
  fields: {
    source: {
      kind: 'string',
      description:
        'A shell file there that is read first if it exists, e.g. to put a toolchain on the PATH. Probes of the sandbox see it too.',
      examples: ['~/.ghcup/env', '~/.cargo/env'],
    },
  },
  requires: ['run'],
  refuses: ['service', 'ready'],
  plan(step, scope) {
    const source = textField(step, 'source');
    const draft = commandDraft(step, scope, step.script?.source ?? '', source === undefined ? {} : { source });
    const stays = step.outputs === undefined && !step.interactive && scope.sandbox.kind !== 'local';
    return { value: stays ? { ...draft, makes: { is: 'place', globs: [] } } : draft, diagnostics: [] };
  },
  async run(action, scope) {
    const { script } = action.step;
    if (script === undefined) throw new Error(`the step ${action.id} has no script`);
    return lookAfter(action, scope, await runCommand(action, scope, script, textField(action.step, 'source')));
  },
};
