import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { makeHasher } from '../io/hash.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { type Tree, type TreeEntry, treeOf } from '../model/tree.ts';
import { arrange, type LinkRule } from './arrange.ts';
import type { Workspace } from './check.ts';
import { takeInventory, type Wanted } from './inventory.ts';
import { refused } from './manifest.ts';
import type { Progress } from './progress.ts';
import { travelled } from './travel.ts';

// Brings files from a workspace into a stage. sbx's own list with digests decides every name; the far side only gives bytes.

interface FetchRequest {
  readonly workspace: Workspace;
  readonly files: Files;
  readonly wanted: Wanted;
  readonly links: LinkRule;
  /** The path below the destination of what lies at a path of the workspace. */
  readonly rename: (path: string) => string;
  /** Folder where the files will lie, absolute: what is there already need not travel. */
  readonly here: string;
  /** Path of a blob in the store. */
  readonly stored: (digest: string) => string | undefined;
  /** Whether this is below the destination already, and in the store as well: then it is left out of the stage. */
  readonly lies: (entry: TreeEntry) => boolean;
  /** Folder to be made, absolute: on a failure it is removed again. */
  readonly stage: string;
  /** Hexadecimal, unique. */
  readonly nonce: () => string;
  readonly progress: Progress;
  readonly note: (text: string) => void;
}

interface Fetched {
  /** Paths below the destination, and below the stage. */
  readonly tree: Tree;
}

type FileEntry = Extract<TreeEntry, { kind: 'file' }>;

/** What would be fetched. */
export interface FarFiles {
  /** With digests made there; paths below the destination. */
  readonly entries: readonly TreeEntry[];
  /** By those paths, the ones in the workspace. */
  readonly origins: ReadonlyMap<string, string>;
}

/** Two or three round trips; two if nothing has to travel. */
export async function fetchTree(request: FetchRequest): Promise<Result<Fetched, Failure>> {
  const found = await findFar(request);
  return found.ok ? await bring(request, found.value) : found;
}

/** Looks, and brings nothing: one or two round trips. */
export async function findFar(
  request: Pick<FetchRequest, 'workspace' | 'wanted' | 'links' | 'rename' | 'note'>,
): Promise<Result<FarFiles, Failure>> {
  const inventory = await takeInventory(request.workspace, request.wanted);
  if (!inventory.ok) return inventory;
  const { entries, missing, special, left } = inventory.value;
  const gone = missing.find((path) => !request.wanted.excluded(path));
  if (gone !== undefined) return err({ code: 'fetch-missing', message: `there is no ${gone} in the workspace` });
  if (entries.length === 0) return err({ code: 'fetch-missing', message: 'nothing in the workspace matches what is to be fetched' });
  const [odd] = special;
  if (odd !== undefined) return refused(`${JSON.stringify(odd)} is neither a file nor a link`, 'leave it out with `exclude`');
  if (left.length > 0) request.note(`left out, since git would believe them: ${left.slice(0, 5).join(', ')}`);
  const origins = new Map(entries.map((entry) => [request.rename(entry.path), entry.path]));
  const arranged = arrange(
    entries.map((entry) => ({ ...entry, path: request.rename(entry.path) })),
    request.links,
  );
  return arranged.ok ? ok({ entries: arranged.value, origins }) : arranged;
}

/** Stages what was found, or some of it: what is not any more as it was found is refused. */
export async function bring(
  request: Pick<FetchRequest, 'workspace' | 'files' | 'here' | 'stored' | 'lies' | 'stage' | 'nonce' | 'progress'>,
  { entries, origins }: FarFiles,
): Promise<Result<Fetched, Failure>> {
  const lacking: TreeEntry[] = [];
  for (const [at, entry] of entries.entries()) {
    if (!request.lies(entry)) lacking.push(entry);
    if (at % 1000 === 999) await breath(request);
  }
  const staged = await staging(request, lacking, origins);
  if (staged.ok) return ok({ tree: treeOf(entries) });
  discard(request.files, request.stage);
  return staged;
}

/** What is left of a stage is swept by the next run. */
function discard(files: Files, stage: string): void {
  try {
    files.rmSync(stage, { recursive: true, force: true });
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
  }
}

async function staging(
  request: Parameters<typeof bring>[0],
  entries: readonly TreeEntry[],
  origins: ReadonlyMap<string, string>,
): Promise<Result<void, Failure>> {
  const { files, stage } = request;
  try {
    files.mkdirSync(dirname(stage), { recursive: true });
    files.mkdirSync(stage, { mode: 0o700 });
    for (const folder of new Set(entries.map(({ path }) => dirname(path)))) files.mkdirSync(`${stage}/${folder}`, { recursive: true });
    const travel = await copied(request, entries);
    const asked = travel.map((entry) => ({ ...entry, origin: origins.get(entry.path) ?? entry.path, file: `${stage}/${entry.path}` }));
    const moved = await travelled(request.workspace, files, asked, request.nonce, request.progress);
    if (!moved.ok) return moved;
    const first = new Map(travel.map((entry) => [entry.digest, entry.path]));
    for (const entry of entries) {
      const full = `${stage}/${entry.path}`;
      const twin = entry.kind === 'file' ? first.get(entry.digest) : undefined;
      if (entry.kind === 'link') files.symlinkSync(entry.target, full);
      else if (twin !== undefined && twin !== entry.path) copyFile(files, `${stage}/${twin}`, full, entry.executable);
    }
    return ok(undefined);
  } catch (thrown) {
    request.workspace.signal.throwIfAborted();
    return err(fileTrouble(thrown, 'write', stage));
  }
}

/** Copies what is here or in the store; gives what must travel, each content once. */
async function copied(request: Parameters<typeof bring>[0], entries: readonly TreeEntry[]): Promise<readonly FileEntry[]> {
  const { files, stage } = request;
  const hasher = makeHasher(files);
  const travel = new Map<string, FileEntry>();
  let work = 0;
  for (const entry of entries) {
    if (entry.kind !== 'file' || travel.has(entry.digest)) continue;
    const full = `${stage}/${entry.path}`;
    const sources = [request.stored(entry.digest), `${request.here}/${entry.path}`];
    const found = sources.some((source) => source !== undefined && isCopy(files, hasher, source, full, entry));
    if (!found) travel.set(entry.digest, entry);
    work += found ? entry.size + 10_000 : 0;
    if (work > 2 ** 24) {
      work = 0;
      await breath(request);
    }
  }
  return [...travel.values()];
}

async function breath({ workspace }: Pick<FetchRequest, 'workspace'>): Promise<void> {
  await new Promise(setImmediate);
  workspace.signal.throwIfAborted();
}

/** The copy is what is verified: its source may change at any time. */
function isCopy(files: Files, hasher: ReturnType<typeof makeHasher>, source: string, full: string, entry: FileEntry): boolean {
  try {
    const seen = files.lstatSync(source);
    if (!seen.isFile() || seen.size !== entry.size) return false;
    copyFile(files, source, full, entry.executable);
    const hashed = hasher.file(full);
    if (hashed.ok && hashed.value.digest === entry.digest) return true;
    files.unlinkSync(full);
    return false;
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    files.rmSync(full, { force: true });
    return false;
  }
}

function copyFile(files: Files, source: string, full: string, executable: boolean): void {
  files.copyFileSync(source, full, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  files.chmodSync(full, executable ? 0o755 : 0o644);
}
