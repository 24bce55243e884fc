/** Trees of files that steps read. A file that cannot be read is an error, never an absence. */
import { err, ok, type Result } from '../base/result.ts';
import type { FileState } from '../io/hash.ts';
import type { Memo } from '../io/memo.ts';
import type { Findings, Found } from '../io/walk.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { type Tree, type TreeEntry, treeOf } from '../model/tree.ts';
import { isExecutable, linkTarget } from './outputs.ts';

/** A tree, and what each of its files looked like when its digest was asked for: content that changes and is put back leaves another time. */
export interface Reading {
  readonly tree: Tree;
  seen(): ReadonlyMap<string, FileState>; // a table of all files: only a step that executes asks
}

/** What a sync sends: links as links, and nothing but files and links. */
export function treeOfSources(files: Files, memo: Memo, root: string, findings: Findings): Result<Tree, Failure> {
  const entries = entriesOf(files, memo, root, findings);
  return entries.ok ? ok(treeOf(entries.value)) : entries;
}

/**
 * What a step here reads. Behind a link to a file its content counts too, since that is what the step sees: as an entry of its own if the file lies in the
 * project, in place of the link if not. Links to folders count as links.
 */
export function readInputs(files: Files, memo: Memo, root: string, findings: Findings): Result<Reading, Failure> {
  const entries = entriesOf(files, memo, root, findings);
  if (!entries.ok) return entries;
  const behind: Readable[] = [];
  const seen = (): ReadonlyMap<string, FileState> =>
    new Map([...findings.found.filter(({ kind }) => kind !== 'special'), ...behind].map((one) => [one.path, one.seen]));
  if (entries.value.every(({ kind }) => kind === 'file')) return ok({ tree: treeOf(entries.value), seen });
  const all = new Map(entries.value.map((entry) => [entry.path, entry]));
  for (const link of entries.value) {
    const target = link.kind === 'link' ? fileBehind(files, root, link.path) : undefined;
    if (!target || (target.path !== link.path && all.has(target.path))) continue;
    const entry = fileEntry(files, memo, target);
    if (!entry.ok) return entry;
    if (!entry.value) continue;
    all.set(target.path, entry.value);
    behind.push(target);
  }
  return ok({ tree: treeOf([...all.values()]), seen });
}

interface Readable extends Found {
  readonly absolute: string;
  /** The name in the memo: that of the file which is read. */
  readonly name: string;
}

function entriesOf(files: Files, memo: Memo, root: string, findings: Findings): Result<readonly TreeEntry[], Failure> {
  if (findings.trouble[0]) return err(findings.trouble[0]);
  const entries: TreeEntry[] = [];
  for (const { path, kind, seen } of findings.found) {
    if (kind === 'special') continue;
    const absolute = `${root}/${path}`;
    if (kind === 'link') {
      const target = linkTarget(files, absolute);
      if (target !== undefined) entries.push({ kind, path, target });
      continue;
    }
    const entry = fileEntry(files, memo, { path, kind, seen, absolute, name: path });
    if (!entry.ok) return entry;
    if (entry.value) entries.push(entry.value);
  }
  return ok(entries);
}

/** Undefined if the file went away since it was listed. */
function fileEntry(files: Files, memo: Memo, one: Readable): Result<TreeEntry | undefined, Failure> {
  const digest = memo.digest(one.name, one.absolute, one.seen);
  if (digest.ok) return ok({ kind: 'file', path: one.path, digest: digest.value, size: one.seen.size, executable: isExecutable(one) });
  return files.existsSync(one.absolute) ? digest : ok(undefined);
}

function fileBehind(files: Files, root: string, link: string): Readable | undefined {
  try {
    const absolute = files.realpathSync(`${root}/${link}`);
    const seen = files.statSync(absolute);
    if (!seen.isFile()) return undefined;
    const inside = absolute.startsWith(`${root}/`) ? absolute.slice(root.length + 1) : undefined;
    return { path: inside ?? link, kind: 'file', seen, absolute, name: inside ?? absolute };
  } catch {
    return undefined; // leads nowhere
  }
}
