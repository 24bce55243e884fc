import { dirname, join } from 'node:path';
import type { Files } from '../model/io.ts';

/** The file of this name in the folder, or in the nearest one above that has one. */
export function nearestFile(files: Pick<Files, 'statSync'>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, name);
    if (files.statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
    if (folder === dirname(folder)) return undefined;
  }
}
