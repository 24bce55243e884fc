import { type Digest, digestOf } from '../base/digest.ts';
import type { Files } from '../model/io.ts';
import { bootId } from './boot.ts';
import type { FolderWatch } from './folder-watch.ts';
import type { FileState } from './hash.ts';
import { decodeMemo, EMPTY_MEMO, type MemoTable } from './memo-file.ts';
import { readRegular } from './read-regular.ts';

/** Files looked at between two turns of the process: others wait for so long. */
const SLICE = 500;
const MAYBE = { throwIfNoEntry: false } as const;

/**
 * Which files of one project are surely as its memo has them. A file is sure once it was looked at after each folder on the way to it was watched, and until
 * something is heard of it or of one of these. Whatever cannot be heard of (a link, another file system, a file with several names) is never sure.
 * The system says nothing of what is written by mapped memory, nor of a second name that a file gets elsewhere: so all is looked at again now and then.
 */
export class TreeWatch {
  readonly root: string;
  /** What is mounted there (`mountsAt`). */
  mounts: Digest;
  /** The digest of the memo that is known. */
  memo: Digest = '';
  readonly #files: Files;
  readonly #watch: Pick<FolderWatch, 'inodeOf'>;
  #table: MemoTable = EMPTY_MEMO;
  #rows: ReadonlyMap<string, number> = new Map();
  /** Relative to the root, which is ''. Each after the one that it is in. */
  #folders: ReadonlySet<string> = new Set(['', '.sbx']);
  readonly #doubtful = new Set<string>();
  /** Folders all of whose files are doubtful. */
  readonly #touched = new Set<string>();
  /** A folder went, came or was replaced: the watches may be those of others. */
  #moved = true;

  constructor(files: Files, watch: Pick<FolderWatch, 'inodeOf'>, root: string, mounts: Digest) {
    this.#files = files;
    this.#watch = watch;
    this.root = root;
    this.mounts = mounts;
  }

  /** Absolute: those to be watched. */
  get folders(): readonly string[] {
    return [...this.#folders].map((folder) => this.#absolute(folder));
  }

  /** Names in the memo of files that are not surely as it has them. */
  get doubtful(): ReadonlySet<string> {
    this.#spread();
    return this.#doubtful;
  }

  /** Something happened to what is called so; absolute. `rename`: it came, went or was replaced. */
  heard(path: string, event: 'rename' | 'change'): void {
    const name = path.slice(this.root.length + 1);
    if (this.#rows.has(name)) this.#doubtful.add(name);
    if (event === 'rename') this.#doubtNamesakes(name);
    if (!this.#folders.has(name)) return;
    this.#moved = true;
    // With another `.sbx` the project may be another one.
    this.#touched.add(name === '.sbx' ? '' : name);
  }

  /** Nothing is sure any more. */
  doubt(): void {
    this.heard(this.root, 'change');
  }

  /** Takes over the memo that lies there now. What is new in it has to be looked at. */
  read(): void {
    const bytes = bytesOf(this.#files, `${this.root}/.sbx/memo`);
    const memo = digestOf(bytes);
    if (memo === this.memo) return;
    this.#spread();
    const table = decodeMemo(bytes, bootId(this.#files)) ?? EMPTY_MEMO;
    const rows = new Map<string, number>();
    const folders = new Set(['', '.sbx']);
    const doubtful: string[] = [];
    for (const [row, name] of table.names.entries()) {
      if (name.startsWith('/')) continue; // not of the project
      rows.set(name, row);
      for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) folders.add(name.slice(0, slash));
      const before = this.#rows.get(name);
      const isKnown = before !== undefined && table.isSettled(row) && this.#table.isSettled(before) && !this.#doubtful.has(name);
      if (!isKnown || !isSame(this.#table.seen(before), table.seen(row))) doubtful.push(name);
    }
    if (folders.size !== this.#folders.size || [...folders].some((one) => !this.#folders.has(one))) this.#moved = true;
    this.memo = memo;
    this.#table = table;
    this.#rows = rows;
    this.#folders = folders;
    this.#doubtful.clear();
    for (const name of doubtful) this.#doubtful.add(name);
  }

  /** Looks at all that is doubtful once. `follow` watches the folders, `turn` lets the process do something else. */
  async look(follow: () => void, turn: () => Promise<void>): Promise<void> {
    const names = [...this.doubtful];
    for (let at = 0; at < names.length; at += SLICE) {
      // What is heard between two slices may doubt what the one before saw, never the other way round: within one nothing is heard.
      if (this.#moved) {
        this.#moved = false;
        follow();
      }
      this.#spread();
      const plain = new Map<string, boolean>();
      for (const name of names.slice(at, at + SLICE)) if (this.#isSure(name, plain)) this.#doubtful.delete(name);
      await turn();
    }
  }

  /** A new name of a file that has one already: nobody hears of the old one when it is changed under the new one. */
  #doubtNamesakes(name: string): void {
    const seen = this.#lstat(name);
    if (seen?.isFile() !== true || seen.nlink === 1) return;
    for (const [one, row] of this.#rows) if (this.#table.seen(row).ino === seen.ino) this.#doubtful.add(one);
  }

  /** In one go: a tree that is removed tells of each of its folders. */
  #spread(): void {
    if (this.#touched.size === 0) return;
    const known = new Map<string, boolean>();
    const isTouched = (folder: string): boolean => {
      let is = known.get(folder);
      if (is !== undefined) return is;
      is = this.#touched.has(folder) || (folder !== '' && isTouched(folderOf(folder)));
      known.set(folder, is);
      return is;
    };
    for (const name of this.#rows.keys()) if (isTouched(folderOf(name))) this.#doubtful.add(name);
    this.#touched.clear();
  }

  #isSure(name: string, plain: Map<string, boolean>): boolean {
    const row = this.#rows.get(name);
    if (row === undefined || !this.#table.isSettled(row)) return false;
    if (!this.#isWatched(folderOf(name), plain)) return false;
    const seen = this.#lstat(name);
    // A file of several names changes under a name that nobody listens to.
    return seen?.isFile() === true && seen.nlink === 1 && isSame(seen, this.#table.seen(row));
  }

  /** Whether what happens in it is heard: it is a folder, that one which is watched, as are all that it is in, and nothing is mounted over them. */
  #isWatched(folder: string, plain: Map<string, boolean>): boolean {
    const known = plain.get(folder);
    if (known !== undefined) return known;
    const isAbove = folder === '' || this.#isWatched(folderOf(folder), plain);
    const seen = isAbove ? this.#lstat(folder) : undefined;
    const watched = this.#watch.inodeOf(this.#absolute(folder));
    const isIt = seen?.isDirectory() === true && seen.ino === watched?.inode && seen.dev === watched.device;
    const isHere = isIt && (folder === '' || seen.dev === this.#lstat('')?.dev);
    plain.set(folder, isHere);
    return isHere;
  }

  #lstat(name: string) {
    try {
      return this.#files.lstatSync(this.#absolute(name), MAYBE);
    } catch {
      return undefined;
    }
  }

  #absolute(name: string): string {
    return name === '' ? this.root : `${this.root}/${name}`;
  }
}

/** '' is the root. */
function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

function isSame(a: FileState, b: FileState): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino && a.mode === b.mode;
}

function bytesOf(files: Files, path: string): Buffer {
  try {
    return readRegular(files, path);
  } catch {
    return Buffer.alloc(0);
  }
}
