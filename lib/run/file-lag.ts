import { errnoOf } from '../io/trouble.ts';
import type { Files } from '../model/io.ts';

/**
 * Milliseconds by which the clock that dates files is behind ours, as on a network file system; 0 if it is not. `at` is what our clock said just before `path`
 * was written. Whoever judges how young a file is by its times must take this off: a file that looks older than it is would be believed too soon.
 */
export function fileLag(files: Files, path: string, at: number): number {
  try {
    return Math.max(0, at - files.lstatSync(path).ctimeMs);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return 0; // taken away meanwhile
  }
}
