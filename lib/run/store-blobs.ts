/**
 * The content-addressed half of the store: `cas/sha256/ab/<hex>`, mode 0444. A blob appears by rename, after its digest and length are known;
 * nothing here is made durable, since a lost or damaged blob is found by its digest and is a miss. Knows nothing of steps and records.
 */
import { createHash, hash } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { Digest } from '../base/digest.ts';
import { READ_FLAGS, sameFile } from '../io/hash.ts';
import { makeFolder, writeWhole } from '../io/replace.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Io } from '../model/io.ts';

export type StoreEffects = Pick<Io, 'files' | 'clock' | 'nonce'>;

export interface Blob {
  readonly digest: Digest;
  readonly size: number;
}

export interface Blobs {
  path(digest: Digest): string;
  /** Whether there is a blob of this digest (and size). Does not read it. */
  has(digest: Digest, size?: number): boolean;
  /**
   * Copies a file in, unless it is read in one piece and `takes` it then, which gives its digest if so. Undefined if it cannot be read, or changed
   * meanwhile. Throws what writing threw.
   */
  putFile(path: string, takes?: (bytes: Uint8Array) => Digest | undefined): Blob | undefined;
  /** Throws what writing threw. */
  putBytes(bytes: Uint8Array): Blob;
  /** Hands the content to `sink` in pieces that are valid during the call. Whether all of it was there and right is known only at the end. */
  read(digest: Digest, sink: (piece: Uint8Array) => void): 'right' | 'damaged' | 'missing';
  /** Moves a damaged file of the store out of the way. Never throws. */
  quarantine(path: string): void;
}

const CHUNK = 256 * 1024;
/** A blob that is put again and is older than this is marked as used, so that a collection running now lets it be. */
const TOUCH_AFTER = 10 * 60_000;

export function openBlobs(io: StoreEffects, folder: string): Blobs {
  const { files } = io;
  let buffer: Buffer | undefined;

  const path = (digest: Digest): string => `${folder}/cas/sha256/${digest.slice(0, 2)}/${digest}`;
  /** A store that cannot be looked into has nothing. */
  const seenAt = (digest: Digest): Stats | undefined => {
    try {
      return files.lstatSync(path(digest), { throwIfNoEntry: false });
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown;
      return undefined;
    }
  };

  const isKnown = ({ digest, size }: Blob): boolean => {
    const seen = seenAt(digest);
    if (!seen?.isFile() || seen.size !== size) return false;
    const now = io.clock.now();
    if (now - seen.mtimeMs <= TOUCH_AFTER) return true;
    try {
      files.utimesSync(path(digest), now / 1000, now / 1000);
      return true;
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return false; // collected just now
      throw thrown;
    }
  };

  const inFolder = <T>(needed: string, use: () => T): T => {
    try {
      return use();
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT') throw thrown;
      makeFolder(files, needed, 0o700);
      return use();
    }
  };

  const quarantine = (damaged: string): void => {
    try {
      const to = `${quarantineFolder(folder)}/${damaged.slice(damaged.lastIndexOf('/') + 1)}.${io.nonce().slice(0, 8)}`;
      inFolder(quarantineFolder(folder), () => files.renameSync(damaged, to));
    } catch {
      // Gone already, or the store cannot be written: the digest is checked again at every read.
    }
  };

  /** What was read is judged by its digest: trouble in closing it is none. */
  const closeRead = (fd: number): void => {
    try {
      files.closeSync(fd);
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown;
    }
  };

  /** Fills a temp file; the blob that `fill` returns decides where it goes. */
  const through = (fill: (fd: number) => Blob | undefined): Blob | undefined => {
    const temp = `${folder}/tmp/${io.nonce()}`;
    const fd = inFolder(`${folder}/tmp`, () => files.openSync(temp, 'wx', 0o444));
    try {
      let blob: Blob | undefined;
      try {
        blob = fill(fd);
        if (blob && files.fstatSync(fd).size !== blob.size) throw Object.assign(new Error('the file is too short'), { code: 'EIO' });
      } finally {
        files.closeSync(fd);
      }
      if (blob === undefined || isKnown(blob)) files.unlinkSync(temp);
      else {
        const to = path(blob.digest);
        inFolder(to.slice(0, to.lastIndexOf('/')), () => {
          if (seenAt(blob.digest)?.isDirectory()) quarantine(to); // a rename would fail, for ever
          files.renameSync(temp, to);
        });
      }
      return blob;
    } catch (thrown) {
      files.rmSync(temp, { force: true });
      throw thrown;
    }
  };

  const putBytes = (bytes: Uint8Array): Blob => {
    const blob = { digest: hash('sha256', bytes, 'hex'), size: bytes.length };
    if (isKnown(blob)) return blob;
    return through((fd) => {
      writeWhole(files, fd, bytes);
      return blob;
    }) as Blob;
  };

  const putOpen = (fd: number, takes: ((bytes: Uint8Array) => Digest | undefined) | undefined): Blob | undefined => {
    buffer ??= Buffer.allocUnsafeSlow(CHUNK);
    const piece = buffer;
    const before = files.fstatSync(fd);
    if (!before.isFile()) return undefined;
    const isSteady = (size: number): boolean => size === before.size && sameFile(before, files.fstatSync(fd));
    let got = files.readSync(fd, piece, 0, CHUNK, null);
    if (got === before.size && got < CHUNK) {
      if (!isSteady(got)) return undefined;
      const taken = takes?.(piece.subarray(0, got));
      return taken === undefined ? putBytes(piece.subarray(0, got)) : { digest: taken, size: got };
    }
    return through((into) => {
      const sum = createHash('sha256');
      let size = 0;
      while (got > 0) {
        sum.update(piece.subarray(0, got));
        writeWhole(files, into, piece.subarray(0, got));
        size += got;
        got = files.readSync(fd, piece, 0, CHUNK, null);
      }
      return isSteady(size) ? { digest: sum.digest('hex'), size } : undefined;
    });
  };

  return {
    path,
    has(digest, size) {
      const seen = seenAt(digest);
      return seen?.isFile() === true && (size === undefined || seen.size === size);
    },
    putBytes,
    putFile(from, takes) {
      let fd: number;
      try {
        fd = files.openSync(from, READ_FLAGS);
      } catch (thrown) {
        if (errnoOf(thrown) === undefined) throw thrown;
        return undefined;
      }
      try {
        return putOpen(fd, takes);
      } finally {
        files.closeSync(fd);
      }
    },
    read(digest, sink) {
      let fd: number;
      try {
        fd = files.openSync(path(digest), READ_FLAGS);
      } catch (thrown) {
        return ['ENOENT', 'ENOTDIR'].includes(errnoOf(thrown) ?? '') ? 'missing' : 'damaged';
      }
      buffer ??= Buffer.allocUnsafeSlow(CHUNK);
      const sum = createHash('sha256');
      const next = (piece: Buffer): number => {
        try {
          return files.readSync(fd, piece, 0, CHUNK, null);
        } catch {
          return -1; // EIO, EISDIR
        }
      };
      try {
        let got = next(buffer);
        for (; got > 0; got = next(buffer)) {
          sum.update(buffer.subarray(0, got));
          sink(buffer.subarray(0, got));
        }
        return got === 0 && sum.digest('hex') === digest ? 'right' : 'damaged';
      } finally {
        closeRead(fd);
      }
    },
    quarantine,
  };
}

/** Where damaged files of the store are put. */
export function quarantineFolder(folder: string): string {
  return `${folder}/quarantine`;
}
