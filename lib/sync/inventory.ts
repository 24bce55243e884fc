import type { GlobSet } from '../base/glob.ts';
import { isWithin } from '../base/plain-paths.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { TreeEntry } from '../model/tree.ts';
import { ANSWER_BYTES, ask } from './ask.ts';
import { once, type Workspace } from './check.ts';
import { byPath } from './far-tree.ts';
import { type Fields, writeFields } from './fields.ts';
import { type Caps, type ListedEntry, type Manifest, readDigests, readManifest } from './manifest.ts';
import { HASH, LIST } from './manifest-programs.ts';
import { ourBeginning } from './workspace.ts';

// Finds what globs name in a workspace, with digests made there. Knows nothing of why.

export interface Wanted {
  readonly globs: GlobSet;
  /** Of what the globs match, what is left out. */
  readonly excluded: (path: string) => boolean;
  /** Whether everything below the roots is wanted: digests then come along at once. */
  readonly whole: boolean;
  readonly caps: Caps;
}

interface Inventory {
  /** Files and links, sorted. */
  readonly entries: readonly TreeEntry[];
  /** Wanted, but neither file nor link. */
  readonly special: readonly string[];
  /** Literal paths that are not there. */
  readonly missing: readonly string[];
  readonly left: readonly string[];
}

/** One round trip if everything is wanted, else two. */
export async function takeInventory(workspace: Workspace, wanted: Wanted): Promise<Result<Inventory, Failure>> {
  const roots = [...wanted.globs.roots, ...wanted.globs.literals].map((root) => (root === '' ? '.' : root));
  const base = [workspace.path, ourBeginning({ id: workspace.checkout })];
  const names = roots.map((root) => (root === '.' ? '.' : `./${root}`));
  const listed = await ask(workspace.session, LIST, [...base, wanted.whole ? 'hash' : 'list', String(ANSWER_BYTES)], {
    signal: workspace.signal,
    stdin: once(writeFields(names)),
  });
  if (!listed.ok) return listed;
  const isMine = (path: string): boolean => wanted.whole || (wanted.globs.matches(path) && !wanted.excluded(path));
  const nested = wanted.globs.literals.filter((path) => wanted.globs.roots.some((root) => isWithin(path, root)));
  const isTwice = (path: string): boolean => nested.some((folder) => isWithin(path, folder));
  const manifest = readManifest(listed.value, roots, wanted.caps, isMine, isTwice);
  if (!manifest.ok) return manifest;
  const mine = manifest.value.entries.filter(({ path }) => isMine(path));
  const digests = wanted.whole ? readDigests(listed.value, filesOf(manifest.value.entries)) : await hashed(workspace, base, filesOf(mine));
  if (!digests.ok) return digests;
  return ok(inventoryOf(mine, manifest.value, digests.value, new Set(wanted.globs.literals)));
}

async function hashed(
  workspace: Workspace,
  base: readonly string[],
  paths: readonly string[],
): Promise<Result<ReadonlyMap<string, string>, Failure>> {
  if (paths.length === 0) return ok(new Map());
  const stdin = once(writeFields(paths.map((path) => `./${path}`)));
  const said: Result<Fields, Failure> = await ask(workspace.session, HASH, base, { signal: workspace.signal, stdin });
  if (said.ok) return readDigests(said.value, paths);
  const hint = 'a file vanished or cannot be read: see that nothing works there meanwhile';
  return err(said.error.code === 'far-side-answer' ? { ...said.error, hint } : said.error);
}

function inventoryOf(
  mine: readonly ListedEntry[],
  manifest: Manifest,
  digests: ReadonlyMap<string, string>,
  literals: ReadonlySet<string>,
): Inventory {
  const entries: TreeEntry[] = [];
  const special: string[] = [];
  for (const entry of mine) {
    if (entry.kind === 'special') special.push(entry.path);
    else entries.push(entry.kind === 'link' ? entry : { ...entry, digest: digests.get(entry.path) ?? '' });
  }
  const missing = manifest.missing.filter((path) => literals.has(path));
  return { entries: entries.sort(byPath), special: special.sort(), missing, left: manifest.left };
}

function filesOf(entries: readonly ListedEntry[]): readonly string[] {
  return entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
}
