/** What lies in a folder that only sbx fills, and its removal. One entry that a disk or somebody spoiled never holds up the others. Knows no reasons. */
import { errnoOf } from '../io/trouble.ts';
import type { Files } from '../model/io.ts';

export interface Entry {
  readonly name: string;
  readonly path: string;
  /** When it was last written: milliseconds since 1970. */
  readonly at: number;
  /** In bytes; of a folder its own only. */
  readonly size: number;
}

/** Newest first; none if there is no such folder. Links are not followed, one in place of the folder neither, and what cannot be looked at is passed over. */
export function entriesIn(files: Files, folder: string): readonly Entry[] {
  if (!look(files, folder)?.isDirectory()) return [];
  const entries: Entry[] = [];
  for (const name of attempt(() => files.readdirSync(folder)) ?? []) {
    const path = `${folder}/${name}`;
    const seen = look(files, path);
    if (seen) entries.push({ name, path, at: seen.mtimeMs, size: seen.size });
  }
  return entries.sort((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1));
}

/** When what stands there was last written; undefined where nothing does, or nobody may look. */
export function writtenAt(files: Files, path: string): number | undefined {
  return look(files, path)?.mtimeMs;
}

/** Never throws for what a disk does: what is left is tried again by whoever sweeps next. */
export function removeEntries(files: Files, entries: Iterable<Pick<Entry, 'path'>>): void {
  for (const { path } of entries) attempt(() => files.rmSync(path, { recursive: true, force: true }));
}

function look(files: Files, path: string) {
  return attempt(() => files.lstatSync(path, { throwIfNoEntry: false }));
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return undefined;
  }
}
