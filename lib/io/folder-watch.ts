/**
 * Hears of changes in folders, by a watch of the system on each (inotify). The recursive watch of Node is none of it: on Linux it is made of a watch on every
 * file, misses what is made while it walks, and follows folders that were moved away. What is heard is a hint and no fact: whoever hears it looks himself.
 */
import { type FSWatcher, type Stats, watch } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../model/io.ts';
import { readRegular } from './read-regular.ts';
import { errnoOf } from './trouble.ts';

interface Ears {
  /** A name in a watched folder came, went or was replaced (`rename`), or what is behind it changed. */
  readonly heard: (path: string, event: 'rename' | 'change') => void;
  /** More happened than the system keeps: what else changed is not known. */
  readonly lost: () => void;
  /** The system watches no more folders; from now on nothing is heard. */
  readonly deaf: (errno: string) => void;
}

interface Watched {
  readonly watcher: FSWatcher;
  /** Which folder it was: another one may come to stand under its name, and the watch stays with the old one. */
  readonly device: number;
  readonly inode: number;
  /** It went away, or another one came: that one may have got the number of its inode. */
  isOld: boolean;
}

/** Too many watches, or instances of inotify, of this user. */
const EXHAUSTED: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENFILE']);
const LIMITS = '/proc/sys/fs/inotify/max_queued_events';
const USUAL_LIMIT = 16_384;

/** Lives as long as somebody listens. */
export class FolderWatch {
  readonly #files: Pick<Files, 'statSync'>;
  readonly #ears: Ears;
  readonly #watched = new Map<string, Watched>();
  /** libuv drops the event that says that the queue was full: so many at once, and it may have been. */
  readonly #most: number;
  #atOnce = 0;
  #closed = false;

  constructor(files: Files, ears: Ears) {
    this.#files = files;
    this.#ears = ears;
    this.#most = limitOf(files) / 2;
  }

  /** Watches these folders and no others; what is no folder is left out. Gives how many were not watched before: what happened in them until now was not heard. */
  follow(folders: ReadonlySet<string>): number {
    for (const [folder, { watcher }] of this.#watched) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watched.delete(folder);
    }
    let added = 0;
    for (const folder of folders) if (!this.#closed && this.#add(folder)) added += 1;
    return added;
  }

  /** Which folder it is that is watched under this name. */
  inodeOf(folder: string): Pick<Watched, 'device' | 'inode'> | undefined {
    const known = this.#watched.get(folder);
    return known?.isOld === false ? known : undefined;
  }

  close(): void {
    this.#closed = true;
    for (const { watcher } of this.#watched.values()) watcher.close();
    this.#watched.clear();
  }

  #add(folder: string): boolean {
    const known = this.#watched.get(folder);
    try {
      const seen: Stats | undefined = this.#files.statSync(folder, { throwIfNoEntry: false });
      if (known?.isOld === false && known.inode === seen?.ino && known.device === seen.dev) return false;
      known?.watcher.close();
      this.#watched.delete(folder);
      if (seen?.isDirectory() !== true) return false;
      const watcher = watch(folder, (event, name) => this.#hear(name === null ? folder : join(folder, name), event));
      watcher.on('error', (error) => this.#fail(error));
      this.#watched.set(folder, { watcher, device: seen.dev, inode: seen.ino, isOld: false });
      return true;
    } catch (thrown) {
      this.#fail(thrown);
      return false;
    }
  }

  /** A folder that went away, or that is closed to us, is no reason to stop. */
  #fail(thrown: unknown): void {
    const errno = errnoOf(thrown);
    if (errno === undefined) throw thrown;
    if (this.#closed || !EXHAUSTED.has(errno)) return;
    this.close();
    this.#ears.deaf(errno);
  }

  #hear(path: string, event: 'rename' | 'change'): void {
    if (this.#closed) return;
    if (this.#atOnce === 0) setImmediate(() => this.#turn());
    this.#atOnce += 1;
    const known = event === 'rename' ? this.#watched.get(path) : undefined;
    if (known !== undefined) known.isOld = true;
    this.#ears.heard(path, event);
  }

  #turn(): void {
    const lost = this.#atOnce >= this.#most;
    this.#atOnce = 0;
    if (lost && !this.#closed) this.#ears.lost();
  }
}

function limitOf(files: Files): number {
  try {
    return Number.parseInt(readRegular(files, LIMITS).toString('utf8'), 10) || USUAL_LIMIT;
  } catch {
    return USUAL_LIMIT;
  }
}
