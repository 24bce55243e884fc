import { join } from 'node:path';
import type { Files } from '../../model/io.ts';

/**
 * Folders that came to be and hold no file yet, with all below them. git does not know such folders, so whoever asks it does not look into them; as soon as
 * there is a file it says whether the folder counts. Those that are gone or hold files are taken out of `born`.
 */
export function nurseries(files: Pick<Files, 'readdirSync'>, born: Set<string>): readonly string[] {
  const all: string[] = [];
  for (const path of born) {
    const empty = emptyFolders(files, path);
    if (empty === undefined) born.delete(path);
    else all.push(...empty);
  }
  return all;
}

/** The folder and those in it; undefined if it is none, or if there is anything else in it. */
function emptyFolders(files: Pick<Files, 'readdirSync'>, folder: string): readonly string[] | undefined {
  const all = [folder];
  try {
    for (const at of all) {
      for (const entry of files.readdirSync(at, { withFileTypes: true })) {
        if (!entry.isDirectory()) return undefined;
        all.push(join(at, entry.name));
      }
    }
  } catch {
    return undefined;
  }
  return all;
}
