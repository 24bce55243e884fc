/** What lies in a store, by name and size. Names that are none of the store's are passed over. */
import { type Digest, isDigest } from '../base/digest.ts';
import { readRegular } from '../io/read-regular.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Files } from '../model/io.ts';
import { recordFolder, recordPath } from './store.ts';
import { type ParsedRecord, parseRecord } from './store-record.ts';

export interface Stored {
  readonly digest: Digest;
  readonly path: string;
  readonly size: number;
  /** When it was last used, as far as is known: milliseconds since 1970. */
  readonly at: number;
}

export function listBlobs(files: Files, folder: string): readonly Stored[] {
  const cas = `${folder}/cas/sha256`;
  return namesIn(files, cas).flatMap((shard) => listDigests(files, `${cas}/${shard}`).filter(({ digest }) => digest.startsWith(shard)));
}

export function listRecords(files: Files, folder: string): readonly Stored[] {
  return listDigests(files, recordFolder(folder));
}

/** The record under this key; undefined if there is none, or it is damaged: then it is left where it is. Its blobs are not looked at. */
export function readSuccess(files: Files, folder: string, key: Digest): ParsedRecord | undefined {
  try {
    return parseRecord(readRegular(files, recordPath(folder, key)), key);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return undefined;
  }
}

/** The names in a folder; none if there is no such folder. */
export function namesIn(files: Files, folder: string): readonly string[] {
  try {
    return files.readdirSync(folder).sort();
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ENOTDIR') return [];
    throw thrown;
  }
}

function listDigests(files: Files, folder: string): readonly Stored[] {
  return listFiles(files, folder, isDigest).map((one) => ({ ...one, digest: one.path.slice(folder.length + 1) }));
}

function listFiles(files: Files, folder: string, wanted: (name: string) => boolean): readonly Omit<Stored, 'digest'>[] {
  return namesIn(files, folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    const seen = wanted(name) ? files.lstatSync(path, { throwIfNoEntry: false }) : undefined;
    return seen?.isFile() ? [{ path, size: seen.size, at: seen.mtimeMs }] : [];
  });
}
