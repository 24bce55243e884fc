import { constants } from 'node:fs';
import type { Files } from '../model/io.ts';

type Reading = Pick<Files, 'openSync' | 'fstatSync' | 'readFileSync' | 'closeSync'>;

/** The bytes of a file that sbx keeps for itself. What stands in its place and is no file is an error: a pipe is not waited for, a device not read. */
export function readRegular(files: Reading, path: string): Buffer {
  const fd = files.openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (files.fstatSync(fd).isFile()) return files.readFileSync(fd);
  } finally {
    files.closeSync(fd);
  }
  throw Object.assign(new Error(`EINVAL: not a regular file, open '${path}'`), { code: 'EINVAL', syscall: 'open', path });
}
