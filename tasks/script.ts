import { posix } from 'node:path';
import { escapeGlob } from '../lib/base/glob.ts';
import type { Diagnostic } from '../lib/model/diagnostic.ts';
import type { Reads } from '../lib/model/plan.ts';
import type { Step } from '../lib/model/project.ts';
import { wrongStep } from '../lib/model/wrong-step.ts';
import { ONE_WORD } from '../lib/schema/shape.ts';
import type { Task } from '../lib/task.ts';
import { commandDraft, runCommand } from './command.ts';
import { listField, textField } from './fields.ts';
import { lookAfter } from './look-after.ts';

/** A JavaScript program with zx's globals, in a process of its own: what it starts ends with it, and zx is never loaded into sbx. */
export const script: Task = {
  name: 'script',
  summary: 'Runs a JavaScript file with the globals of zx ($, fs, glob, ...) on this computer.',
  example: `release:
  task: script
  needs: [check]
  file: scripts/release.mjs
  args: [--draft]`,
  fields: {
    file: {
      kind: 'string',
      description: 'The program, relative to `dir`: .mjs, .js, .cjs, or .ts where Node runs TypeScript.',
      format: 'path',
      examples: ['scripts/release.mjs'],
    },
    args: {
      kind: 'list',
      description: 'Words given to the program.',
      of: { kind: 'string', description: 'One word.', takes: [...ONE_WORD, 'files'] },
    },
  },
  outputs: { files: 'files' },
  requires: ['file'],
  refuses: ['run', 'shell'],
  plan(step, scope) {
    const draft = commandDraft(step, scope, sourceOf(step), { file: fileOf(step), args: listField(step, 'args') });
    const own = escapeGlob(posix.join(step.dir, fileOf(step)));
    const value = step.inputs === undefined ? draft : { ...draft, reads: withOwn(draft.reads, own) };
    return { value, diagnostics: scope.sandbox.kind === 'local' ? [] : [farAway(step)] };
  },
  run: async (action, scope) => {
    const { step } = action;
    const file = posix.join(scope.project.root, step.dir, fileOf(step));
    const words = [...scope.zx(), file, ...listField(step, 'args')];
    return lookAfter(action, scope, await runCommand(action, scope, { shell: 'argv', words, source: sourceOf(step) }));
  },
};

function withOwn(reads: Reads, own: string): Reads {
  if (reads.is === 'files') return { ...reads, globs: [...reads.globs, own] };
  return reads.is === 'nothing' && reads.loose !== undefined ? { ...reads, loose: [...reads.loose, own] } : reads;
}

function fileOf(step: Step): string {
  return textField(step, 'file') ?? '';
}

function sourceOf(step: Step): string {
  return ['zx', fileOf(step), ...listField(step, 'args')].join(' ');
}

function farAway(step: Step): Diagnostic {
  const message = `a script runs on this computer only, and ${step.id} is in ${step.sandbox}`;
  const hint = 'take `in:` away, or run the program there with `task: shell`';
  return wrongStep(step, { code: 'conflicting-keys', message, hint }, 'in');
}
