import { err, ok, type Result } from '../base/result.ts';
import { someOf } from '../base/some.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Tree, TreeEntry } from '../model/tree.ts';
import { type Applied, applyChange, type Change } from './apply.ts';
import { type Checkup, checkWorkspace, surveyWorkspace, type Workspace } from './check.ts';
import { difference, type FarEntry, overlaid } from './diff.ts';

// Makes a workspace hold the tree of the sources. Knows nothing of steps, records or where the tree comes from.

/** Names that a note or a failure gives. */
const SHOWN = 5;

interface SyncRequest {
  readonly workspace: Workspace;
  readonly files: Files;
  /** Folder of the sources, absolute. */
  readonly root: string;
  /** Asked while the far side answers. */
  readonly sources: () => Promise<Result<Tree, Failure>>;
  /** What this side believes to have arrived. */
  readonly receipt: Receipt | undefined;
  /** What is never sent, so never removed either. */
  readonly excluded: (path: string) => boolean;
  /** Hexadecimal, unique. */
  readonly nonce: () => string;
  readonly progress: (done: number, total: number) => void;
  readonly note: (text: string) => void;
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
  const [checkup, sources] = await Promise.all([checkWorkspace(request.workspace, former), request.sources()]);
  if (!sources.ok) return sources;
  if (!checkup.ok) return checkup;
  const unchanged = former !== undefined && former.tree.digest === sources.value.digest;
  if (unchanged && checkup.value.is === 'same') return ok(nothingDone(former));
  const change = await changeOf(request, former, sources.value, checkup.value);
  if (!change.ok) return change;
  if (former && change.value === undefined) return ok(nothingDone(former));
  if (!change.value) throw new Error('no receipt and nothing to do');
  if (change.value.wanted.length === 0 && change.value.remove.length > 0) return err(emptied(change.value));
  const applied = await applyChange(request.workspace, request.files, request.root, change.value, request.progress);
  if (!applied.ok) return applied;
  tell(request, applied.value);
  const { receipt, sent, bytes } = applied.value;
  return ok({ receipt, untouched: false, sent, removed: change.value.remove.length, bytes });
}

async function changeOf(
  request: SyncRequest,
  former: Receipt | undefined,
  sources: Tree,
  checkup: Checkup,
): Promise<Result<Change | undefined, Failure>> {
  const wanted = sources.entries;
  const to = request.nonce();
  const of = (there: readonly FarEntry[], from: string): Change => {
    const all = difference(there, wanted);
    const gone = new Set(wanted.map(({ path }) => path));
    const remove = all.remove.filter((path) => !request.excluded(path));
    const forget = all.remove.filter((path) => request.excluded(path) && !gone.has(path));
    return { ...all, remove, forget, wanted, from, to };
  };
  if (checkup.is === 'other') {
    if (checkup.bare) return ok(of([], checkup.receipt));
    const survey = await surveyWorkspace(request.workspace, wanted);
    if (!survey.ok) return survey;
    return ok(of(survey.value.there, checkup.receipt));
  }
  const entries = former?.tree.entries ?? [];
  const there = checkup.is === 'edited' ? overlaid(entries, checkup.seen) : entries;
  const edited = of(there, former?.id ?? '');
  const change = { ...edited, forget: [...edited.forget, ...vanished(checkup, wanted)] };
  if (checkup.is === 'edited') noteEdits(request, sources, checkup.seen, change);
  const work = change.send.length + change.remove.length + change.forget.length + change.chmod.length;
  const sameTree = former?.tree.digest === sources.digest;
  return ok(work === 0 && sameTree ? undefined : change);
}

/** What was removed on both sides: nothing is left to remove there, but its name stands in the list of what was sent. */
function vanished(checkup: Checkup, wanted: readonly TreeEntry[]): readonly string[] {
  if (checkup.is !== 'edited') return [];
  const names = new Set(wanted.map(({ path }) => path));
  return [...checkup.seen].filter(([path, now]) => now === undefined && !names.has(path)).map(([path]) => path);
}

/** Edits that were made there are overwritten, and it is said; those that are like ours are no edits. */
function noteEdits(request: SyncRequest, sources: Tree, seen: ReadonlyMap<string, FarEntry | undefined>, change: Change): void {
  const again = new Set([...change.send, ...change.chmod].map(({ path }) => path));
  const former = new Map(request.receipt?.tree.entries.map((entry) => [entry.path, entry]));
  const names = sources.entries
    .filter(({ path }) => seen.has(path) && again.has(path))
    .filter(({ path }) => !sameAsFormer(seen.get(path), former.get(path)))
    .map(({ path }) => path);
  if (names.length > 0) request.note(`edited on the far side and overwritten: ${someOf(names, SHOWN)}`);
}

function sameAsFormer(now: FarEntry | undefined, then: FarEntry | undefined): boolean {
  if (now?.kind === 'file' && then?.kind === 'file') return now.digest === then.digest && now.executable === then.executable;
  return now?.kind === 'link' && then?.kind === 'link' && now.target === then.target;
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
function emptied(change: Change): Failure {
  return {
    code: 'sync-refused',
    message: `there is nothing to send, and ${change.remove.length} files in the workspace would go: ${someOf(change.remove, SHOWN)}`,
    hint: 'if that is meant, remove the workspace with a teardown step',
  };
}

function nothingDone(receipt: Receipt): Synced {
  return { receipt, untouched: true, sent: 0, removed: 0, bytes: 0 };
}
