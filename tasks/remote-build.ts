import { compileGlobs } from '../lib/base/glob.ts';
import { ok, type Result } from '../lib/base/result.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Action } from '../lib/model/plan.ts';
import { disturbance } from '../lib/sync/disturbed.ts';
import { placedTree } from '../lib/sync/placed.ts';
import type { Produced, RunScope, Task } from '../lib/task.ts';
import { commandDraft, makesOf, runCommand } from './command.ts';
import { textField } from './fields.ts';

/** A command in the workspace. Without `outputs` its product is what it leaves there, e.g. its state. */
export const remoteBuild: Task = {
  name: 'remote-build',
  summary: 'Runs a command in the workspace of a sandbox and remembers that the workspace holds its result.',
  fields: {
    source: {
      kind: 'string',
      description:
        'A shell file there that is read first if it exists, e.g. to put a toolchain on the PATH. Probes of the sandbox see it too.',
      examples: ['~/.ghcup/env', '~/.cargo/env'],
    },
  },
  requires: ['run'],
  plan(step, scope) {
    const source = textField(step, 'source');
    const draft = commandDraft(step, scope, step.script?.source ?? '', source === undefined ? {} : { source });
    const stays = step.outputs === undefined && !step.interactive && scope.sandbox.kind !== 'local';
    return { value: { ...draft, makes: stays ? { is: 'place', globs: [] } : makesOf(step, scope.sandbox) }, diagnostics: [] };
  },
  async run(action, scope) {
    const { script } = action.step;
    if (script === undefined) throw new Error(`the step ${action.id} has no script`);
    const ran = await runCommand(action, scope, script, textField(action.step, 'source'));
    if (!ran.ok || scope.sandbox.kind === 'local') return ran;
    return lookedAfter(action, scope, ran.value);
  },
};

/** After success: did the inputs stay what the receipt says, and what are the products? */
export async function lookedAfter(action: Action, scope: RunScope, ran: Produced): Promise<Result<Produced, Failure>> {
  const { reads, makes } = action.draft;
  const receipt = scope.receipt();
  const products = makes.is === 'place' && makes.globs.length > 0 ? makes.globs : undefined;
  if (receipt === undefined && products === undefined) return ok(ran);
  const session = await scope.session();
  if (!session.ok) return session;
  const path = await scope.workspace();
  if (!path.ok) return path;
  const workspace = { session: session.value, path: path.value, checkout: scope.checkout, signal: scope.signal };
  const globs = reads.is === 'arrived' && reads.globs !== undefined ? compileGlobs(reads.globs) : undefined;
  const [disturbed, placed] = await Promise.all([
    receipt ? disturbance(workspace, receipt, (file) => globs?.matches(file) ?? true) : ok([]),
    products ? placedTree(workspace, products) : ok(undefined),
  ]);
  if (!disturbed.ok) return disturbed;
  if (!placed.ok) return placed;
  return ok({
    ...ran,
    ...(disturbed.value.length > 0 ? { disturbed: disturbed.value } : {}),
    ...(placed.value ? { placed: placed.value } : {}),
  });
}
