/**
 * The store of this computer: blobs by digest and successes by key. Whatever goes wrong in here is a miss, never a wrong file and never a
 * failed build. Records are written after all that they refer to, and what is read is checked to the last bit. Knows nothing of projects.
 */
import type { Digest } from '../base/digest.ts';
import { makeFolder, replaceFile, writeWhole } from '../io/replace.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Remembered } from '../model/look.ts';
import { type Blob, openBlobs, type StoreEffects } from './store-blobs.ts';
import { blobsOf, parseRecord, recordText, type Success } from './store-record.ts';

/** Says something worth knowing about the store; shown as a warning of the run. */
export type Warn = (text: string, hint?: string) => void;

export interface Store {
  readonly folder: string;
  /** Copies a file in. Undefined if the store cannot take it (said once), or the file cannot be read or changed meanwhile. */
  keepFile(path: string): Blob | undefined;
  /** Undefined if the store cannot take it. */
  keepBytes(bytes: Uint8Array): Digest | undefined;
  has(digest: Digest, size?: number): boolean;
  /** Where a blob lies, to be copied and verified by the caller; undefined if it is not there. */
  pathOf(digest: Digest): string | undefined;
  /** A whole blob, checked; undefined if it is missing or was damaged. For logs and other small things. */
  read(digest: Digest): Uint8Array | undefined;
  /** Copies a blob to a file that does not exist yet. False if it is missing or damaged: then `to` does not exist. Throws what writing `to` threw. */
  copyOut(digest: Digest, to: string, executable: boolean): boolean;
  /** Remembers a success, last of all. False if it was not remembered. */
  remember(success: Success): boolean;
  /** The success of this key, if the record is whole and every blob of it is there. */
  recall(key: Digest): Remembered | undefined;
}

/** `mode` read: nothing is written, not even to move a damaged file away. */
export function openStore(io: StoreEffects, folder: string, warn: Warn, mode: 'read' | 'write' = 'write'): Store {
  const { files } = io;
  const blobs = openBlobs(io, folder);
  let complained = false;

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
    warn(
      `the cache held a damaged ${what}, which is not used: ${path}`,
      'It was moved away and will be made again; `sbx cache verify` checks the rest.',
    );
  };

  const checked = (digest: Digest, sink: (piece: Uint8Array) => void): boolean => {
    const state = blobs.read(digest, sink);
    if (state === 'damaged') damaged(blobs.path(digest), 'file');
    return state === 'right';
  };

  return {
    folder,
    keepFile: (path) => writing(() => blobs.putFile(path)),
    keepBytes: (bytes) => writing(() => blobs.putBytes(bytes).digest),
    has: blobs.has,
    pathOf: (digest) => (blobs.has(digest) ? blobs.path(digest) : undefined),
    read(digest) {
      const pieces: Uint8Array[] = [];
      return checked(digest, (piece) => pieces.push(Uint8Array.from(piece))) ? Buffer.concat(pieces) : undefined;
    },
    copyOut(digest, to, executable) {
      const fd = files.openSync(to, 'wx', executable ? 0o777 : 0o666);
      let isGood = false;
      try {
        isGood = checked(digest, (piece) => writeWhole(files, fd, piece));
      } finally {
        files.closeSync(fd);
        if (!isGood) files.rmSync(to, { force: true });
      }
      return isGood;
    },
    remember(success) {
      const written = writing(() => {
        makeFolder(files, recordFolder(folder), 0o700);
        replaceFile(io, `${recordFolder(folder)}/${success.key}`, recordText(success), { mode: 0o444 });
        return true;
      });
      return written === true;
    },
    recall(key) {
      const path = `${recordFolder(folder)}/${key}`;
      let text: string;
      try {
        text = files.readFileSync(path, 'utf8');
      } catch (thrown) {
        if (errnoOf(thrown) !== 'ENOENT') damaged(path, 'record');
        return undefined;
      }
      const success = parseRecord(text, key);
      if (!success) damaged(path, 'record');
      else if ([...blobsOf(success)].every(([digest, size]) => blobs.has(digest, size))) return success;
      return undefined;
    },
  };
}

export function recordFolder(folder: string): string {
  return `${folder}/ac/v1`;
}
