/** What system calls do with files. Pure; knows no order and no processes. */
import type { StraceCall, StraceWord } from './line.ts';

export type Deed =
  | { readonly does: 'read' | 'ask' | 'write' | 'remove' | 'execute' | 'list' | 'make'; readonly path: string; readonly name?: string } // list, make: a folder
  | { readonly does: 'move'; readonly path: string; readonly to: string }
  | { readonly does: 'enter'; readonly path: string } // the folder of the process from now on
  | { readonly does: 'start'; readonly pid: number; readonly shares: boolean } // whether a process or thread that shares its folder
  | { readonly does: 'hide' }; // from now on it can do things that are not seen

/** Where a path stands among the arguments: after the folder that it counts from, if the call takes one. */
type Spot = readonly [path: number, folder?: number];

const ASKS: { readonly [name: string]: Spot } = {
  ...{ stat: [0], lstat: [0], stat64: [0], lstat64: [0], access: [0] },
  ...{ newfstatat: [1, 0], fstatat64: [1, 0], statx: [1, 0], faccessat: [1, 0], faccessat2: [1, 0] },
};
const WRITES: { readonly [name: string]: Spot } = {
  ...{ truncate: [0], truncate64: [0], chmod: [0], mknod: [0], utime: [0], utimes: [0], creat: [0] },
  ...{ fchmodat: [1, 0], fchmodat2: [1, 0], mknodat: [1, 0], futimesat: [1, 0], utimensat: [1, 0] },
  ...{ symlink: [1], symlinkat: [2, 1] },
};
const READS: { readonly [name: string]: Spot } = { readlink: [0], readlinkat: [1, 0] };
const REMOVES: { readonly [name: string]: Spot } = { unlink: [0], unlinkat: [1, 0] };
const MAKES: { readonly [name: string]: Spot } = { mkdir: [0], mkdirat: [1, 0] };
const EXECUTES: { readonly [name: string]: Spot } = { execve: [0], execveat: [1, 0] };
const MOVES: { readonly [name: string]: readonly [Spot, Spot] } = {
  ...{
    rename: [[0], [1]],
    renameat: [
      [1, 0],
      [3, 2],
    ],
    renameat2: [
      [1, 0],
      [3, 2],
    ],
  },
};
const LINKS: { readonly [name: string]: readonly [Spot, Spot] } = {
  link: [[0], [1]],
  linkat: [
    [1, 0],
    [3, 2],
  ],
};
const STARTS = new Set(['fork', 'vfork', 'clone', 'clone3']);

/** What a call that succeeded did, in a process whose folder is `cwd`. */
export function deedsOf(call: StraceCall, cwd: string): readonly Deed[] {
  const { name, args, result } = call;
  if (result === undefined) return [];
  const at = (spot: Spot): string | undefined => pathOf(args, spot, cwd);
  const one = (does: 'read' | 'ask' | 'write' | 'remove' | 'execute' | 'make', spot: Spot | undefined): readonly Deed[] => {
    const path = spot && at(spot);
    return path === undefined ? [] : [{ does, path }];
  };
  if (name === 'open' || name === 'openat' || name === 'openat2') return opened(call, cwd);
  if (STARTS.has(name)) {
    const pid = Number.parseInt(result.plain, 10);
    return pid > 0 ? [{ does: 'start', pid, shares: args.some(({ plain }) => plain.includes('CLONE_FS')) }] : [];
  }
  if (name === 'chdir' || name === 'fchdir') {
    const path = name === 'chdir' ? at([0]) : args[0]?.path;
    return path === undefined ? [] : [{ does: 'enter', path }];
  }
  if (name === 'unlinkat' && args[2]?.plain.includes('AT_REMOVEDIR')) return []; // as rmdir: folders come and go with their files
  if (name === 'getdents' || name === 'getdents64') {
    const path = args[0]?.path;
    return path === undefined ? [] : [{ does: 'list', path }];
  }
  if (name === 'io_uring_setup') return [{ does: 'hide' }];
  const move = MOVES[name];
  if (move !== undefined) {
    const [path, to] = [at(move[0]), at(move[1])];
    return path === undefined || to === undefined ? [] : [{ does: 'move', path, to }];
  }
  const link = LINKS[name];
  if (link !== undefined) return [...one('read', link[0]), ...one('write', link[1])];
  return [
    ...one('ask', ASKS[name]),
    ...one('write', WRITES[name]),
    ...one('read', READS[name]),
    ...one('remove', REMOVES[name]),
    ...one('execute', EXECUTES[name]),
    ...one('make', MAKES[name]),
  ];
}

function opened({ name, args, result }: StraceCall, cwd: string): readonly Deed[] {
  const spot: Spot = name === 'open' ? [0] : [1, 0];
  const flags = args[spot[0] + 1]?.plain ?? '';
  const named = pathOf(args, spot, cwd);
  const path = result?.path ?? named;
  if (path === undefined || flags.includes('O_TMPFILE')) return [];
  const name_ = named === undefined || named === path ? {} : { name: named };
  const read: Deed = { does: 'read', path, ...name_ };
  const write: Deed = { does: 'write', path, ...name_ };
  if (/O_PATH|O_DIRECTORY/.test(flags)) return [{ does: 'ask', path }];
  if (flags.includes('O_WRONLY')) return [write];
  if (flags.includes('O_RDWR')) return /O_CREAT|O_TRUNC/.test(flags) ? [write] : [read, write];
  return flags.includes('O_CREAT') ? [read, write] : [read];
}

function pathOf(args: readonly StraceWord[], [path, folder]: Spot, cwd: string): string | undefined {
  const text = args[path]?.text;
  if (text === undefined || text === '') return undefined; // a null pointer, or the descriptor itself
  return joined((folder === undefined ? undefined : args[folder]?.path) ?? cwd, text);
}

/** Without dots and double slashes. A link on the way followed by `..` leads elsewhere, which is not known here. */
function joined(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
