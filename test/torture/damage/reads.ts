// Which files this process looks at, so that damage that nobody met is no case, and whether it would have waited for a pipe or read /dev/zero to its end.
import * as nodeFs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

interface Watched {
  /** Asked for by name, in any way; opened. */
  readonly looked: boolean;
  readonly opened: boolean;
  /** What would not have ended. */
  readonly stuck: string | undefined;
}

export interface Watch extends Disposable {
  /** From now on; `path` and what is below it. */
  on(path: string): Watched;
  /** No longer. */
  off(path: string): void;
}

type Function = (...args: unknown[]) => unknown;
type Mutable = { looked: boolean; opened: boolean; stuck: string | undefined };

const LOOKS = ['lstatSync', 'statSync', 'existsSync', 'readdirSync', 'realpathSync', 'renameSync', 'rmSync', 'mkdirSync', 'linkSync'];
const OPENS = ['openSync', 'readFileSync', 'writeFileSync', 'copyFileSync'];
const LOCK = /\/\.sbx\/lock\/[^/]+$/;
const { O_NONBLOCK, O_NOFOLLOW, O_RDONLY, O_EXCL } = nodeFs.constants;

/**
 * Replaces functions of node:fs for the whole process until it is disposed. `ahead`: milliseconds by which the process's clock is ahead. Locks are dated by
 * it, since a run learns from them how far the clock that dates files is behind.
 */
export function watchReads(ahead: number): Watch {
  const fs = createRequire(import.meta.url)('node:fs') as Record<string, Function>;
  const watched = new Map<string, Mutable>();
  const own: Record<string, Function> = {};
  const find = (path: unknown): Mutable | undefined => {
    if (typeof path !== 'string') return undefined;
    for (const [at, seen] of watched) if (path === at || path.startsWith(`${at}/`)) return seen;
    return undefined;
  };
  const { lstatSync } = nodeFs;
  const guard = (seen: Mutable, path: string, flags: unknown, byName: boolean): void => {
    const there = lstatSync(path, { throwIfNoEntry: false });
    const bits = typeof flags === 'number' ? flags : flags === 'wx' || flags === 'ax' ? O_EXCL : O_RDONLY;
    if (there?.isFIFO() && (bits & (O_NONBLOCK | O_EXCL)) === 0) seen.stuck = `it would wait for the pipe ${path}`;
    if (byName && there?.isSymbolicLink() && (bits & (O_NOFOLLOW | O_EXCL)) === 0) seen.stuck = `it would read to the end of ${path}`;
    if (seen.stuck !== undefined) throw Object.assign(new Error(seen.stuck), { code: 'EIO', syscall: 'open', path });
  };
  for (const name of [...LOOKS, ...OPENS]) {
    const real = fs[name] as Function;
    own[name] = real;
    fs[name] = (...args: unknown[]) => {
      for (const path of args.slice(0, 2)) {
        const seen = watched.size === 0 ? undefined : find(path);
        if (seen === undefined) continue;
        seen.looked = true;
        if (!OPENS.includes(name)) continue;
        seen.opened = true;
        const options = args[name === 'writeFileSync' ? 2 : 1];
        const flags = typeof options === 'object' && options !== null ? (options as { readonly flag?: unknown }).flag : options;
        if (name !== 'copyFileSync') guard(seen, path as string, flags, name !== 'openSync');
      }
      const found = real(...args);
      if (name === 'lstatSync' && found !== undefined && LOCK.test(String(args[0]))) (found as { ctimeMs: number }).ctimeMs += ahead;
      return found;
    };
  }
  syncBuiltinESMExports();
  return {
    on(path) {
      const seen = { looked: false, opened: false, stuck: undefined };
      watched.set(path, seen);
      return seen;
    },
    off: (path) => void watched.delete(path),
    [Symbol.dispose]() {
      Object.assign(fs, own);
      syncBuiltinESMExports();
    },
  };
}
