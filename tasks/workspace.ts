import { ok, type Result } from '../lib/base/result.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Workspace } from '../lib/sync/check.ts';
import type { RunScope } from '../lib/task.ts';

/** The workspace of a step on a far side, as all that looks at it or changes it wants it: its place is reached and it is there. */
export async function workspaceOf(scope: RunScope): Promise<Result<Workspace, Failure>> {
  const session = await scope.session();
  if (!session.ok) return session;
  const path = await scope.workspace();
  return path.ok ? ok({ session: session.value, path: path.value, checkout: scope.checkout, signal: scope.signal }) : path;
}
