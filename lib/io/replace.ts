/** Writing whole files so that a reader, or the next start after a crash, sees the old or the new content and nothing between. */
import type { Io } from '../model/io.ts';

/** The effects that writing needs. */
export type Writing = Pick<Io, 'files' | 'nonce'>;

interface ReplaceOptions {
  /** Permissions of the new file; 0644 less the umask by default. */
  readonly mode?: number;
  /** Force the content and the name to the disk before returning. */
  readonly sync?: boolean;
}

/** Replaces a file by rename. Throws what the file operation threw; the old file is then still there and no temp file is left. */
export function replaceFile(io: Writing, path: string, content: string | Uint8Array, options: ReplaceOptions = {}): void {
  const { files } = io;
  const temp = `${path}.${io.nonce().slice(0, 12)}.tmp`;
  const fd = files.openSync(temp, 'wx', options.mode ?? 0o644);
  try {
    try {
      writeWhole(files, fd, typeof content === 'string' ? Buffer.from(content) : content);
      if (options.sync) files.fsyncSync(fd);
    } finally {
      files.closeSync(fd);
    }
    files.renameSync(temp, path);
  } catch (thrown) {
    files.rmSync(temp, { force: true });
    throw thrown;
  }
  if (options.sync) syncFolder(files, path.slice(0, path.lastIndexOf('/')));
}

/** write(2) may take less than it is given, e.g. on a disk that is nearly full. */
export function writeWhole(files: Io['files'], fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += files.writeSync(fd, bytes, done, bytes.length - done);
}

/** Makes the names in a folder durable. File systems that cannot sync a folder are left alone. */
export function syncFolder(files: Io['files'], folder: string): void {
  const fd = files.openSync(folder, 'r');
  try {
    files.fsyncSync(fd);
  } catch {
    // EINVAL on some file systems: nothing more can be done there.
  } finally {
    files.closeSync(fd);
  }
}

/** Makes the content of a file durable. */
export function syncFile(files: Io['files'], path: string): void {
  const fd = files.openSync(path, 'r');
  try {
    files.fsyncSync(fd);
  } finally {
    files.closeSync(fd);
  }
}

/** Makes a folder and its parents. Bounded: under /proc the recursive form of node never ends. */
export function makeFolder(files: Io['files'], path: string, mode = 0o777): void {
  if (files.existsSync(path)) return;
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (parent !== '' && parent !== path) makeFolder(files, parent, mode);
  try {
    files.mkdirSync(path, mode);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  }
}
