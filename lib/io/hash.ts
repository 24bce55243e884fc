/** Digests of files. Knows nothing of memos, trees or stores. */
import { createHash, hash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import type { Digest } from '../base/digest.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { fileTrouble } from './trouble.ts';

/** A link planted in place of the file is refused, and a FIFO does not block. */
export const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const CHUNK = 128 * 1024;
const ATTEMPTS = 5;

/** What is kept of a look at a file. */
export type FileState = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'mode'>;

export interface Hashed {
  readonly digest: Digest;
  /** The file as it was while it was read: the same before and after. */
  readonly seen: FileState;
}

/** Hashes files through one buffer, which all calls share. */
interface Hasher {
  /** The sha256 of a regular file. A file that changes while it is read is read again, at most 5 times. */
  file(path: string): Result<Hashed, Failure>;
}

/** What tells two states of a file apart without reading it. */
export function sameFile(a: FileState, b: FileState): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

export function makeHasher(files: Files): Hasher {
  let buffer: Buffer | undefined;

  const contentOf = (fd: number, size: number): Digest => {
    buffer ??= Buffer.allocUnsafeSlow(CHUNK);
    let got = files.readSync(fd, buffer, 0, CHUNK, null);
    if (got === size) return hash('sha256', buffer.subarray(0, got), 'hex');
    const sum = createHash('sha256');
    while (got > 0) {
      sum.update(buffer.subarray(0, got));
      got = files.readSync(fd, buffer, 0, CHUNK, null);
    }
    return sum.digest('hex');
  };

  const attempt = (path: string): Hashed | undefined | 'irregular' => {
    const fd = files.openSync(path, READ_FLAGS);
    try {
      const before = files.fstatSync(fd);
      if (!before.isFile()) return 'irregular';
      const digest = contentOf(fd, before.size);
      const seen = files.fstatSync(fd);
      return sameFile(before, seen) ? { digest, seen } : undefined;
    } finally {
      files.closeSync(fd);
    }
  };

  return {
    file(path) {
      try {
        for (let i = 0; i < ATTEMPTS; i++) {
          const hashed = attempt(path);
          if (hashed === 'irregular') return err({ code: 'local-io', message: `cannot read ${path}: it is not a regular file` });
          if (hashed) return ok(hashed);
        }
        return err({ code: 'local-io', message: `cannot read ${path}: it keeps changing while it is read` });
      } catch (thrown) {
        return err(fileTrouble(thrown, 'read', path));
      }
    },
  };
}
