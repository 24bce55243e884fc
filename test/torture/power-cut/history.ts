import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { pathsBelow } from '../../rig/contents.ts';

/** What lies under one name, and by what a program knows it again. */
export type Thing = { readonly id: string; readonly marks: Marks } & (
  | { readonly kind: 'file'; readonly mode: number; readonly mtime: Date; readonly content: Buffer }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder'; readonly mode: number }
);

/** As a look at it tells them. */
export type Marks = Pick<Stats, 'ino' | 'mtimeMs' | 'ctimeMs'>;

/** Everything below a folder, by its path within. */
export type State = ReadonlyMap<string, Thing>;

/** The disk as programs see it after one operation. */
export interface Moment {
  /** Of the operation. */
  readonly name: string;
  readonly state: State;
  /** Paths that were forced to the disk since the moment before; as they were then. */
  readonly synced: readonly string[];
}

/** Everything that a folder went through. */
export class History {
  readonly moments: Moment[] = [];
  readonly #base: string;
  #synced: string[] = [];

  constructor(base: string) {
    this.#base = base;
    this.note('the beginning');
  }

  note(name: string): void {
    const before = this.moments.at(-1)?.state;
    const state = new Map<string, Thing>();
    for (const path of pathsBelow(this.#base)) {
      const thing = look(join(this.#base, path), before?.get(path));
      if (thing !== undefined) state.set(path, thing);
    }
    this.moments.push({ name, state, synced: this.#synced });
    this.#synced = [];
  }

  /** A moment of its own: what was written before is on the disk, what comes after is not. */
  sync(path: string): void {
    if (!path.startsWith(`${this.#base}/`)) return;
    this.#synced.push(path.slice(this.#base.length + 1));
    this.note(`fsync ${path.slice(this.#base.length + 1)}`);
  }
}

/** Undefined for what is gone again, and for what is none of the three: a far side's pipes. */
function look(full: string, before: Thing | undefined): Thing | undefined {
  const seen = lstatSync(full, { throwIfNoEntry: false });
  if (seen === undefined) return undefined;
  const { ino, birthtimeMs, mtimeMs, ctimeMs, mtime } = seen;
  const common = { id: `${ino} ${birthtimeMs}`, marks: { ino, mtimeMs, ctimeMs } };
  const mode = seen.mode & 0o7777;
  if (seen.isDirectory()) return { ...common, kind: 'folder', mode };
  if (seen.isSymbolicLink()) return { ...common, kind: 'link', target: readlinkSync(full) };
  if (!seen.isFile()) return undefined;
  const content = readFileSync(full);
  const same = before?.kind === 'file' && before.id === common.id && before.content.equals(content);
  return { ...common, kind: 'file', mode, mtime, content: same ? before.content : content };
}
