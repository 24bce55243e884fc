import type { Digest } from '../base/digest.ts';
import type { Clock, Files } from '../model/io.ts';
import { FolderWatch } from './folder-watch.ts';
import { mountsAt } from './mounts.ts';
import { TreeWatch } from './tree-watch.ts';

/** What somebody wants to know of a project. */
export interface TreeQuestion {
  /** A real path. */
  readonly root: string;
  /** The digest of its memo. */
  readonly memo: Digest;
  /** What is mounted there, as he sees it (`mountsAt`). */
  readonly mounts: Digest;
  /** The name of a file that he made in its `.sbx` before he asked: once it was heard of, all was that happened before. */
  readonly cookie: string;
}

export interface TreeStatus {
  readonly root: string;
  /** That are watched. */
  readonly folders: number;
  /** Files that may not be as the memo of the project has them. */
  readonly doubtful: number;
  /** Questions of runs, and of these those that could be answered. */
  readonly asked: number;
  readonly answered: number;
  /** Milliseconds since 1970, of the last question. */
  readonly used: number;
}

interface Watched {
  readonly tree: TreeWatch;
  readonly cookies: Set<string>;
  readonly waiting: Map<string, () => void>;
  asked: number;
  answered: number;
  /** Milliseconds that never jump, and since 1970. */
  used: number;
  usedAt: number;
  /** When all was looked at; milliseconds that never jump. */
  whole: number;
  /** Looks at what is doubtful. */
  looking: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** Names that an answer has at most: a walk is as quick. */
const MOST = 2000;
/** Milliseconds after an answer, or a new memo, before what is doubtful is looked at: the run comes first. */
const REST = 300;
/** So long, in milliseconds, what was heard is believed without a look. */
const BELIEVED = 60_000;
/** Cookies that were heard of before their question came. */
const COOKIES = 64;
/** Of the folders that the system watches for one user, others want some, too. */
const SHARE = 4;
const LIMIT = '/proc/sys/fs/inotify/max_user_watches';
const USUAL_LIMIT = 8192;

/** The projects whose files are watched; one for a process, since what the system tells comes in one queue, which may be full. */
export class TreeWatches {
  readonly #files: Files;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #folders: FolderWatch;
  readonly #most: number;
  readonly #watched = new Map<string, Watched>();
  readonly #rest: number;
  #isDeaf = false;

  constructor(files: Files, clock: Pick<Clock, 'now' | 'monotonic'>, rest = REST) {
    this.#rest = rest;
    this.#files = files;
    this.#clock = clock;
    this.#most = limitOf(files) / SHARE;
    this.#folders = new FolderWatch(files, {
      heard: (path, event) => this.#hear(path, event),
      lost: () => {
        for (const { tree } of this.#watched.values()) tree.doubt();
      },
      deaf: () => {
        this.close();
        this.#isDeaf = true;
      },
    });
  }

  /** The names in that memo of files which may not be as it has them, by now; undefined: nothing is known. From the first question on the project is watched. */
  async changed({ root, memo, mounts, cookie }: TreeQuestion, signal: AbortSignal): Promise<readonly string[] | undefined> {
    if (this.#isDeaf || mountsAt(this.#files, root) !== mounts) return undefined;
    const watched = this.#watched.get(root) ?? this.#begin(root, mounts);
    watched.asked += 1;
    watched.used = this.#clock.monotonic();
    watched.usedAt = this.#clock.now();
    const { tree } = watched;
    if (tree.mounts !== mounts) {
      tree.doubt();
      tree.mounts = mounts;
    }
    this.#later(watched);
    if (tree.memo === '' || !(await seen(watched, cookie, signal))) return undefined;
    await turn(); // if more happened than was told, that is known by now
    if (tree.memo !== memo) {
      tree.read();
      if (tree.doubtful.size > MOST) return undefined;
      await this.#look(watched);
    }
    if (tree.memo !== memo || this.#isDeaf || tree.doubtful.size > MOST) return undefined;
    watched.answered += 1;
    return [...tree.doubtful];
  }

  /** Projects of which nobody asked for so long, in milliseconds, are left alone. */
  sweep(idle: number): void {
    const old = [...this.#watched].filter(([, { used }]) => this.#clock.monotonic() - used >= idle);
    for (const [root, { timer }] of old) {
      clearTimeout(timer);
      this.#watched.delete(root);
    }
    if (old.length > 0) this.#follow();
  }

  status(): readonly TreeStatus[] {
    return [...this.#watched.values()].map(({ tree, asked, answered, usedAt }) => ({
      root: tree.root,
      folders: tree.folders.length,
      doubtful: tree.doubtful.size,
      asked,
      answered,
      used: usedAt,
    }));
  }

  close(): void {
    for (const { timer } of this.#watched.values()) clearTimeout(timer);
    this.#watched.clear();
    this.#folders.close();
  }

  #begin(root: string, mounts: Digest): Watched {
    const tree = new TreeWatch(this.#files, this.#folders, root, mounts);
    const watched: Watched = {
      tree,
      cookies: new Set(),
      waiting: new Map(),
      asked: 0,
      answered: 0,
      used: 0,
      usedAt: 0,
      whole: this.#clock.monotonic(),
      looking: undefined,
      timer: undefined,
    };
    this.#watched.set(root, watched);
    return watched;
  }

  #hear(path: string, event: 'rename' | 'change'): void {
    for (const watched of this.#watched.values()) {
      const { root } = watched.tree;
      if (path !== root && !path.startsWith(`${root}/`)) continue;
      watched.tree.heard(path, event);
      if (!path.startsWith(`${root}/.sbx/`)) continue;
      const name = path.slice(root.length + '/.sbx/'.length);
      if (name === 'memo') this.#later(watched);
      else if (name.startsWith('cookie.')) sawCookie(watched, name);
    }
  }

  #later(watched: Watched): void {
    watched.timer ??= setTimeout(() => {
      watched.timer = undefined;
      watched.tree.read();
      if (this.#clock.monotonic() - watched.whole >= BELIEVED) {
        watched.whole = this.#clock.monotonic();
        watched.tree.doubt();
      }
      void this.#look(watched);
    }, this.#rest);
    watched.timer.unref();
  }

  /** One look at a time: what is doubtful after it is left to the next one. */
  #look(watched: Watched): Promise<void> {
    watched.looking ??= watched.tree
      .look(() => this.#follow(), turn)
      .finally(() => {
        watched.looking = undefined;
      });
    return watched.looking;
  }

  #follow(): void {
    const folders = new Set([...this.#watched.values()].flatMap(({ tree }) => tree.folders));
    if (folders.size > this.#most) {
      this.close();
      this.#isDeaf = true;
    } else this.#folders.follow(folders);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function sawCookie({ cookies, waiting }: Watched, name: string): void {
  waiting.get(name)?.();
  cookies.add(name);
  for (const old of cookies) if (cookies.size > COOKIES) cookies.delete(old);
}

/** Whether the cookie was heard of before the signal aborted. */
function seen({ cookies, waiting }: Watched, name: string, signal: AbortSignal): Promise<boolean> {
  if (cookies.has(name)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (is: boolean): void => {
      waiting.delete(name);
      signal.removeEventListener('abort', gaveUp);
      resolve(is);
    };
    const gaveUp = (): void => settle(false);
    waiting.set(name, () => settle(true));
    signal.addEventListener('abort', gaveUp, { once: true });
    if (signal.aborted) gaveUp();
  });
}

function limitOf(files: Files): number {
  try {
    return Number.parseInt(files.readFileSync(LIMIT, 'utf8'), 10) || USUAL_LIMIT;
  } catch {
    return USUAL_LIMIT;
  }
}
