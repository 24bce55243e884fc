/** Where files go that sbx takes out of the way, never deleted at once. Knows no reasons. */
import { makeFolder, syncFile, syncFolder } from '../io/replace.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Files } from '../model/io.ts';
import { type Entry, entriesIn, removeEntries } from './entries.ts';

const RUNS_KEPT = 5;
const KEPT_FOR = 14 * 86_400_000;

/**
 * `trash`: what no step is known to have made, so that somebody may miss it; kept for two weeks, and what the newest five runs put there for longer.
 * `replaced`: what steps made, whole or half; of that the newest five runs are enough. Both lie in `.sbx`, in a folder for each run.
 */
export type Bin = 'trash' | 'replaced';

interface BinOfRun {
  /** The project's `.sbx`. */
  readonly folder: string;
  readonly run: string;
  readonly is: Bin;
}

/**
 * Moves a file, link or folder of the project away. Throws what moving threw; nothing there is nothing to do. Gives the folder where it is now: that must be on
 * the disk before anything takes the place of what somebody may miss.
 */
export function moveAway(files: Files, root: string, bin: BinOfRun, path: string): string | undefined {
  const to = freePath(files, bin, path);
  try {
    files.renameSync(`${root}/${path}`, to);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    if (errnoOf(thrown) !== 'EXDEV') throw thrown;
    // The trash, or an output folder, is a file system of its own.
    for (const copied of copyTo(files, `${root}/${path}`, to, bin.folder).reverse()) {
      if (files.lstatSync(copied).isDirectory()) files.rmdirSync(copied);
      else files.unlinkSync(copied);
    }
  }
  return to.slice(0, to.lastIndexOf('/'));
}

/** Copies a file, link or folder of the project, all of it to the disk. Gives the path of the copy; throws what copying threw. */
export function copyAway(files: Files, root: string, bin: BinOfRun, path: string): string {
  const to = freePath(files, bin, path);
  copyTo(files, `${root}/${path}`, to, bin.folder);
  return to;
}

/** Where in its bin a path is free; the folder that it lies in is there. */
function freePath(files: Files, { folder, run, is }: BinOfRun, path: string): string {
  const all = `${folder}/${is}`;
  const there = files.lstatSync(all, { throwIfNoEntry: false });
  if (there && !there.isDirectory()) files.renameSync(all, `${all}.${run}.damaged`);
  const to = `${freeFolder(files, `${all}/${run}`, path)}/${path}`;
  makeFolder(files, to.slice(0, to.lastIndexOf('/')));
  return to;
}

/** Says what was copied. All of it is on the disk then, up to the folder `top`; a failure removes what was copied. */
function copyTo(files: Files, from: string, to: string, top: string): string[] {
  const copied: string[] = [];
  try {
    copy(files, from, to, copied);
    for (let at = to.lastIndexOf('/'); at >= top.length; at = to.lastIndexOf('/', at - 1)) syncFolder(files, to.slice(0, at));
  } catch (thrown) {
    files.rmSync(to, { recursive: true, force: true });
    throw thrown;
  }
  return copied;
}

/** Link by link, file by file, with modes and times, and to the disk. A pipe is refused: reading it would not end. */
function copy(files: Files, from: string, to: string, copied: string[]): void {
  const seen = files.lstatSync(from);
  copied.push(from);
  if (seen.isSymbolicLink()) {
    files.symlinkSync(files.readlinkSync(from), to);
    return;
  }
  if (seen.isDirectory()) {
    files.mkdirSync(to, 0o700);
    for (const name of files.readdirSync(from)) copy(files, `${from}/${name}`, `${to}/${name}`, copied);
  } else if (seen.isFile()) files.copyFileSync(from, to);
  else throw Object.assign(new Error(`${from} is neither a file, a link nor a folder`), { code: 'EXDEV', path: from });
  files.utimesSync(to, seen.atimeMs / 1000, seen.mtimeMs / 1000);
  if (seen.isDirectory()) {
    files.chmodSync(to, seen.mode & 0o7777);
    syncFolder(files, to);
  } else syncFile(files, to);
}

/** Makes room for stages where something else stands in place of their folder: it is swept after each run, whatever it is. Never throws. */
export function clearStages(files: Files, folder: string): void {
  const stages = `${folder}/stage`;
  try {
    const seen = files.lstatSync(stages, { throwIfNoEntry: false });
    if (seen && !seen.isDirectory()) files.unlinkSync(stages);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown; // who needs a stage will say why there is none
  }
}

/** Removes the folders that became empty, from that of `path` upward as long as they are the step's own. */
export function removeEmptyFolders(files: Files, root: string, path: string, isOwn: (folder: string) => boolean): void {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const folder = path.slice(0, slash);
    if (!isOwn(folder)) return;
    try {
      files.rmdirSync(`${root}/${folder}`);
    } catch {
      return; // not empty
    }
  }
}

/** Empties the bins of what is old, and removes the stage that a killed run left. Under the project's lock. Never throws: the rest is tried again by the next run. */
export function pruneTrash(files: Files, folder: string, now: number): void {
  removeEntries(files, [{ path: `${folder}/stage` }]);
  // A clock that is a year ahead makes everything look old: what was moved last stays.
  removeEntries(
    files,
    oldRuns(files, `${folder}/trash`).filter(({ at }) => now - at > KEPT_FOR),
  );
  removeEntries(files, oldRuns(files, `${folder}/replaced`));
}

/** What is none of the newest runs', each of which may have more than one folder. */
function oldRuns(files: Files, bin: string): readonly Entry[] {
  const runOf = ({ name }: Entry): string => name.replace(/\.\d+$/, '');
  const entries = entriesIn(files, bin);
  const kept = new Set([...new Set(entries.map(runOf))].slice(0, RUNS_KEPT));
  return entries.filter((entry) => !kept.has(runOf(entry)));
}

/** Two files that are moved away in one run may have had one name, or one may have stood where the other needs a folder: then the second goes beside the first. */
function freeFolder(files: Files, wanted: string, path: string): string {
  const isFree = (folder: string): boolean => {
    try {
      return files.lstatSync(`${folder}/${path}`, { throwIfNoEntry: false }) === undefined;
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOTDIR') return false; // a parent is a file
      throw thrown;
    }
  };
  let folder = wanted;
  for (let n = 1; !isFree(folder); n++) folder = `${wanted}.${n}`;
  return folder;
}
