import { compileGlobs } from '../lib/base/glob.ts';
import { ok, type Result } from '../lib/base/result.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Action } from '../lib/model/plan.ts';
import type { Produced, RunScope } from '../lib/task.ts';
import { generatedIn } from './generated.ts';
import { workspaceOf } from './workspace.ts';

/**
 * What is to be seen after a command succeeded: do the commands among its inputs print what they did, did its inputs in a workspace stay what the receipt
 * says, and what are its products there?
 * Only then the place says that it holds the result.
 * Gives `ran` itself where there is nothing to be seen.
 */
export async function lookAfter(action: Action, scope: RunScope, ran: Result<Produced, Failure>): Promise<Result<Produced, Failure>> {
  const { reads, makes } = action.draft;
  if (!ran.ok || makes.is === 'nothing') return ran; // nothing is remembered of it, so nothing can be spoilt
  const asked = (await scope.askedSince()).map((command) => `what \`${command}\` prints`);
  if (scope.sandbox.kind === 'local') return asked.length > 0 ? ok({ ...ran.value, disturbed: asked }) : ran;
  const receipt = scope.receipt();
  const products = makes.is === 'place' && makes.globs.length > 0 ? makes.globs : undefined;
  const opened = await workspaceOf(scope);
  if (!opened.ok) return opened;
  const workspace = opened.value;
  const [{ disturbance }, { placedTree }] = await Promise.all([import('../lib/sync/disturbed.ts'), import('../lib/sync/placed.ts')]);
  const globs = reads.is === 'arrived' && reads.globs !== undefined ? compileGlobs(reads.globs) : undefined;
  // Products first: where one is missing, the place must not say that it holds the result.
  const placed = products ? await placedTree(workspace, products) : ok(undefined);
  if (!placed.ok) return placed;
  const hold = makes.is === 'place' && scope.key !== undefined && asked.length === 0 ? { step: action.id, key: scope.key } : undefined;
  const generated = generatedIn(scope.project, action.step);
  const found = await disturbance(workspace, receipt, (file) => !generated(file) && (globs?.matches(file) ?? true), hold);
  if (!found.ok) return found;
  const disturbed = [...asked, ...found.value];
  return ok({
    ...ran.value,
    ...(disturbed.length > 0 ? { disturbed } : {}),
    ...(placed.value ? { placed: placed.value } : {}),
  });
}
