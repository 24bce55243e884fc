import { constants } from 'node:fs';
import { MAX_BYTES } from '../config/text.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.ts';
import type { Files } from '../model/io.ts';

/** The bytes of a file, absolute, or why there are none; `shown`: as the user sees it. */
export type ReadSource = (file: string, shown: string) => Uint8Array | Diagnostic;

type FilesToRead = Pick<Files, 'openSync' | 'fstatSync' | 'readSync' | 'closeSync'>;

/** The bytes of a Sandboxfile or of a file that it names, or why there are none. A FIFO or a device is never read; of a huge file one byte more than is allowed. */
export function readSandboxfile(file: string, shown: string, files: FilesToRead): Uint8Array | Diagnostic {
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
    const code = errnoOf(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return wrong('file-missing', `${shown} does not exist`);
    return wrong(
      'file-unreadable',
      `${shown} cannot be read: ${code}`,
      code === 'EACCES' ? `see who may read it: ls -l ${shown}` : undefined,
    );
  }
  try {
    const stats = files.fstatSync(fd);
    if (!stats.isFile())
      return wrong('file-not-regular', `${shown} is not a regular file`, 'Put the text into a file: each command reads it anew.');
    const bytes = stats.size > MAX_BYTES ? undefined : readBounded(fd, stats.size, files);
    return bytes ?? wrong('file-too-large', `${shown} is larger than 1 MiB`, 'Generated steps belong in a recipe.');
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return wrong('file-unreadable', `${shown} cannot be read: ${code}`);
  } finally {
    files.closeSync(fd);
  }
}

/** What the kernel makes up (/proc) has no size, and a file may grow while it is read: undefined if there is more than is allowed. */
function readBounded(fd: number, size: number, files: FilesToRead): Uint8Array | undefined {
  let bytes = Buffer.alloc(size + 1);
  for (let got = 0; ; ) {
    const more = files.readSync(fd, bytes, got, bytes.length - got, null);
    if (more === 0) return bytes.subarray(0, got);
    got += more;
    if (got > MAX_BYTES) return undefined;
    if (got === bytes.length) bytes = Buffer.concat([bytes], Math.min(MAX_BYTES + 1, 2 * got + 4096));
  }
}
