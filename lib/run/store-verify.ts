/** Checks a whole store, bit by bit, and says what is in it. */
import { type Digest, digestOf } from '../base/digest.ts';
import { makeHasher } from '../io/hash.ts';
import { readRegular } from '../io/read-regular.ts';
import type { Files } from '../model/io.ts';
import { type Blobs, openBlobs, quarantineFolder, type StoreEffects } from './store-blobs.ts';
import { listBlobs, listRecords, namesIn, type Stored } from './store-listing.ts';
import { blobsOf, parseRecord } from './store-record.ts';

export interface StoreStats {
  readonly folder: string;
  readonly records: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Files that were damaged and moved away. */
  readonly quarantined: number;
  /** Last use of the least recently used record; absent if there is none. Milliseconds since 1970. */
  readonly oldest?: number;
}

export function storeStats(files: Files, folder: string): StoreStats {
  const records = listRecords(files, folder);
  const blobs = listBlobs(files, folder);
  const oldest = records.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
  return {
    folder,
    records: records.length,
    blobs: blobs.length,
    bytes: [...records, ...blobs].reduce((sum, { size }) => sum + size, 0),
    quarantined: namesIn(files, quarantineFolder(folder)).length,
    ...(records.length === 0 ? {} : { oldest }),
  };
}

interface Verified {
  readonly records: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Files that were not what their name says; they are in quarantine now. */
  readonly damaged: readonly string[];
  /** Records that referred to a blob that is gone or damaged; they are in quarantine too. */
  readonly incomplete: readonly string[];
}

/** Reads everything. A file that a collection removes meanwhile is passed over. Throws what listing threw. */
export function verifyStore(io: StoreEffects, folder: string): Verified {
  const { files } = io;
  const blobs = openBlobs(io, folder);
  const hasher = makeHasher(files);
  const good = new Set<Digest>();
  const damaged: string[] = [];
  const incomplete: string[] = [];
  let records = 0;
  let bytes = 0;
  for (const { digest, path, size } of listBlobs(files, folder)) {
    const hashed = hasher.file(path);
    if (hashed.ok && hashed.value.digest === digest) {
      good.add(digest);
      bytes += size;
    } else if (files.existsSync(path)) {
      damaged.push(path);
      blobs.quarantine(path);
    }
  }
  for (const record of listRecords(files, folder)) {
    const state = stateOf(files, record, good, blobs);
    if (state === 'good') {
      records += 1;
      bytes += record.size;
    } else if (state !== 'gone') {
      (state === 'damaged' ? damaged : incomplete).push(record.path);
      blobs.quarantine(record.path);
    }
  }
  return { records, blobs: good.size, bytes, damaged, incomplete };
}

function stateOf(files: Files, record: Stored, good: ReadonlySet<Digest>, blobs: Blobs): 'good' | 'damaged' | 'incomplete' | 'gone' {
  let bytes: Uint8Array;
  try {
    bytes = readRegular(files, record.path);
  } catch {
    return files.existsSync(record.path) ? 'damaged' : 'gone';
  }
  const parsed = parseRecord(bytes, record.digest);
  if (!parsed) return 'damaged';
  for (const [digest, small] of parsed.smalls) if (digestOf(small) !== digest) return 'damaged';
  // A blob that was put after the list was made is no reason to doubt a record: it is checked when it is read.
  const needs = [...blobsOf(parsed.success).keys()].filter((digest) => !parsed.smalls.has(digest));
  if (needs.every((digest) => good.has(digest) || blobs.has(digest))) return 'good';
  // A collection removes records before blobs: if this one is gone by now, nothing was ever wrong with it.
  return files.existsSync(record.path) ? 'incomplete' : 'gone';
}
