import { ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Receipt } from '../model/receipt.ts';
import { finish } from './ask.ts';
import { checkWorkspace, type Hold, type Workspace } from './check.ts';
import { HOLD } from './check-programs.ts';
import { disturbedBy } from './diff.ts';
import { ourBeginning } from './workspace.ts';

/**
 * Paths of the receipt's tree that `matters` accepts and that are no longer what arrived: something changed them while a step ran there.
 * If there are none, the place says from now on that it holds `hold`; the word comes last, so that a run that dies before leaves a doubt at most.
 * One round trip, two if other files changed. A receipt that is gone or of another sync makes all doubtful: the one name given then is the receipt's.
 */
export async function disturbance(
  workspace: Workspace,
  receipt: Receipt | undefined,
  matters: (path: string) => boolean,
  hold: Hold | undefined,
): Promise<Result<readonly string[], Failure>> {
  if (!receipt) return held(workspace, hold);
  const checkup = await checkWorkspace(workspace, receipt, hold);
  if (!checkup.ok) return checkup;
  switch (checkup.value.is) {
    case 'same':
      return ok([]);
    case 'edited': {
      const disturbed = disturbedBy(receipt.tree.entries, checkup.value.seen).filter(matters);
      return disturbed.length > 0 ? ok(disturbed) : held(workspace, hold);
    }
    case 'other':
      return ok(['.sbx/receipt']);
  }
}

async function held(workspace: Workspace, hold: Hold | undefined): Promise<Result<readonly string[], Failure>> {
  if (!hold) return ok([]);
  const args = [workspace.path, ourBeginning({ id: workspace.checkout }), hold.step, hold.key];
  const said = await finish(workspace.session, HOLD, args, { signal: workspace.signal });
  return said.ok ? ok([]) : said;
}
