import { createHash, hash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { READ_FLAGS, sameFile } from '../io/hash.ts';
import { errnoOf, fileTrouble } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import type { TreeEntry } from '../model/tree.ts';
import { padding, TAR_END, tarHeader } from './tar-header.ts';

// Streams files as a tar archive and says what was really sent. Knows nothing of the far side.

const CHUNK = 256 * 1024;
const TRIES = 5;
/** Files, and bytes in them, that something is written behind. */
const MANY = 1000;
const MUCH = 8 * 2 ** 20;

interface Parcel {
  readonly files: Files;
  /** Folder that the paths are relative to, absolute. */
  readonly root: string;
  readonly entries: readonly TreeEntry[];
  /** Written among the files, now and then, and behind the last of them: of those that were sent since. */
  readonly among: (since: readonly TreeEntry[]) => Written;
  /** Written after the files: computed only then, from what was sent. A member's name and its bytes. */
  readonly afterwards: (sent: Sent) => Iterable<Written>;
}

type Written = readonly [name: string, bytes: Uint8Array];

/** What was read while packing: this, not what was planned, is what arrives. */
export interface Sent {
  readonly entries: Map<string, TreeEntry>;
  /** Planned, but no longer there. */
  readonly gone: string[];
  bytes: number;
  /** Bytes and files that were read so far, for those who watch. */
  moved: number;
  files: number;
  /** Why the parcel is not to be used: a file that cannot be read, or changed again and again. */
  trouble?: Failure;
}

export function emptySent(): Sent {
  return { entries: new Map(), gone: [], bytes: 0, moved: 0, files: 0 };
}

/** The archive in chunks of some 256 KiB, made only as fast as they are taken. Files are members `tree/<path>`; a later member wins. */
export function* pack(parcel: Parcel, sent: Sent): Generator<Uint8Array, void, undefined> {
  let chunk = Buffer.allocUnsafeSlow(CHUNK);
  let used = 0;
  let since: TreeEntry[] = [];
  let before = 0;
  const taken = (): Buffer => {
    const full = chunk.subarray(0, used);
    chunk = Buffer.allocUnsafeSlow(CHUNK);
    used = 0;
    return full;
  };

  function* put(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
    if (used + bytes.length > CHUNK && used > 0) yield taken();
    if (bytes.length > CHUNK) yield bytes;
    else {
      chunk.set(bytes, used);
      used += bytes.length;
    }
  }

  function* small(fd: number, entry: TreeEntry, first: Stats): Generator<Uint8Array, 'sent' | 'changed', undefined> {
    const header = tarHeader({ kind: 'file', name: `tree/${entry.path}`, size: first.size, executable: isExecutable(first) });
    const room = header.length + first.size + padding(first.size);
    if (used + room > CHUNK && used > 0) yield taken();
    const at = used + header.length;
    const end = at + first.size;
    let got = at;
    for (let n = 1; n > 0 && got < end; got += n) n = parcel.files.readSync(fd, chunk, got, end - got, got - at);
    if (got < end || !sameFile(first, parcel.files.fstatSync(fd))) return 'changed';
    chunk.set(header, used);
    chunk.fill(0, end, end + padding(first.size));
    used += room;
    const digest = hash('sha256', chunk.subarray(at, end), 'hex');
    arrived({ kind: 'file', path: entry.path, digest, size: first.size, executable: isExecutable(first) });
    return 'sent';
  }

  function* large(fd: number, entry: TreeEntry, first: Stats): Generator<Uint8Array, 'sent' | 'changed', undefined> {
    yield* put(tarHeader({ kind: 'file', name: `tree/${entry.path}`, size: first.size, executable: isExecutable(first) }));
    const sum = createHash('sha256');
    let left = first.size;
    let whole = true;
    while (left > 0) {
      if (used === CHUNK) yield taken();
      const most = Math.min(left, CHUNK - used);
      const n = whole ? parcel.files.readSync(fd, chunk, used, most, first.size - left) : 0;
      // What was announced must be sent, or the archive is broken: the member is sent again afterwards.
      if (n === 0) {
        whole = false;
        chunk.fill(0, used, used + most);
      }
      const size = n === 0 ? most : n;
      sum.update(chunk.subarray(used, used + size));
      used += size;
      left -= size;
      sent.moved = sent.bytes + first.size - left;
    }
    yield* put(Buffer.alloc(padding(first.size)));
    if (!whole || !sameFile(first, parcel.files.fstatSync(fd))) return 'changed';
    arrived({ kind: 'file', path: entry.path, digest: sum.digest('hex'), size: first.size, executable: isExecutable(first) });
    return 'sent';
  }

  const arrived = (entry: TreeEntry): void => {
    sent.entries.set(entry.path, entry);
    since.push(entry);
    if (entry.kind === 'file') sent.bytes += entry.size;
  };

  function* written([name, bytes]: Written): Generator<Uint8Array, void, undefined> {
    yield* put(tarHeader({ kind: 'file', name, size: bytes.length, executable: false }));
    yield* put(bytes);
    yield* put(Buffer.alloc(padding(bytes.length)));
  }

  function* among(): Generator<Uint8Array, void, undefined> {
    if (since.length > 0) yield* written(parcel.among(since));
    since = [];
    before = sent.bytes;
  }

  function* file(entry: TreeEntry, path: string): Generator<Uint8Array, 'sent' | 'changed' | 'link' | 'other', undefined> {
    const fd = opened(path);
    if (fd === undefined) return 'link';
    try {
      const first = parcel.files.fstatSync(fd);
      if (!first.isFile()) return 'other';
      // The largest header is two blocks for a long name and the name itself, far below half a chunk.
      return yield* first.size <= CHUNK / 2 ? small(fd, entry, first) : large(fd, entry, first);
    } finally {
      parcel.files.closeSync(fd);
    }
  }

  /** Undefined if it is a link. */
  const opened = (path: string): number | undefined => {
    try {
      return parcel.files.openSync(path, READ_FLAGS);
    } catch (thrown) {
      if (errnoOf(thrown) === 'ELOOP') return undefined;
      throw thrown;
    }
  };

  function* member(entry: TreeEntry, path: string): Generator<Uint8Array, void, undefined> {
    let mayBeLink = entry.kind === 'link'; // not looked at otherwise: of a small file a look would be a sixth
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (mayBeLink && parcel.files.lstatSync(path).isSymbolicLink()) {
        const target = parcel.files.readlinkSync(path);
        yield* put(tarHeader({ kind: 'link', name: `tree/${entry.path}`, target }));
        return arrived({ kind: 'link', path: entry.path, target });
      }
      const end = yield* file(entry, path);
      if (end === 'sent') return;
      if (end === 'other') {
        sent.trouble = { code: 'sync-changed', message: `${entry.path} became something else while it was sent`, hint: 'run again' };
        return;
      }
      mayBeLink ||= end === 'link';
    }
    sent.trouble = { code: 'sync-changed', message: `${entry.path} keeps changing while it is sent`, hint: 'run again when it is settled' };
  }

  for (const entry of parcel.entries) {
    try {
      yield* member(entry, `${parcel.root}/${entry.path}`);
    } catch (thrown) {
      const code = errnoOf(thrown);
      if (code === 'ENOENT' || code === 'ENOTDIR') sent.gone.push(entry.path);
      else sent.trouble = fileTrouble(thrown, 'read', entry.path);
    }
    if (sent.trouble) return;
    sent.files += 1;
    sent.moved = sent.bytes;
    if (since.length >= MANY || sent.bytes - before >= MUCH) yield* among();
  }
  yield* among();
  for (const one of parcel.afterwards(sent)) yield* written(one);
  yield* put(TAR_END);
  if (used > 0) yield taken();
}

function isExecutable(seen: Stats): boolean {
  return (seen.mode & 0o100) !== 0;
}
