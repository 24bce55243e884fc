import type { Failure } from '../model/failure.ts';

const WORDS: { readonly [code: string]: string } = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or folder',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this computer',
  EIO: 'input/output error of the disk',
  EUCLEAN: 'the file system is damaged',
  ESTALE: 'it is gone from the file server',
  ENOTDIR: 'a parent is not a folder',
  EISDIR: 'it is a folder',
  ENXIO: 'it is a pipe or a device',
  ELOOP: 'it is a link, or a chain of links without end',
  EXDEV: 'it cannot go to another file system',
  ENAMETOOLONG: 'the name is too long',
};

/** Errors of Linux for which libuv has no name: `UNKNOWN` of a write, `Unknown system error -122` of the rest. */
const UNKNOWN_TO_NODE: { readonly [errno: number]: string } = { 116: 'ESTALE', 117: 'EUCLEAN', 121: 'EREMOTEIO', 122: 'EDQUOT' };

/** The errno code of what a file operation threw; undefined for anything else, which is a bug and must be thrown on. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, errno } = thrown as NodeJS.ErrnoException;
  if (code === 'ERR_FS_EISDIR') return 'EISDIR'; // Node's own word for a folder where rmSync is asked to remove a file
  if ((code === 'UNKNOWN' || code?.startsWith('Unknown system error')) && errno !== undefined)
    return UNKNOWN_TO_NODE[-errno] ?? `E${-errno}`;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** What a file operation threw, as a failure: `cannot read src/a.c: permission denied (EACCES)`; the very file is named where `path` is a folder of many. Throws bugs on. */
export function fileTrouble(thrown: unknown, doing: string, path: string): Failure {
  const code = errnoOf(thrown);
  if (code === undefined) throw thrown;
  const at = (thrown as NodeJS.ErrnoException).path;
  const within = at !== undefined && at !== path ? `${at}: ` : '';
  return { code: 'local-io', message: `cannot ${doing} ${path}: ${within}${WORDS[code] ?? 'it failed'} (${code})` };
}

/** What this computer refused where nothing better can be said of it: a full disk, a folder that is not ours. Undefined for a bug. */
export function refusedHere(thrown: unknown): Failure | undefined {
  if (errnoOf(thrown) === undefined) return undefined;
  const { syscall, path } = thrown as NodeJS.ErrnoException;
  if (syscall === undefined) return undefined;
  return syscall === 'uv_cwd' ? fileTrouble(thrown, 'find', 'the current folder') : fileTrouble(thrown, syscall, path ?? '');
}
