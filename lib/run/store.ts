/**
 * The store of this computer: blobs by digest and successes by key. Whatever goes wrong in here is a miss, never a wrong file and never a
 * failed build. Records are written after all that they refer to, and what is read is checked to the last bit. Knows nothing of projects.
 */
import { type Digest, digestOf } from '../base/digest.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder, replaceFile, writeWhole } from '../io/replace.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Remembered } from '../model/look.ts';
import { makePending } from './pending.ts';
import { type Blob, openBlobs, type StoreEffects } from './store-blobs.ts';
import { blobsOf, type ParsedRecord, parseRecord, recordBytes, type Success } from './store-record.ts';

/** Says something worth knowing about the store; shown as a warning of the run. */
export type Warn = (text: string, hint?: string) => void;

/** `of`, in all questions about a blob, is the key of the success that refers to it: small blobs lie in the record. */
export interface Store {
  readonly folder: string;
  /**
   * Copies a file in. Small ones wait in memory for the success that refers to them, unless `alone`: then each is a file that pathOf finds. Undefined if
   * the store cannot take it (said once), or the file cannot be read or changed meanwhile.
   */
  keepFile(path: string, alone?: 'alone'): Blob | undefined;
  /** As keepFile. */
  keepBytes(bytes: Uint8Array): Digest | undefined;
  has(digest: Digest, size?: number, of?: Digest): boolean;
  /** Where a blob lies that is a file of its own, to be copied and verified by the caller; undefined if there is none. */
  pathOf(digest: Digest): string | undefined;
  /** A whole blob, checked; undefined if it is missing or was damaged. For logs and other small things. */
  read(digest: Digest, of?: Digest): Uint8Array | undefined;
  /** Copies a blob to a file that does not exist yet. False if it is missing or damaged: then `to` does not exist. Throws what writing `to` threw. */
  copyOut(digest: Digest, to: string, executable: boolean, of?: Digest): boolean;
  /** Remembers a success whose blobs were kept, last of all. False if it was not remembered. */
  remember(success: Success): boolean;
  /** The success of this key, if the record is whole and every blob of it is there. */
  recall(key: Digest): Remembered | undefined;
}

/** `mode` read: nothing is written, not even to move a damaged file away. */
export function openStore(io: StoreEffects, folder: string, warn: Warn, mode: 'read' | 'write' = 'write'): Store {
  const { files } = io;
  const blobs = openBlobs(io, folder);
  const pending = makePending();
  let complained = false;
  let opened: { readonly key: Digest; readonly parsed: ParsedRecord | undefined } | undefined;

  const writing = <T>(write: () => T): T | undefined => {
    if (mode === 'read') return undefined;
    try {
      return write();
    } catch (thrown) {
      const trouble = fileTrouble(thrown, 'write to', folder);
      if (!complained) warn(`the cache is not used: ${trouble.message}`, 'What is built now is not remembered; nothing else is lost.');
      complained = true;
      return undefined;
    }
  };

  const damaged = (path: string, what: string): void => {
    if (mode === 'write') blobs.quarantine(path);
    const moved =
      mode === 'write' ? 'It was moved away and will be made again' : 'It is left where it is; a run moves it away and makes it again';
    const hint = `${moved}; \`sbx cache verify\` checks the rest.`;
    warn(`the cache held a damaged ${what}, which is not used: ${path}`, hint);
  };

  const recordOf = (key: Digest): ParsedRecord | undefined => {
    if (opened?.key === key) return opened.parsed;
    opened = { key, parsed: undefined };
    const path = recordPath(folder, key);
    let bytes: Uint8Array;
    try {
      bytes = readRegular(files, path);
    } catch (thrown) {
      if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(thrown) ?? '')) damaged(path, 'record');
      return undefined;
    }
    const parsed = parseRecord(bytes, key);
    if (!parsed) damaged(path, 'record');
    opened = { key, parsed };
    return parsed;
  };

  const smallOf = (digest: Digest, of: Digest | undefined): Uint8Array | undefined =>
    of === undefined ? undefined : recordOf(of)?.smalls.get(digest);

  const has = (digest: Digest, size?: number, of?: Digest): boolean => {
    if (blobs.has(digest, size)) return true;
    const small = smallOf(digest, of);
    return small !== undefined && (size === undefined || small.length === size);
  };

  const checked = (digest: Digest, of: Digest | undefined, sink: (piece: Uint8Array) => void): boolean => {
    const small = smallOf(digest, of);
    if (small && of !== undefined) {
      if (digestOf(small) === digest) {
        sink(small);
        return true;
      }
      opened = undefined;
      damaged(recordPath(folder, of), 'record');
      return false;
    }
    const state = blobs.read(digest, sink);
    if (state === 'damaged') damaged(blobs.path(digest), 'file');
    return state === 'right';
  };

  /** The small blobs that go into the record. Undefined if something that it refers to is nowhere. */
  const smallsFor = (success: Success): ReadonlyMap<Digest, Uint8Array> | undefined => {
    const smalls = new Map<Digest, Uint8Array>();
    // Each file was kept once, those of one content too, and gives back what it was counted for.
    const files = success.outputs?.entries.flatMap((entry) => (entry.kind === 'file' ? [entry.digest] : [])) ?? [];
    for (const digest of success.log === undefined ? files : [...files, success.log]) {
      const small = pending.take(digest);
      if (small) smalls.set(digest, small);
    }
    const isWhole = [...blobsOf(success)].every(([digest, size]) => smalls.has(digest) || blobs.has(digest, size));
    return isWhole ? smalls : undefined;
  };

  return {
    folder,
    keepFile: (path, alone) => writing(() => blobs.putFile(path, alone ? undefined : pending.add)),
    keepBytes: (bytes) => writing(() => pending.add(bytes) ?? blobs.putBytes(bytes).digest),
    has,
    pathOf: (digest) => (blobs.has(digest) ? blobs.path(digest) : undefined),
    read(digest, of) {
      const pieces: Uint8Array[] = [];
      return checked(digest, of, (piece) => pieces.push(Uint8Array.from(piece))) ? Buffer.concat(pieces) : undefined;
    },
    copyOut(digest, to, executable, of) {
      const fd = files.openSync(to, 'wx', executable ? 0o777 : 0o666);
      let isGood = false;
      try {
        isGood = checked(digest, of, (piece) => writeWhole(files, fd, piece));
      } finally {
        files.closeSync(fd);
        if (!isGood) files.rmSync(to, { force: true });
      }
      return isGood;
    },
    remember(success) {
      const smalls = smallsFor(success);
      if (!smalls) return false;
      opened = undefined;
      const written = writing(() => {
        makeFolder(files, recordFolder(folder), 0o700);
        // ext4 writes a file out at once when it replaces another by rename (5 ms); a record that is gone for a moment is only a miss.
        const path = recordPath(folder, success.key);
        if (files.existsSync(path)) files.rmSync(path, { force: true });
        replaceFile(io, path, recordBytes(success, smalls), { mode: 0o444 });
        return true;
      });
      return written === true;
    },
    recall(key) {
      opened = undefined; // another process may have written it since
      const success = recordOf(key)?.success;
      return success && [...blobsOf(success)].every(([digest, size]) => has(digest, size, key)) ? success : undefined;
    },
  };
}

export function recordFolder(folder: string): string {
  return `${folder}/ac/v1`;
}

export function recordPath(folder: string, key: Digest): string {
  return `${recordFolder(folder)}/${key}`;
}
