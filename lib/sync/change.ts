import { err, ok, type Result } from '../base/result.ts';
import { someOf } from '../base/some.ts';
import type { Failure } from '../model/failure.ts';
import type { Receipt } from '../model/receipt.ts';
import { type Tree, type TreeEntry, treeOf } from '../model/tree.ts';
import type { Change } from './apply.ts';
import { type Checkup, surveyWorkspace, type Workspace } from './check.ts';
import { difference, type FarEntry, overlaid } from './diff.ts';
import { type EditRule, type Settled, settleEdits } from './edits.ts';

// What has to be done on the far side, from what is there and what was sent. Knows nothing of how it is done.

/** Names that a note or a failure gives. */
export const SHOWN = 5;

export interface SyncRules {
  /** What becomes of files that were edited on the far side. */
  readonly edits: EditRule;
  /** What the build writes over there: left as it is until it changes here. */
  readonly generated: (path: string) => boolean;
  /** The most files that may be removed there. */
  readonly mostRemoved: number;
}

/** Where nothing is declared. */
export const PLAIN_RULES: SyncRules = { edits: 'overwrite', generated: () => false, mostRemoved: Number.POSITIVE_INFINITY };

export interface ChangeRequest {
  readonly workspace: Workspace;
  /** What is never sent, so never removed either. */
  readonly excluded: (path: string) => boolean;
  readonly rules: SyncRules;
  /** Hexadecimal, unique. */
  readonly nonce: () => string;
  readonly note: (text: string) => void;
}

interface Planned {
  /** Undefined: nothing. */
  readonly change: Change | undefined;
  /** For the receipt: what was sent of the files that are kept as they are there. */
  readonly kept: readonly TreeEntry[];
}

export async function changeOf(
  request: ChangeRequest,
  former: Receipt | undefined,
  sources: Tree,
  checkup: Checkup,
): Promise<Result<Planned, Failure>> {
  const seen = await whatIsThere(request.workspace, former, sources, checkup);
  if (!seen.ok) return seen;
  const { from, sent } = seen.value;
  const { edits: rule, generated } = request.rules;
  const settled = settleEdits({ ...seen.value, sent: sent ?? [], wanted: sources.entries, rule, generated });
  const lost = [...settled.overwritten, ...settled.removed].sort();
  if (rule === 'fail' && lost.length > 0) return err(edited(lost));
  tellEdits(request.note, settled);
  const all = difference(settled.there, settled.wanted);
  const remove = all.remove.filter((path) => !request.excluded(path));
  const names = new Set(settled.wanted.map(({ path }) => path));
  const left = [...all.remove.filter((path) => request.excluded(path)), ...settled.kept, ...vanished(checkup)];
  const forget = left.filter((path) => !names.has(path));
  // Where nothing tells what was sent, no edit can be told from it: what would be lost is moved aside.
  const lift = sent || rule === 'overwrite' ? [] : overwrittenBy(all.send, remove, settled.there);
  const work = all.send.length + remove.length + forget.length + all.chmod.length;
  const isSame = checkup.is !== 'other' && former?.tree.digest === treeOf(settled.wanted).digest;
  const large = largeIn(all.send, settled.there);
  const change = {
    send: all.send,
    reuse: [],
    large,
    chmod: all.chmod,
    remove,
    forget,
    lift,
    wanted: settled.wanted,
    from,
    to: request.nonce(),
  };
  return ok({ change: work === 0 && isSame ? undefined : change, kept: settled.base });
}

interface Seen {
  readonly there: readonly FarEntry[];
  /** What was sent of that; undefined where that is not known. */
  readonly sent: readonly TreeEntry[] | undefined;
  readonly suspects: Iterable<string>;
  /** Id of the receipt there. */
  readonly from: string;
}

async function whatIsThere(
  workspace: Workspace,
  former: Receipt | undefined,
  sources: Tree,
  checkup: Checkup,
): Promise<Result<Seen, Failure>> {
  const [entries, kept] = [former?.tree.entries ?? [], former?.kept ?? []];
  const sent = [...entries, ...kept];
  if (checkup.is === 'other') {
    const from = checkup.receipt;
    if (checkup.bare) return ok({ there: [], sent: [], suspects: [], from });
    const survey = await surveyWorkspace(workspace, sources.entries);
    if (!survey.ok) return survey;
    const { there } = survey.value;
    // Files that were sent before another boot are those of the receipt. What is not wanted any more was not looked at.
    if (!former || former.id !== from) return ok({ there, sent: undefined, suspects: [], from });
    return ok({ there, sent, suspects: there.filter(({ kind }) => kind !== 'other').map(({ path }) => path), from });
  }
  const now = checkup.is === 'edited' ? checkup.seen : new Map<string, FarEntry>();
  const suspects = new Set([...now.keys(), ...kept.map(({ path }) => path)]);
  return ok({ there: overlaid(entries, now), sent, suspects, from: former?.id ?? '' });
}

/** What was removed there: where it is removed here too, nothing is left to do, but its name stands in the list of what was sent. */
function vanished(checkup: Checkup): readonly string[] {
  if (checkup.is !== 'edited') return [];
  return [...checkup.seen].filter(([, now]) => now === undefined).map(([path]) => path);
}

function overwrittenBy(send: readonly TreeEntry[], remove: readonly string[], there: readonly FarEntry[]): readonly string[] {
  const names = new Set(there.map(({ path }) => path));
  return [...remove, ...send.map(({ path }) => path).filter((path) => names.has(path))];
}

/** From this size on what differs is worth to be found: it takes a process on each side, and both sides read the file. Bytes. */
const LARGE = 4 * 2 ** 20;

function largeIn(send: readonly TreeEntry[], there: readonly FarEntry[]): ReadonlySet<string> {
  const large = new Set(send.filter((entry) => entry.kind === 'file' && entry.size >= LARGE).map(({ path }) => path));
  return large.size === 0 ? large : new Set(there.filter(({ kind, path }) => kind === 'file' && large.has(path)).map(({ path }) => path));
}

function tellEdits(note: (text: string) => void, { overwritten, removed, kept }: Settled): void {
  const tell = (what: string, names: readonly string[]): void => {
    if (names.length > 0) note(`edited on the far side and ${what}: ${someOf(names, SHOWN)}`);
  };
  tell('overwritten', overwritten);
  tell('removed, as here', removed);
  tell('kept', kept);
}

function edited(names: readonly string[]): Failure {
  return {
    code: 'sync-refused',
    message: `edited on the far side since they were sent: ${someOf(names, SHOWN)}. Nothing was changed there`,
    hint: 'bring the edits here, or let the sync say `edits: overwrite` or `edits: keep`',
  };
}
