import { constants } from 'node:fs';
import { MAX_BYTES } from '../config/text.ts';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import type { Files } from '../model/io.ts';

type Reading = Pick<Files, 'openSync' | 'fstatSync' | 'readFileSync' | 'closeSync'>;

/** The bytes of a Sandboxfile or of a file that it names, or why there are none. A FIFO or a device is never read; of a huge file one byte more than is allowed. */
export function readSandboxfile(file: string, shown: string, files: Reading): Uint8Array | Diagnostic {
  const wrong = (code: DiagnosticCode, message: string, hint?: string): Diagnostic => ({
    severity: 'error',
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  let fd: number;
  try {
    fd = files.openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return wrong('file-missing', `${shown} does not exist`);
    return wrong(
      'file-unreadable',
      `${shown} cannot be read: ${code}`,
      code === 'EACCES' ? `see who may read it: ls -l ${shown}` : undefined,
    );
  }
  try {
    const stats = files.fstatSync(fd);
    if (!stats.isFile()) return wrong('file-not-regular', `${shown} is not a regular file`);
    if (stats.size > MAX_BYTES) return wrong('file-too-large', `${shown} is larger than 1 MiB`, 'Generated steps belong in a recipe.');
    return files.readFileSync(fd);
  } finally {
    files.closeSync(fd);
  }
}
