import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Session } from '../model/sandbox.ts';
import { isInsidePath, type TreeEntry } from '../model/tree.ts';
import { ask } from './ask.ts';
import { CHECK, PARTS, SURVEY } from './check-programs.ts';
import { type FarEntry, foldersOf } from './diff.ts';
import { byPath, readDetails, readNames } from './far-tree.ts';
import { writeFields } from './fields.ts';
import { ourBeginning } from './workspace.ts';

// Asks a workspace what it has of what was sent. Knows nothing of what should be there.

export interface Workspace {
  readonly session: Session;
  /** Absolute path on the far side, and the sentinel id that must be found in it. */
  readonly path: string;
  readonly checkout: string;
  readonly signal: AbortSignal;
}

interface FarSide {
  /** Of the programs that a transfer can use, those that are there: zstd, gzip, rsync. */
  readonly tools: readonly string[];
  /** Whether a sync that was cut left something. */
  readonly parts: boolean;
}

export type Checkup = FarSide & Finding;

type Finding =
  | { readonly is: 'same' }
  /** What is there now of each name that changed since the receipt was written; undefined: nothing. */
  | { readonly is: 'edited'; readonly seen: ReadonlyMap<string, FarEntry | undefined> }
  /** The receipt there, if any, is not ours. */
  | { readonly is: 'other'; readonly bare: boolean; readonly receipt: string };

/** What a place holds: the result of the step under this key. */
export interface Hold {
  readonly step: string;
  readonly key: string;
}

/** One round trip. `receipt` is what this side has; if all is the same, the place says from now on that it holds `hold`. */
export async function checkWorkspace(workspace: Workspace, receipt: Receipt | undefined, hold?: Hold): Promise<Result<Checkup, Failure>> {
  const args = [workspace.path, ourBeginning({ id: workspace.checkout }), receipt?.id ?? '', hold?.step ?? '', hold?.key ?? ''];
  const said = await ask(workspace.session, CHECK, args, { signal: workspace.signal });
  if (!said.ok) return said;
  const fields = said.value;
  const tools = (fields.next() ?? '').split(' ');
  const far = { tools, parts: fields.next() === 'parts' };
  const is = fields.next();
  if (is === 'same') return ok({ ...far, is });
  if (is === 'other') return ok({ ...far, is, bare: fields.next() === 'bare', receipt: fields.next() ?? '' });
  if (is !== 'edited') return err(cut());
  const names = readNames(fields);
  const details = readDetails(fields);
  if (fields.next() !== 'end') return err(cut());
  return ok({ ...far, is, seen: new Map(names.map((name) => [name, details.get(name)])) });
}

/** Files that syncs which were cut left on the far side, by their paths. */
export async function partsOf(workspace: Workspace): Promise<Result<ReadonlyMap<string, FarEntry>, Failure>> {
  const said = await ask(workspace.session, PARTS, [workspace.path, ourBeginning({ id: workspace.checkout })], {
    signal: workspace.signal,
  });
  if (!said.ok) return said;
  const details = readDetails(said.value);
  return said.value.next() === 'end' ? ok(details) : err(cut());
}

/** What a workspace without a receipt of ours holds. */
interface Survey {
  /** Of the wanted paths and of all that former syncs sent: what is there; sorted. */
  readonly there: readonly FarEntry[];
  /** Whether `there` names everything in the workspace, since no sync was ever begun in it. */
  readonly whole: boolean;
}

export async function surveyWorkspace(workspace: Workspace, wanted: readonly TreeEntry[]): Promise<Result<Survey, Failure>> {
  const names = [...wanted.map(({ path }) => `./${path}`), ...[...foldersOf(wanted)].map((folder) => `./${folder}`)];
  const args = [workspace.path, ourBeginning({ id: workspace.checkout })];
  const said = await ask(workspace.session, SURVEY, args, { signal: workspace.signal, stdin: once(writeFields(names)) });
  if (!said.ok) return said;
  const fields = said.value;
  const there = new Map(readDetails(fields));
  const folders = foldersOf(wanted);
  const which = fields.next();
  for (const path of readNames(fields)) {
    if (!there.has(path) && isInsidePath(path) && !path.startsWith('.sbx/')) there.set(path, { kind: 'other', path });
  }
  if (fields.next() !== 'end') return err(cut());
  // A folder that is a folder is as it should be; one that is anything else is in the way.
  for (const folder of folders) if (there.get(folder)?.kind === 'other') there.delete(folder);
  return ok({ there: [...there.values()].sort(byPath), whole: which === 'all' });
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function cut(): Failure {
  return { code: 'far-side-answer', message: 'the answer of the far side is not whole' };
}
