/**
 * Digests that need not be computed again, because the file was not touched since. Knows nothing of globs and trees.
 *
 * A digest is believed only if size, mtime, ctime and inode are as they were when it was made and the file was then at rest for longer than the
 * granularity of file times: a file written within the last 2 s may be written again without its times changing. Such a file is hashed
 * once more when it is next asked for, and is settled then.
 */
import type { Digest } from '../base/digest.ts';
import { ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import { bootId } from './boot.ts';
import { type FileState, makeHasher } from './hash.ts';
import { decodeMemo, EMPTY_MEMO, encodeMemo, type MemoEntry, type MemoTable } from './memo-file.ts';
import { readRegular } from './read-regular.ts';
import { makeFolder, replaceFile } from './replace.ts';

/** Coarsest times that a file system in use has, in milliseconds (FAT, NFS and ext3 count in 1 or 2 s). */
export const GRANULARITY = 2000;

const MOST_ENTRIES = 400_000;

export interface Memo {
  /** The digest of the regular file at `absolute`, whose lstat gave `seen`. `path` names it in the memo. */
  digest(path: string, absolute: string, seen: FileState): Result<Digest, Failure>;
  /** The digest, if it is known without reading the file. */
  known(path: string, seen: FileState): Digest | undefined;
  /** Tells what the content is to one who knows it without reading, e.g. because it was just written. `since`: when that was, as the clock's now(). */
  learn(path: string, seen: FileState, digest: Digest, since: number): void;
  /** How many files were read so far. */
  readonly hashed: number;
  /** Writes what was learnt, if anything was. Throws what the file operation threw. */
  save(): void;
}

/** A file that is missing, damaged or of another version is an empty memo. `lag`: milliseconds by which the clock of the file system is behind ours. */
export function openMemo(io: Pick<Io, 'files' | 'clock' | 'nonce'>, file: string, lag = 0): Memo {
  const hasher = makeHasher(io.files);
  const table = readTable(io, file);
  const learnt = new Map<string, MemoEntry>();
  const find = finder(table);
  let hashed = 0;

  const learn = (path: string, seen: FileState, digest: Digest, at: number): void => {
    const since = at - lag;
    learnt.set(path, {
      size: seen.size,
      mtime: seen.mtimeMs,
      ctime: seen.ctimeMs,
      ino: seen.ino,
      mode: seen.mode,
      digest,
      settled: seen.ctimeMs < since - GRANULARITY && Math.abs(seen.mtimeMs - since) > GRANULARITY,
    });
  };

  const known = (path: string, seen: FileState): Digest | undefined => {
    // What this process learnt is believed only if it is settled too: the process may live long.
    const fresh = learnt.size === 0 ? undefined : learnt.get(path);
    if (fresh) return fresh.settled && isSame(fresh, seen) ? fresh.digest : undefined;
    const at = find(path);
    return at >= 0 && table.isSettled(at) && table.isSame(at, seen) ? table.digest(at) : undefined;
  };

  return {
    known,
    digest(path, absolute, seen) {
      const digest = known(path, seen);
      if (digest !== undefined) return ok(digest);
      const since = io.clock.now();
      const read = hasher.file(absolute);
      hashed += 1;
      if (!read.ok) return read;
      learn(path, read.value.seen, read.value.digest, since);
      return ok(read.value.digest);
    },
    learn,
    get hashed() {
      return hashed;
    },
    save() {
      if (learnt.size === 0) return;
      const all = table.count + learnt.size > MOST_ENTRIES ? EMPTY_MEMO : table;
      makeFolder(io.files, file.slice(0, file.lastIndexOf('/')));
      replaceFile(io, file, encodeMemo(all, learnt, { boot: bootId(io.files), now: io.clock.now() }));
    },
  };
}

function readTable(io: Pick<Io, 'files'>, file: string): MemoTable {
  try {
    return decodeMemo(readRegular(io.files, file), bootId(io.files)) ?? EMPTY_MEMO;
  } catch {
    return EMPTY_MEMO; // a memo only saves time: whatever is wrong with it, files are hashed instead
  }
}

function isSame(entry: MemoEntry, seen: FileState): boolean {
  return entry.size === seen.size && entry.mtime === seen.mtimeMs && entry.ctime === seen.ctimeMs && entry.ino === seen.ino;
}

/** The row of a name; -1: none. Files are mostly asked for in the order in which they were saved: the next one is tried before an index is made. */
export function finder(table: Pick<MemoTable, 'names' | 'count'>): (path: string) => number {
  let next = 0;
  let index: Map<string, number> | undefined;
  return (path) => {
    if (table.names[next] === path) return next++;
    if (table.count === 0) return -1;
    index ??= new Map(table.names.map((name, i) => [name, i]));
    const at = index.get(path) ?? -1;
    if (at >= 0) next = at + 1;
    return at;
  };
}
