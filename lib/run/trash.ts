/** Where files go that sbx takes out of the way: `.sbx/trash/<run>/`, never deleted at once. Knows no reasons. */
import { makeFolder } from '../io/replace.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Files } from '../model/io.ts';

const RUNS_KEPT = 5;

/** Moves a file, link or folder of the project away. Throws what moving threw; nothing there is nothing to do. */
export function moveAway(files: Files, root: string, folder: string, run: string, path: string): void {
  const to = freeName(files, `${folder}/trash/${run}/${path}`);
  makeFolder(files, to.slice(0, to.lastIndexOf('/')));
  try {
    files.renameSync(`${root}/${path}`, to);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return;
    if (errnoOf(thrown) !== 'EXDEV') throw thrown;
    files.copyFileSync(`${root}/${path}`, to); // an output folder that is a mount: its files are moved one by one
    files.unlinkSync(`${root}/${path}`);
  }
}

/** Removes the folders that became empty, from that of `path` upward, but never `root`. */
export function removeEmptyFolders(files: Files, root: string, path: string): void {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    try {
      files.rmdirSync(`${root}/${path.slice(0, slash)}`);
    } catch {
      return; // not empty
    }
  }
}

/** Keeps what the newest few runs moved away, and no stage that a killed run left. Under the project's lock. Never throws: the rest is tried again by the next run. */
export function pruneTrash(files: Files, folder: string): void {
  try {
    files.rmSync(`${folder}/stage`, { recursive: true, force: true });
    const runs = files.readdirSync(`${folder}/trash`).map((run) => ({ run, at: files.statSync(`${folder}/trash/${run}`).mtimeMs }));
    runs.sort((a, b) => b.at - a.at);
    for (const { run } of runs.slice(RUNS_KEPT)) files.rmSync(`${folder}/trash/${run}`, { recursive: true, force: true });
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
  }
}

/** Two files that are moved away in one run may have had one name, or one may have stood where the other needs a folder. */
function freeName(files: Files, wanted: string): string {
  const isThere = (path: string): boolean => {
    try {
      return files.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return true; // a parent is a file
    }
  };
  let name = wanted;
  for (let n = 1; isThere(name); n++) name = `${wanted}.${n}`;
  return name;
}
