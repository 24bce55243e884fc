import { ok } from '../lib/base/result.ts';
import type { Task } from '../lib/task.ts';

/** Removes the workspace that this checkout owns, and nothing else. Again is no error. */
export const teardown: Task = {
  name: 'teardown',
  summary: 'Removes the workspace of this checkout from a sandbox, and nothing else there.',
  fields: {},
  refuses: ['run', 'shell', 'inputs', 'outputs', 'state', 'cache', 'interactive', 'dir'],
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
    const session = await scope.session();
    if (!session.ok) return session;
    const path = await scope.workspace();
    if (!path.ok) return path;
    const { removeWorkspace } = await import('../lib/sync/workspace.ts');
    const checkout = { id: scope.checkout };
    const removed = await removeWorkspace(session.value, path.value, checkout, scope.owned, scope.signal);
    if (!removed.ok) return removed;
    scope.note(removed.value === 'removed' ? `removed ${path.value} in ${action.step.sandbox}` : `there was no ${path.value}`);
    return ok(removed.value === 'removed' ? {} : { untouched: true });
  },
};
