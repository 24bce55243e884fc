import { ok, type Result } from '../lib/base/result.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Action, Draft } from '../lib/model/plan.ts';
import type { Project, Step } from '../lib/model/project.ts';
import type { Produced, RunScope, Task } from '../lib/task.ts';
import { MACHINE, machineDraft, NO_COMMAND, onMachine, placeProblems, subjectOf } from './machine.ts';
import { workspaceOf } from './workspace.ts';

/**
 * Removes the machine behind a sandbox, or the workspace that this checkout owns, and nothing else. Again is no error. As a releaser, which runs at the end of
 * each run, it does what `keep` says; that a workspace goes needs `none`, or somebody who asks for it.
 */
export const teardown: Task = {
  name: 'teardown',
  summary:
    'Removes the machine of a sandbox, or the workspace of this checkout from one, and nothing else there; as `releases:` it does what `keep` says.',
  example: `teardown:
  task: teardown
  in: vm
# of a machine
remove:
  task: teardown
  releases: builder
  when: always`,
  fields: { machine: MACHINE },
  refuses: NO_COMMAND,
  plan(step, scope) {
    const { project } = scope;
    if (isOfMachine(step, project)) return machineDraft(step, scope, 'take down');
    const value: Draft = {
      title: `remove the workspace in ${step.sandbox}`,
      settings: {},
      reads: { is: 'nothing' },
      makes: { is: 'nothing' },
      workspace: 'excludes',
    };
    return { value, diagnostics: project.sandboxes.get(step.sandbox)?.kind === 'machine' ? placeProblems(step, project) : [] };
  },
  run: (action, scope) => (isOfMachine(action.step, scope.project) ? takeDown(action, scope) : removeFolder(action, scope)),
};

/** A key that is there for machines alone says it as well as a sandbox that is one. */
function isOfMachine(step: Step, { sandboxes }: Project): boolean {
  const spec = sandboxes.get(subjectOf(step) ?? '');
  return step.fields.machine !== undefined || spec?.kind === 'machine' || spec?.insteadOf === 'machine';
}

/** What it was made from stays. */
async function takeDown(action: Action, scope: RunScope): Promise<Result<Produced, Failure>> {
  const { step, named } = action;
  const keep = step.releases === undefined || named ? 'none' : scope.project.sandboxes.get(step.releases)?.keep;
  if (keep === 'running') {
    scope.note(`the machine is left as it is, as \`keep: running\` says; \`sbx run ${step.id}\` removes it`);
    return ok({ untouched: true });
  }
  const stops = keep === 'stopped';
  const done = await onMachine(action, scope, {
    act: (machine, deed) => (stops ? machine.stop(deed) : machine.remove(deed)),
    already: stops ? 'it is off already' : 'there is no machine',
  });
  return done.ok ? ok({ ...done.value, values: {} }) : done;
}

async function removeFolder({ id, step, named }: Action, scope: RunScope): Promise<Result<Produced, Failure>> {
  if (scope.sandbox.kind === 'local') return ok({ untouched: true });
  if (step.releases !== undefined && !named && scope.sandbox.keep !== 'none') {
    scope.note(`the workspace is kept, as \`keep: ${scope.sandbox.keep}\` says; \`sbx run ${id}\` removes it`);
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
}
