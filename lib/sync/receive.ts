import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { quoted } from './manifest.ts';

// Cuts one stream of bytes into files of announced sizes and digests. Knows nothing of where the bytes come from, and does not trust them.

interface Announced {
  /** Where to write it: absolute; must not exist. */
  readonly file: string;
  /** For messages. */
  readonly path: string;
  readonly size: number;
  readonly digest: string;
  readonly executable: boolean;
}

export interface Receiver {
  /** Takes the next bytes. After trouble everything is ignored. */
  take(chunk: Uint8Array): void;
  /** To be called at the end of the stream: undefined if every file is whole. */
  finish(): Failure | undefined;
  readonly trouble: () => Failure | undefined;
  /** What comes is known to be wrong by another sign. */
  readonly refuse: (why: string) => void;
  /** Files that are whole. */
  readonly files: () => number;
}

const FRESH = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export function makeReceiver(files: Files, announced: readonly Announced[], progress: (bytes: number) => void): Receiver {
  let next = 0;
  let open: { readonly fd: number; readonly sum: Hash; readonly entry: Announced; left: number } | undefined;
  let trouble: Failure | undefined;
  let done = 0;

  const fail = (why: string): void => {
    trouble ??= { code: 'fetch-refused', message: `nothing was taken from the far side: ${why}` };
    if (open) files.closeSync(open.fd);
    open = undefined;
  };

  /** Opens the next file, and closes it again at once if it is empty. */
  const advance = (): boolean => {
    while (!open && !trouble) {
      const entry = announced[next];
      if (!entry) return false;
      next += 1;
      const fd = files.openSync(entry.file, FRESH, entry.executable ? 0o755 : 0o644);
      open = { fd, sum: createHash('sha256'), entry, left: entry.size };
      if (entry.size === 0) close();
    }
    return open !== undefined;
  };

  const close = (): void => {
    if (!open) return;
    const { fd, sum, entry } = open;
    if (sum.digest('hex') === entry.digest) {
      files.closeSync(fd);
      open = undefined;
    } else fail(`${quoted(entry.path)} is not what was announced; it may have changed meanwhile`);
  };

  return {
    trouble: () => trouble,
    refuse: fail,
    files: () => next - (open ? 1 : 0),
    take(chunk) {
      let at = 0;
      while (at < chunk.length && !trouble) {
        if (!advance()) return trouble ? undefined : fail('more came than was announced');
        if (!open) return;
        const part = chunk.subarray(at, at + Math.min(open.left, chunk.length - at));
        for (let written = 0; written < part.length; ) written += files.writeSync(open.fd, part, written, part.length - written);
        open.sum.update(part);
        open.left -= part.length;
        at += part.length;
        done += part.length;
        if (open.left === 0) close();
      }
      progress(done);
    },
    finish() {
      if (!trouble && !open) advance();
      if (!trouble && open) fail(`it ended within ${quoted(open.entry.path)}`);
      return trouble;
    },
  };
}
