import { compileExcludes } from '../lib/base/excludes.ts';
import { globsBelow } from '../lib/base/glob.ts';
import { ok } from '../lib/base/result.ts';
import type { Step } from '../lib/model/project.ts';
import type { SyncRules } from '../lib/sync/change.ts';
import type { PlanScope, Task } from '../lib/task.ts';
import { anew } from './anew.ts';
import { listField, textField } from './fields.ts';
import { generatedOf } from './generated.ts';
import { workspaceOf } from './workspace.ts';

/** Makes the workspace hold the project's sources: only what changed travels. */
export const sync: Task = {
  name: 'sync',
  summary: 'Sends the sources of the project to the workspace of a sandbox; only what changed travels.',
  example: `sync:
  task: sync
  in: vm
  exclude: [bin, "*.log"]`,
  fields: {
    exclude: {
      kind: 'list',
      description:
        'What is not sent, as in a .gitignore. It is not removed on the far side either. Products and state of steps there are never sent.',
      of: { kind: 'string', description: 'One pattern.', examples: ['dist-newstyle', '*.o'] },
    },
    edits: {
      kind: 'string',
      description:
        'What becomes of files that were edited in the workspace since they were sent: they are overwritten, kept as they are there until they are alike, or nothing is sent and the step fails. Each of them is named.',
      enum: ['overwrite', 'keep', 'fail'],
      default: 'overwrite',
    },
    generated: {
      kind: 'list',
      description:
        'Files of the project that the build there writes over: they are left as they are there until they change here. As in a .gitignore.',
      of: { kind: 'string', description: 'One pattern.', examples: ['hello.cabal', 'src/**/*_gen.go'] },
    },
    mostRemoved: {
      kind: 'integer',
      description:
        'The most files that may be removed in the workspace at once, as they are gone here. Without it as many as are gone, unless nothing is left.',
      minimum: 0,
      literal: true,
    },
  },
  outputs: { tree: 'tree' },
  refuses: ['run', 'shell', 'inputs', 'outputs', 'values', 'state', 'dir', 'cache', 'interactive', 'service', 'ready'],
  plan(step, scope) {
    const { files } = scope.sandbox;
    const exclude = excludesOf(step, scope);
    const settings = { files, exclude: listField(step, 'exclude') };
    const reads = { is: 'sources', files, exclude } as const;
    return {
      value: { title: `sync to ${step.sandbox}`, settings, reads, makes: { is: 'place', globs: [] }, workspace: 'excludes' },
      diagnostics: [],
    };
  },
  async run(action, scope) {
    const { reads } = action.draft;
    // A step here works in the project itself: its sources are where they should be.
    if (scope.sandbox.kind === 'local' || reads.is !== 'sources') return ok({ untouched: true });
    const workspace = await workspaceOf(scope);
    if (!workspace.ok) return workspace;
    const excluded = compileExcludes(reads.exclude);
    const { syncTree } = await import('../lib/sync/sync.ts');
    const synced = await anew(scope, () =>
      syncTree({
        workspace: workspace.value,
        io: scope.io,
        root: scope.project.root,
        sources: () => scope.sources(reads.files, reads.exclude),
        receipt: scope.receipt(),
        excluded: (one) => excluded(one, false),
        rules: rulesOf(action.step),
        nonce: scope.io.nonce,
        progress: ({ bytes, ofBytes, files, ofFiles }) => scope.progress(bytes, ofBytes, 'bytes', { done: files, total: ofFiles }),
        note: scope.note,
      }),
    );
    if (!synced.ok) return synced;
    const { receipt, untouched, bytes } = synced.value;
    return ok(untouched ? { receipt, untouched } : { receipt, bytes });
  },
};

function rulesOf(step: Step): SyncRules {
  const [edits, most] = [textField(step, 'edits'), step.fields.mostRemoved];
  return {
    edits: edits === 'keep' || edits === 'fail' ? edits : 'overwrite',
    generated: generatedOf(step),
    mostRemoved: typeof most === 'number' ? most : Number.POSITIVE_INFINITY,
  };
}

/** Declared ones first, so that a `!` of the user never brings back what a step makes there. */
function excludesOf(step: Step, scope: PlanScope): readonly string[] {
  const made = [...scope.project.steps.values()]
    .filter((other) => other.sandbox === step.sandbox)
    .flatMap((other) => globsBelow(other.dir, [...(other.outputs ?? []), ...other.state]))
    .map((glob) => (glob.startsWith('!') ? `!/${glob.slice(1)}` : `/${glob}`));
  return [...new Set([...listField(step, 'exclude'), ...scope.downstream, ...made])];
}
