/**
 * Puts staged files into the project, so that afterwards the outputs are exactly what was staged. What stood there before is moved away, not deleted: first
 * all that somebody may miss, then each old output just before the new one comes. A crash in the middle leaves some files old and some new, and one at most
 * missing of those that steps made: the next look compares by content, finds that, and restores again.
 */
import type { Memo } from '../io/memo.ts';
import { syncFolder } from '../io/replace.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Io } from '../model/io.ts';
import { isInsidePath, type TreeEntry } from '../model/tree.ts';
import type { Store } from './store.ts';
import { moveAway, removeEmptyFolders } from './trash.ts';

/** What capturing and restoring need. */
export interface Scene {
  readonly io: Pick<Io, 'files' | 'clock' | 'nonce'>;
  /** Real path of the project. */
  readonly root: string;
  /** The project's `.sbx`. */
  readonly folder: string;
  readonly store: Store;
  readonly memo: Memo;
  /** Names what is moved away. */
  readonly run: string;
}

export interface Swap {
  /** Paths within the project, and the staged file of each; links need none. */
  readonly entries: readonly { readonly entry: TreeEntry; readonly staged: string }[];
  /** Paths to be moved away. */
  readonly extra: readonly string[];
  /** Whether what stands at a path may be somebody's own work: it goes where it is kept for long. */
  readonly isForeign: (path: string) => boolean;
  /** Whether a folder goes with the last file in it. */
  readonly isOwn: (folder: string) => boolean;
  /** What steps made goes at once: it is too large to be kept. */
  readonly drops?: boolean;
}

/** Says what stood in the way without being an output: it is moved away as well. Throws what a file operation threw. */
export function swapIn(scene: Scene, swap: Swap): readonly string[] {
  const { root, memo, io } = scene;
  const { files } = io;
  const away = awayFrom(scene, swap.drops === true);
  for (const path of swap.extra) away.move(path, swap.isForeign(path));
  away.settle();
  for (const path of swap.extra) removeEmptyFolders(files, root, path, swap.isOwn);
  const sound = new Set<string>();
  const inTheWay: string[] = [];
  for (const { entry } of swap.entries) {
    if (!isInsidePath(entry.path) || /(^|\/)\.(sbx|git)(\/|$)/.test(entry.path)) throw new Error(`not a path for an output: ${entry.path}`);
    inTheWay.push(...makeWay(scene, entry.path, sound, swap.isForeign, away));
  }
  away.settle();
  for (const { entry, staged } of swap.entries) {
    const to = `${root}/${entry.path}`;
    // By its rename the new one takes the place of what is dropped, so that there is always one.
    if (!swap.drops && files.lstatSync(to, { throwIfNoEntry: false })) away.move(entry.path, false);
    if (entry.kind === 'link') files.symlinkSync(entry.target, staged);
    put(scene, entry, staged, to);
    if (entry.kind === 'file') memo.learn(entry.path, files.lstatSync(to), entry.digest, io.clock.now());
  }
  return inTheWay;
}

/** Makes the parents of a path real folders, and the path itself free of what is no output. Says which of them were something else. */
function makeWay(scene: Scene, path: string, sound: Set<string>, isForeign: Swap['isForeign'], away: Away): readonly string[] {
  const { files } = scene.io;
  const moved: string[] = [];
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const parent = path.slice(0, slash);
    if (sound.has(parent)) continue;
    const seen = files.lstatSync(`${scene.root}/${parent}`, { throwIfNoEntry: false });
    if (seen && !seen.isDirectory()) {
      away.move(parent, true);
      away.settle();
      moved.push(parent);
    }
    if (!seen?.isDirectory()) files.mkdirSync(`${scene.root}/${parent}`);
    sound.add(parent);
  }
  const there = files.lstatSync(`${scene.root}/${path}`, { throwIfNoEntry: false });
  if (there && (there.isDirectory() || isForeign(path))) away.move(path, true);
  return there?.isDirectory() ? [...moved, path] : moved;
}

function put(scene: Scene, entry: TreeEntry, staged: string, to: string): void {
  const { files } = scene.io;
  try {
    files.renameSync(staged, to);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EXDEV') throw thrown;
    const near = `${to}.${scene.io.nonce().slice(0, 8)}.tmp`;
    if (entry.kind === 'link') files.symlinkSync(entry.target, near);
    else files.copyFileSync(staged, near);
    files.renameSync(near, to);
    files.unlinkSync(staged);
  }
}

interface Away {
  move(path: string, isForeign: boolean): void;
  /** What somebody may miss is on the disk where it is now: something else may take its place. Each folder is forced out once. */
  settle(): void;
}

function awayFrom({ io: { files }, root, folder, run }: Scene, drops: boolean): Away {
  const moved = new Set<string>();
  return {
    move(path, isForeign) {
      if (drops && !isForeign) return files.rmSync(`${root}/${path}`, { recursive: true, force: true });
      const to = moveAway(files, root, { folder, run, is: isForeign ? 'trash' : 'replaced' }, path);
      if (isForeign && to !== undefined) moved.add(to);
    },
    settle() {
      for (const to of moved) syncFolder(files, to);
      moved.clear();
    },
  };
}
