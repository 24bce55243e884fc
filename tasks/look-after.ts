import { compileGlobs } from '../lib/base/glob.ts';
import { ok, type Result } from '../lib/base/result.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Action } from '../lib/model/plan.ts';
import type { Produced, RunScope } from '../lib/task.ts';
import { workspaceOf } from './workspace.ts';

/**
 * What is to be seen in a workspace after a command succeeded there: did its inputs stay what the receipt says, and what are its products?
 * Only then the place says that it holds the result.
 * Gives `ran` itself where there is nothing to be seen: after a failure, and on this side.
 */
export async function lookAfter(action: Action, scope: RunScope, ran: Result<Produced, Failure>): Promise<Result<Produced, Failure>> {
  if (!ran.ok || scope.sandbox.kind === 'local') return ran;
  const { reads, makes } = action.draft;
  const receipt = scope.receipt();
  const products = makes.is === 'place' && makes.globs.length > 0 ? makes.globs : undefined;
  // Nothing is remembered of it, so nothing can be spoilt.
  if (makes.is === 'nothing') return ran;
  const found = await workspaceOf(scope);
  if (!found.ok) return found;
  const workspace = found.value;
  const [{ disturbance }, { placedTree }] = await Promise.all([import('../lib/sync/disturbed.ts'), import('../lib/sync/placed.ts')]);
  const globs = reads.is === 'arrived' && reads.globs !== undefined ? compileGlobs(reads.globs) : undefined;
  // Products first: where one is missing, the place must not say that it holds the result.
  const placed = products ? await placedTree(workspace, products) : ok(undefined);
  if (!placed.ok) return placed;
  const hold = makes.is === 'place' && scope.key !== undefined ? { step: action.id, key: scope.key } : undefined;
  const disturbed = await disturbance(workspace, receipt, (file) => globs?.matches(file) ?? true, hold);
  if (!disturbed.ok) return disturbed;
  return ok({
    ...ran.value,
    ...(disturbed.value.length > 0 ? { disturbed: disturbed.value } : {}),
    ...(placed.value ? { placed: placed.value } : {}),
  });
}
