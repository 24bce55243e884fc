import { err, ok, type Result } from '../base/result.ts';
import { someOf } from '../base/some.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Tree, TreeEntry } from '../model/tree.ts';
import { type Applied, applyChange, type Change } from './apply.ts';
import { type ChangeRequest, changeOf, SHOWN } from './change.ts';
import { type Checkup, checkWorkspace, partsOf } from './check.ts';
import { sameEntry } from './diff.ts';
import type { Progress } from './progress.ts';

// Makes a workspace hold the tree of the sources. Knows nothing of steps, records or where the tree comes from.

interface SyncRequest extends ChangeRequest {
  /** Folder of the sources, absolute. */
  readonly root: string;
  /** Asked while the far side answers. */
  readonly sources: () => Promise<Result<Tree, Failure>>;
  /** What this side believes to have arrived. */
  readonly receipt: Receipt | undefined;
  readonly io: Pick<Io, 'files' | 'clock' | 'spawn' | 'environment'>;
  readonly progress: Progress;
}

export interface Synced {
  readonly receipt: Receipt;
  /** Nothing had to be sent, removed or written. */
  readonly untouched: boolean;
  readonly sent: number;
  readonly removed: number;
  readonly bytes: number;
}

/** One round trip if nothing changed, two if something did, three without a receipt. */
export async function syncTree(request: SyncRequest): Promise<Result<Synced, Failure>> {
  const former = request.receipt?.workspace === request.workspace.checkout ? request.receipt : undefined;
  const [checkup, sources] = await Promise.all([checkWorkspace(request.workspace, former), whileAsked(request.sources)]);
  if (!sources.ok) return sources;
  if (!checkup.ok) return checkup;
  const unchanged = former !== undefined && former.tree.digest === sources.value.digest;
  if (unchanged && checkup.value.is === 'same') return ok(nothingDone(former, []));
  const planned = await changeOf(request, former, sources.value, checkup.value);
  if (!planned.ok) return planned;
  const { change, kept } = planned.value;
  if (former && !change) return ok(nothingDone(former, kept));
  if (!change) throw new Error('no receipt and nothing to do');
  const refused = guarded(change, request.rules.mostRemoved);
  if (refused) return err(refused);
  const less = await withoutParts(request, change, checkup.value);
  if (!less.ok) return less;
  const { clock } = request.io;
  const how = { clock, progress: request.progress, tools: checkup.value.tools };
  const applied = await applyChange(request.workspace, request.io.files, request.root, less.value, how);
  if (!applied.ok) return applied;
  tell(request, applied.value);
  const { receipt, sent, bytes } = applied.value;
  return ok({ receipt: keeping(receipt, kept), untouched: false, sent, removed: change.remove.length, bytes });
}

/** Looking at sources holds up all else: what was asked is written before, and answered meanwhile. */
async function whileAsked<T>(look: () => Promise<T>): Promise<T> {
  await new Promise(setImmediate);
  return look();
}

/** What the far side has already of it need not be sent: what a sync that was cut left there, and what rsync makes of former content. */
async function withoutParts(request: SyncRequest, change: Change, { tools, parts }: Checkup): Promise<Result<Change, Failure>> {
  const large = tools.includes('rsync') ? change.send.filter(({ path }) => change.large.has(path)) : [];
  if (large.length > 0) {
    const { sendDeltas } = await import('./delta.ts');
    await sendDeltas(request.workspace, request.io, request.root, large, request.progress);
  }
  if (!parts && large.length === 0) return ok(change);
  const there = await partsOf(request.workspace);
  if (!there.ok) return there;
  const reuse = change.send.filter((entry) => sameEntry(there.value.get(entry.path), entry));
  const reused = new Set(reuse);
  return ok({ ...change, reuse, send: change.send.filter((entry) => !reused.has(entry)) });
}

function tell(request: SyncRequest, applied: Applied): void {
  if (applied.aside.length > 0) request.note(`in the way on the far side, moved to .sbx/aside there: ${someOf(applied.aside, SHOWN)}`);
  if (applied.ahead > 1) {
    const moved = applied.redated ? ', and everything there is moved back by as much, as if the clock had been right' : '';
    request.note(
      `files there are dated ${applied.ahead} s in the future: what was sent is dated later still, so that it counts as new${moved}`,
    );
  }
  if (applied.stuck.length > 0) {
    request.note(`may not be dated, so that older content there may count as new: ${someOf(applied.stuck, SHOWN)}`);
  }
}

/** Sources that are gone altogether are a folder that was not mounted, or an exclude that takes all, far more often than a wish. */
function guarded({ wanted, remove }: Change, most: number): Failure | undefined {
  const go = `${remove.length} files in the workspace would go: ${someOf(remove, SHOWN)}`;
  if (wanted.length === 0 && remove.length > 0) {
    const hint = 'if that is meant, remove the workspace with a teardown step';
    return { code: 'sync-refused', message: `there is nothing to send, and ${go}`, hint };
  }
  if (remove.length <= most) return undefined;
  return { code: 'sync-refused', message: go, hint: `\`mostRemoved\` allows ${most}: raise it if that is meant` };
}

function nothingDone(receipt: Receipt, kept: readonly TreeEntry[]): Synced {
  return { receipt: keeping(receipt, kept), untouched: true, sent: 0, removed: 0, bytes: 0 };
}

function keeping({ id, tree, workspace }: Receipt, kept: readonly TreeEntry[]): Receipt {
  return { id, tree, workspace, ...(kept.length > 0 ? { kept } : {}) };
}
