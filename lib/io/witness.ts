/**
 * Which paths were looked at, and whether they are all still as they were. A path counts by what lstat says of it (and stat, if it is a link): size, times,
 * inode, mode. What lies in a folder is covered by the folder's own times. Knows nothing of why somebody looked.
 */
import { constants, type Stats } from 'node:fs';
import type { Files } from '../model/io.ts';
import { GRANULARITY } from './memo.ts';

/** `files`, but each path that is looked at through it is noted, with whether there was something. */
export interface Witness {
  readonly files: Files;
  readonly looked: Looked;
  /** Of these, the folders that were listed and the files that were read: behind a link something else counts for them, too. */
  readonly entered: ReadonlySet<string>;
  /** Nobody will ask what was looked at: nothing more is noted. */
  stop(): void;
}

/** `unclear`: it was there for one look and not for another, or could not be looked at. */
export type Looked = ReadonlyMap<string, 'there' | 'absent' | 'unclear'>;

/** Paths with five numbers each, in the same order; NaN five times where there is nothing. */
export interface Facts {
  readonly paths: readonly string[];
  readonly marks: Float64Array;
}

export const MARKS = 5;
const MAYBE = { throwIfNoEntry: false } as const;
const LOOKS = ['lstatSync', 'statSync', 'readdirSync', 'readFileSync', 'readlinkSync', 'realpathSync', 'existsSync'] as const;
const ENTERING: ReadonlySet<string> = new Set(['readdirSync', 'readFileSync']);

export function makeWitness(files: Files): Witness {
  const looked = new Map<string, 'there' | 'absent' | 'unclear'>();
  const entered = new Set<string>();
  let stopped = false;
  const note = (path: unknown, what: 'there' | 'absent' | 'unclear'): void => {
    if (stopped || typeof path !== 'string') return; // a file descriptor: its path was noted when it was opened
    const before = looked.get(path);
    if (before === undefined) looked.set(path, what);
    else if (before !== what) looked.set(path, 'unclear');
  };
  const noting =
    (look: (path: unknown, ...rest: unknown[]) => unknown, enters: boolean) =>
    (path: unknown, ...rest: unknown[]): unknown => {
      try {
        const found = look(path, ...rest);
        note(path, found === undefined || found === false ? 'absent' : 'there');
        if (enters && !stopped && typeof path === 'string') entered.add(path);
        return found;
      } catch (thrown) {
        const { code } = thrown as NodeJS.ErrnoException;
        note(path, code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'unclear');
        throw thrown;
      }
    };
  const watched = Object.fromEntries(LOOKS.map((name) => [name, noting(files[name] as never, ENTERING.has(name))]));
  const open = noting(files.openSync as never, true);
  const openSync = (path: unknown, flags?: unknown, mode?: unknown): unknown =>
    isReading(flags) ? open(path, flags, mode) : files.openSync(path as string, flags as string, mode as number);
  const stop = (): void => {
    stopped = true;
    looked.clear();
    entered.clear();
  };
  // Not a copy: to look at all that node:fs has makes Node load what few need.
  const all = Object.create(files, Object.getOwnPropertyDescriptors({ ...watched, openSync })) as Files;
  return { files: all, looked, entered, stop };
}

function isReading(flags: unknown): boolean {
  return flags === undefined || flags === 'r' || (typeof flags === 'number' && (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0);
}

/**
 * What is there now of all that was looked at. Undefined if something of it may have changed after `since` (milliseconds since 1970), so that it
 * proves nothing about what the looks saw: a change sets ctime, which nobody can set back.
 */
export function factsOf(files: Files, looked: Looked, since: number): Facts | undefined {
  const marks = new Float64Array(looked.size * MARKS);
  let at = 0;
  for (const [path, what] of looked) {
    const seen = seenAt(files, path);
    if (!path.startsWith('/') || what === 'unclear' || (seen === undefined) !== (what === 'absent')) return undefined;
    if (seen && seen.ctimeMs >= since - GRANULARITY) return undefined;
    mark(marks, at, seen);
    at += MARKS;
  }
  return { paths: [...looked.keys()], marks };
}

/** Whether each path is as it was. */
export function stillSo(files: Files, { paths, marks }: Facts): boolean {
  if (marks.length !== paths.length * MARKS) return false;
  const now = new Float64Array(MARKS);
  for (let index = 0; index < paths.length; index++) {
    mark(now, 0, seenAt(files, paths[index] ?? ''));
    for (let n = 0; n < MARKS; n++) if (!Object.is(now[n], marks[index * MARKS + n])) return false;
  }
  return true;
}

/** What there is now at each of the paths. */
export function marksOf(files: Files, paths: readonly string[]): Float64Array {
  const marks = new Float64Array(paths.length * MARKS);
  for (const [index, path] of paths.entries()) mark(marks, index * MARKS, seenAt(files, path));
  return marks;
}

/** Behind a link: of the two the later ctime and both inodes count. A link to nothing: the link alone. */
function seenAt(files: Files, path: string): Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'mode'> | undefined {
  let seen: Stats | undefined;
  try {
    seen = files.lstatSync(path, MAYBE);
    if (!seen?.isSymbolicLink()) return seen;
    const target = files.statSync(path, MAYBE);
    if (target === undefined) return seen;
    const { size, mtimeMs, mode } = target;
    return { size, mtimeMs, mode, ctimeMs: Math.max(seen.ctimeMs, target.ctimeMs), ino: seen.ino * 31 + target.ino };
  } catch {
    return undefined; // a part of the path is a file, a loop, or closed to us: nothing to be seen, as for whoever looked
  }
}

function mark(marks: Float64Array, at: number, seen: ReturnType<typeof seenAt>): void {
  marks[at] = seen?.size ?? Number.NaN;
  marks[at + 1] = seen?.mtimeMs ?? Number.NaN;
  marks[at + 2] = seen?.ctimeMs ?? Number.NaN;
  marks[at + 3] = seen?.ino ?? Number.NaN;
  marks[at + 4] = seen?.mode ?? Number.NaN;
}
