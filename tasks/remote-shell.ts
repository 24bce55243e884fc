import { err } from '../lib/base/result.ts';
import type { Script } from '../lib/model/script.ts';
import type { Task } from '../lib/task.ts';
import { runCommand, titleOf, workspaceUse } from './command.ts';
import { textField } from './fields.ts';

/** What a person types in when no command is given: the shell of the login user. */
const LOGIN: Script = { shell: 'sh', text: `exec "\${SHELL:-/bin/sh}" -i`, variables: [], source: 'a shell' };

/** A command on the user's own terminal, in the workspace: a REPL, a debugger, a shell. */
export const remoteShell: Task = {
  name: 'remote-shell',
  summary: "Runs a command in the workspace of a sandbox on the user's terminal.",
  example: `gdb:
  task: remote-shell
  in: vm
  needs: [build]
  run: gdb out/app`,
  fields: {
    source: {
      kind: 'string',
      description: 'A shell file there that is read first if it exists.',
      examples: ['~/.ghcup/env'],
    },
  },
  interactive: true,
  refuses: ['outputs', 'values', 'cache', 'retry', 'service', 'ready'],
  plan(step, scope) {
    const title = step.script ? titleOf(step.script.source) : `a shell in ${step.sandbox}`;
    const makes = { is: 'nothing' } as const;
    return {
      value: { title, settings: {}, reads: { is: 'nothing' }, makes, workspace: workspaceUse(step, scope.sandbox) },
      diagnostics: [],
    };
  },
  run: async (action, scope) => {
    const { step } = action;
    if (scope.terminal === undefined) {
      const message = `${step.id} needs a terminal, and sbx has none`;
      return err({ code: 'task-refused', message, hint: `run \`sbx run ${step.id}\` from a terminal` });
    }
    return runCommand({ ...action, step: { ...step, interactive: true } }, scope, step.script ?? LOGIN, textField(step, 'source'));
  },
};
