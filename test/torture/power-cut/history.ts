import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What lies under one name. */
export type Thing =
  | { readonly kind: 'file'; readonly id: string; readonly mode: number; readonly mtime: Date; readonly content: Buffer }
  | { readonly kind: 'link'; readonly id: string; readonly target: string }
  | { readonly kind: 'folder'; readonly id: string; readonly mode: number };

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
    walk(this.#base, '', before, state);
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

function walk(base: string, below: string, before: State | undefined, into: Map<string, Thing>): void {
  for (const name of readdirSync(join(base, below))) {
    const path = below === '' ? name : `${below}/${name}`;
    const thing = look(join(base, path), before?.get(path));
    if (thing === undefined) continue;
    into.set(path, thing);
    if (thing.kind === 'folder') walk(base, path, before, into);
  }
}

/** Undefined for what is gone again, and for what is none of the three: a far side's pipes. */
function look(full: string, before: Thing | undefined): Thing | undefined {
  const seen = lstatSync(full, { bigint: true, throwIfNoEntry: false });
  if (seen === undefined) return undefined;
  const id = `${seen.ino} ${seen.birthtimeNs}`;
  if (seen.isDirectory()) return { kind: 'folder', id, mode: Number(seen.mode) & 0o7777 };
  if (seen.isSymbolicLink()) return { kind: 'link', id, target: readlinkSync(full) };
  if (!seen.isFile()) return undefined;
  const content = readFileSync(full);
  const same = before?.kind === 'file' && before.id === id && before.content.equals(content);
  return { kind: 'file', id, mode: Number(seen.mode) & 0o7777, mtime: seen.mtime, content: same ? before.content : content };
}
