import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Clock, Files } from '../model/io.ts';
import type { Receipt } from '../model/receipt.ts';
import { type TreeEntry, treeOf } from '../model/tree.ts';
import { APPLY } from './apply-program.ts';
import { ask } from './ask.ts';
import type { Workspace } from './check.ts';
import { codecOf, compressed } from './compress.ts';
import type { Difference } from './diff.ts';
import { writeFields } from './fields.ts';
import { emptySent, pack, type Sent } from './pack.ts';
import { bytesOf, type Progress, watched } from './progress.ts';
import { ourBeginning } from './workspace.ts';

// Sends a difference. Knows nothing of how it was found.

export interface Change extends Difference {
  /** Names that sbx sent once and leaves alone from now on: excluded meanwhile. */
  readonly forget: readonly string[];
  /** Of what is wanted and not there: what an earlier sync that was cut left in `.sbx/part`, with the right content. */
  readonly reuse: readonly TreeEntry[];
  /** Of what is to be sent: large files that are there with other content. */
  readonly large: ReadonlySet<string>;
  /** Names that may hold somebody's work: moved aside before anything is put in their place or removed. */
  readonly lift: readonly string[];
  /** The whole tree as it should be afterwards. */
  readonly wanted: readonly TreeEntry[];
  /** Id of the receipt that must be there; '' for none. */
  readonly from: string;
  /** Id of the new one: hexadecimal. */
  readonly to: string;
}

export interface Applied {
  readonly receipt: Receipt;
  readonly sent: number;
  readonly bytes: number;
  /** What stood in the way on the far side and was moved below .sbx/aside there. */
  readonly aside: readonly string[];
  /** Seconds by which files there are dated in the future; 0 if none are. */
  readonly ahead: number;
  /** The clock there went back, and the dates of everything in the workspace with it; `stuck` are files that may not be dated. */
  readonly redated: boolean;
  readonly stuck: readonly string[];
}

interface Sending {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Programs of the far side. */
  readonly tools: readonly string[];
  readonly progress: Progress;
}

/** Less than this fits into a few packets, packed or not. */
const LEAST = 64 * 1024;

/** One round trip. The receipt tells what arrived, which is what was read while sending. */
export async function applyChange(
  workspace: Workspace,
  files: Files,
  root: string,
  change: Change,
  how: Sending,
): Promise<Result<Applied, Failure>> {
  const sent = emptySent();
  const codec = bytesOf(change.send) < LEAST ? undefined : codecOf(how.tools);
  const parcel = {
    files,
    root,
    entries: change.send,
    among: makeSums(),
    afterwards: (read: Sent) => meta(change, read),
  };
  const args = [workspace.path, ourBeginning({ id: workspace.checkout }), change.from, change.to, codec ?? ''];
  const chunks = watched(pack(parcel, sent), sent, change.send, how.progress);
  const stdin = codec ? compressed(chunks, codec, how.clock) : chunks;
  const said = await ask(workspace.session, APPLY, args, { signal: workspace.signal, stdin });
  if (sent.trouble) return err(sent.trouble);
  if (!said.ok) return said;
  const aside: string[] = [];
  const stuck: string[] = [];
  let ahead = 0;
  let redated = false;
  for (let tag = said.value.next(); tag !== 'done'; tag = said.value.next()) {
    if (tag === 'aside') aside.push(said.value.next() ?? '');
    else if (tag === 'ahead') ahead = Number(said.value.next());
    else if (tag === 'redated') redated = true;
    else if (tag === 'stuck') stuck.push(said.value.next() ?? '');
    else return err({ code: 'far-side-answer', message: 'the far side did not say that the sync is complete' });
  }
  const gone = new Set(sent.gone);
  const arrived = change.wanted.filter(({ path }) => !gone.has(path)).map((entry) => sent.entries.get(entry.path) ?? entry);
  const receipt = { id: change.to, tree: treeOf(arrived), workspace: workspace.checkout };
  return ok({ receipt, sent: sent.entries.size, bytes: sent.bytes, aside, ahead, redated, stuck });
}

/** Digests of what was sent, in lists that the far side judges while more is on its way. */
function makeSums(): (since: readonly TreeEntry[]) => readonly [string, Uint8Array] {
  let lists = 0;
  return (since) => {
    const files = since.filter((entry) => entry.kind === 'file');
    return [`meta/sums.${++lists}`, writeFields(files.map(({ digest, path }) => `${digest}  tree/${path}`))];
  };
}

function* meta(change: Change, sent: Sent): Generator<readonly [string, Uint8Array]> {
  const names = (paths: Iterable<string>): Uint8Array => writeFields([...paths].map((path) => `./${path}`));
  const executable = (wanted: boolean): readonly string[] =>
    change.chmod.filter((entry) => entry.kind === 'file' && entry.executable === wanted).map(({ path }) => path);
  const gone = new Set(sent.gone);
  // Without a receipt the list of what was sent may be short of what is already there.
  const added =
    change.from === ''
      ? change.wanted.map(({ path }) => path).filter((path) => !gone.has(path))
      : [...sent.entries.keys(), ...change.reuse.map(({ path }) => path)];
  yield ['meta/added', names(added)];
  yield ['meta/remove', names([...change.remove, ...sent.gone])];
  // A large one may be in the archive, whole or in part: it went away while it was sent.
  yield ['meta/gone', names(sent.gone)];
  yield ['meta/forget', names(change.forget)];
  yield ['meta/reuse', names(change.reuse.map(({ path }) => path))];
  yield ['meta/lift', names(change.lift)];
  yield ['meta/plus', names(executable(true))];
  yield ['meta/minus', names(executable(false))];
  yield ['meta/end', new Uint8Array()];
}
