/**
 * Keeps the store within its bounds. Records go first, then the blobs that none of the rest refers to and that are older than a grace: a blob that another
 * run has just put, or found there, is younger. A run that loses a race against a collection has a miss, never a wrong file.
 */
import type { Digest } from '../base/digest.ts';
import { ok, type Result } from '../base/result.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder, replaceFile } from '../io/replace.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Entry } from './entries.ts';
import { leftoversOfStore, sweepLeftovers } from './leftovers.ts';
import { recordFolder } from './store.ts';
import { listBlobs, listRecords, type Stored } from './store-listing.ts';
import { alone } from './store-lock.ts';
import { blobsOf, parseRecord } from './store-record.ts';
import { tendedStamp } from './tended.ts';

export interface Bounds {
  /** Bytes of all blobs and records. */
  readonly maxSize: number;
  /** Milliseconds since the last use. */
  readonly maxAge: number;
}

interface Collected {
  readonly records: number;
  readonly blobs: number;
  readonly bytes: number;
  /** What is left. */
  readonly left: { readonly records: number; readonly blobs: number; readonly bytes: number };
}

type Effects = Pick<Io, 'files' | 'clock' | 'nonce'>;

/** Longer than a step's outputs take from the first blob to the record. */
const GRACE = 3_600_000;

/**
 * After a run: marks the records of these keys as used and collects. Undefined if there is nothing to collect, the lock of the store is not
 * to be had, or the store cannot be written. Never throws for what a disk does.
 */
export function tendStore(
  io: Effects,
  store: string,
  projectFolder: string,
  keys: Iterable<Digest>,
  bounds: Bounds,
): Collected | undefined {
  try {
    makeFolder(io.files, projectFolder);
    replaceFile(io, tendedStamp(projectFolder), '');
    const now = io.clock.now();
    for (const key of keys) touch(io, `${recordFolder(store)}/${key}`, now);
    const swept = sweepLeftovers(io, leftoversOfStore(store, bounds.maxAge));
    if (isYoung(io.files, store, bounds, now)) return undefined;
    const collected = collectAlone(io, store, bounds, GRACE, swept);
    return collected.ok ? collected.value : undefined;
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return undefined;
  }
}

/** Small, and all of it made within the grace: nothing would go, and so no record need be read. */
function isYoung(files: Io['files'], store: string, { maxSize, maxAge }: Bounds, now: number): boolean {
  if (!files.existsSync(store)) return true;
  const all = [...listBlobs(files, store), ...listRecords(files, store)];
  const old = now - Math.min(GRACE, maxAge);
  return sizeOf(all) <= maxSize && all.every(({ at }) => at > old);
}

/** A failure if the lock of the store is not to be had. Throws what a file operation threw. */
export function collectStore(io: Effects, store: string, bounds: Bounds, grace = GRACE): Result<Collected, Failure> {
  if (!io.files.existsSync(store)) return ok({ records: 0, blobs: 0, bytes: 0, left: { records: 0, blobs: 0, bytes: 0 } });
  return collectAlone(io, store, bounds, grace, sweepLeftovers(io, leftoversOfStore(store, bounds.maxAge)));
}

function collectAlone(io: Effects, store: string, bounds: Bounds, grace: number, swept: readonly Entry[]): Result<Collected, Failure> {
  return alone(io, store, 'sbx cache gc', () => {
    const collected = collect(io.files, store, bounds, io.clock.now(), grace);
    return { ...collected, bytes: collected.bytes + sizeOf(swept) };
  });
}

function collect(files: Io['files'], store: string, bounds: Bounds, now: number, grace: number): Collected {
  const blobs = new Map(listBlobs(files, store).map((blob) => [blob.digest, fromFuture(files, blob, now)]));
  const records = listRecords(files, store)
    .map((record) => fromFuture(files, record, now))
    .sort((a, b) => b.at - a.at);
  const used = new Set<Digest>();
  const dropped: Omit<Stored, 'digest'>[] = [];
  let bytes = 0;
  let isFull = false;
  for (const record of records) {
    const needs = blobsNeeded(files, record);
    const adds = record.size + [...needs].reduce((sum, digest) => sum + (used.has(digest) ? 0 : (blobs.get(digest)?.size ?? 0)), 0);
    // Least recently used first: once one does not fit, nothing older is kept for being small.
    isFull ||= bytes + adds > bounds.maxSize;
    if (isFull || needs.size === 0 || now - record.at > bounds.maxAge) dropped.push(record);
    else {
      bytes += adds;
      for (const digest of needs) used.add(digest);
    }
  }
  for (const { path } of dropped) files.rmSync(path, { force: true });
  // Reading the records took its time: a blob that somebody found and put to use meanwhile is younger than it was when it was listed.
  const isOld = ({ path, at }: Stored): boolean =>
    now - at > grace && now - (files.lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > grace;
  const unused = [...blobs.values()].filter((blob) => !used.has(blob.digest) && isOld(blob));
  for (const { path } of unused) files.rmSync(path, { force: true });
  const gone = new Set(unused);
  const left = [...blobs.values()].filter((blob) => !gone.has(blob));
  return {
    records: dropped.length,
    blobs: unused.length,
    bytes: sizeOf(dropped) + sizeOf(unused),
    left: { records: records.length - dropped.length, blobs: left.length, bytes: sizeOf(left) + sizeOf(records) - sizeOf(dropped) },
  };
}

/** What a clock dated that ran ahead would pass for the last that was used until that time comes, and everything else would go before it: it is dated now. */
function fromFuture(files: Io['files'], stored: Stored, now: number): Stored {
  if (stored.at <= now + GRACE) return stored;
  try {
    files.utimesSync(stored.path, now / 1000, now / 1000);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
  }
  return { ...stored, at: now };
}

/** Its own key stands for a record without blobs of their own. Empty if the record is damaged, or went away. */
function blobsNeeded(files: Io['files'], record: Stored): ReadonlySet<Digest> {
  try {
    const parsed = parseRecord(readRegular(files, record.path), record.digest);
    if (!parsed) return new Set();
    return new Set([record.digest, ...[...blobsOf(parsed.success).keys()].filter((digest) => !parsed.smalls.has(digest))]);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return new Set();
  }
}

function touch(io: Effects, path: string, now: number): void {
  try {
    io.files.utimesSync(path, now / 1000, now / 1000);
  } catch {
    // Not remembered in the store: nothing to keep.
  }
}

function sizeOf(all: readonly { readonly size: number }[]): number {
  return all.reduce((sum, { size }) => sum + size, 0);
}
