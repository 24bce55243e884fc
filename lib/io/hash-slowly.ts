import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { type Hashed, READ_FLAGS, sameFile } from './hash.ts';
import { fileTrouble } from './trouble.ts';

/** Bytes between two turns of everything else: some 20 ms. */
const SLICE = 8 * 1024 * 1024;

/** The sha256 of a regular file of gigabytes, which nobody writes to: meanwhile sbx hears signals and shows what goes on. Rejects when aborted. */
export async function hashSlowly(files: Files, path: string, signal: AbortSignal): Promise<Result<Hashed, Failure>> {
  try {
    const fd = files.openSync(path, READ_FLAGS);
    try {
      const before = files.fstatSync(fd);
      if (!before.isFile()) return err({ code: 'local-io', message: `cannot read ${path}: it is not a regular file` });
      const sum = createHash('sha256');
      const buffer = Buffer.allocUnsafeSlow(Math.min(SLICE, before.size + 1));
      for (let got = -1; got !== 0; ) {
        signal.throwIfAborted();
        got = files.readSync(fd, buffer, 0, buffer.length, null);
        sum.update(buffer.subarray(0, got));
        await new Promise(setImmediate);
      }
      const seen = files.fstatSync(fd);
      if (sameFile(before, seen)) return ok({ digest: sum.digest('hex'), seen });
      return err({ code: 'local-io', message: `cannot read ${path}: it changes while it is read` });
    } finally {
      files.closeSync(fd);
    }
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return err(fileTrouble(thrown, 'read', path));
  }
}
