import { ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Receipt } from '../model/receipt.ts';
import { checkWorkspace, type Workspace } from './check.ts';
import { disturbedBy } from './diff.ts';

/**
 * Paths of the receipt's tree that `matters` accepts and that are no longer what arrived: something changed them while a step ran there.
 * One round trip. A receipt that is gone or of another sync makes all of them doubtful: the one name given then is the receipt's.
 */
export async function disturbance(
  workspace: Workspace,
  receipt: Receipt,
  matters: (path: string) => boolean,
): Promise<Result<readonly string[], Failure>> {
  const checkup = await checkWorkspace(workspace, receipt);
  if (!checkup.ok) return checkup;
  switch (checkup.value.is) {
    case 'same':
      return ok([]);
    case 'edited':
      return ok(disturbedBy(receipt.tree.entries, checkup.value.seen).filter(matters));
    case 'other':
      return ok(['.sbx/receipt']);
  }
}
