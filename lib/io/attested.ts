import type { Stats } from 'node:fs';
import type { Files } from '../model/io.ts';
import type { FileState } from './hash.ts';
import { finder } from './memo.ts';
import type { MemoTable } from './memo-file.ts';

/** Files of a memo that somebody says are as it has them, by now. */
export interface Attest {
  /** A real path. */
  readonly root: string;
  readonly table: MemoTable;
  /** Names of those of which he does not say so. */
  readonly except: ReadonlySet<string>;
}

/** What is looked at once, at one moment: the system is not asked of files that are attested for that moment. */
export interface Attested {
  readonly files: Files;
  hold(attest: Attest): void;
  /** The moment is over: what is looked at from now on is looked at. */
  drop(): void;
}

/** `files`, whose lstat takes over what is attested; nothing is until then. */
export function attestable(files: Files): Attested {
  let stateOf: ((path: string) => FileState | undefined) | undefined;
  const lstatSync = (path: string, options?: Parameters<Files['lstatSync']>[1]): unknown => {
    const seen = stateOf === undefined || typeof path !== 'string' || options?.bigint ? undefined : stateOf(path);
    return seen === undefined ? files.lstatSync(path, options) : new Regular(seen);
  };
  return {
    // Not a copy: to look at all that node:fs has makes Node load what few need.
    files: Object.create(files, Object.getOwnPropertyDescriptors({ lstatSync })) as Files,
    hold({ root, table, except }) {
      const start = `${root}/`;
      const find = finder(table);
      stateOf = (path) => {
        if (!path.startsWith(start)) return undefined;
        const name = path.slice(start.length);
        const row = except.has(name) ? -1 : find(name);
        return row < 0 ? undefined : table.seen(row);
      };
    },
    drop() {
      stateOf = undefined;
    },
  };
}

/** What those who look at the files of a project ask lstat for. Only files are attested. */
class Regular implements Pick<Stats, keyof FileState | 'isFile' | 'isDirectory' | 'isSymbolicLink'> {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly mode: number;

  constructor({ size, mtimeMs, ctimeMs, ino, mode }: FileState) {
    this.size = size;
    this.mtimeMs = mtimeMs;
    this.ctimeMs = ctimeMs;
    this.ino = ino;
    this.mode = mode;
  }

  isFile(): boolean {
    return true;
  }

  isDirectory(): boolean {
    return false;
  }

  isSymbolicLink(): boolean {
    return false;
  }
}
