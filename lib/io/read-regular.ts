import { constants } from 'node:fs';
import type { Files } from '../model/io.ts';

type FilesToRead = Pick<Files, 'openSync' | 'fstatSync' | 'readFileSync' | 'closeSync'>;
type FilesToAppend = Pick<Files, 'openSync' | 'fstatSync' | 'closeSync'>;

/** The bytes of a file that sbx keeps for itself. What stands in its place and is no file is an error: a pipe is not waited for, a device not read. */
export function readRegular(files: FilesToRead, path: string): Buffer {
  const fd = files.openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let code: string;
  try {
    const stat = files.fstatSync(fd);
    if (stat.isFile()) return files.readFileSync(fd);
    code = stat.isDirectory() ? 'EISDIR' : 'ENXIO';
  } finally {
    files.closeSync(fd);
  }
  throw Object.assign(new Error(`${code}: not a regular file, open '${path}'`), { code, syscall: 'open', path });
}

/** A descriptor to write at the end of a file that sbx keeps; the file is made if it is missing. */
export function appendRegular(files: FilesToAppend, path: string, mode: number): number {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  const fd = files.openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, mode); // a pipe that nobody reads: ENXIO
  if (files.fstatSync(fd).isFile()) return fd;
  files.closeSync(fd);
  throw Object.assign(new Error(`ENXIO: not a regular file, open '${path}'`), { code: 'ENXIO', syscall: 'open', path });
}
