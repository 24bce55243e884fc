import { ok } from '../lib/base/result.ts';
import type { Task } from '../lib/task.ts';
import { workspaceOf } from './workspace.ts';

/**
 * Removes the workspace that this checkout owns, and nothing else. Again is no error. As a releaser, which runs at the end of each run, it does so
 * only with `keep: none`: a workspace goes when somebody asks for it.
 */
export const teardown: Task = {
  name: 'teardown',
  summary: 'Removes the workspace of this checkout from a sandbox, and nothing else there; as `releases:` only with `keep: none`.',
  example: `teardown:
  task: teardown
  in: vm`,
  fields: {},
  refuses: ['run', 'shell', 'inputs', 'outputs', 'values', 'state', 'cache', 'interactive', 'dir', 'service', 'ready'],
  plan: (step) => ({
    value: {
      title: `remove the workspace in ${step.sandbox}`,
      settings: {},
      reads: { is: 'nothing' },
      makes: { is: 'nothing' },
      workspace: 'excludes',
    },
    diagnostics: [],
  }),
  async run(action, scope) {
    if (scope.sandbox.kind === 'local') return ok({ untouched: true });
    const { step, named } = action;
    if (step.releases !== undefined && !named && scope.sandbox.keep !== 'none') {
      scope.note(`the workspace is kept, as \`keep: ${scope.sandbox.keep}\` says; \`sbx run ${action.id}\` removes it`);
      return ok({ untouched: true });
    }
    const workspace = await workspaceOf(scope);
    if (!workspace.ok) return workspace;
    const { session, path, checkout, signal } = workspace.value;
    const { removeWorkspace } = await import('../lib/sync/workspace.ts');
    const removed = await removeWorkspace(session, path, { id: checkout }, scope.owned, signal);
    if (!removed.ok) return removed;
    scope.note(removed.value === 'removed' ? `removed ${path} in ${step.sandbox}` : `there was no ${path}`);
    return ok(removed.value === 'removed' ? {} : { untouched: true });
  },
};
