/**
 * The memo on disk: columns, so that 50,000 entries are read in a few milliseconds. Numbers in the byte order of this computer.
 *
 *   0  8 bytes   magic and version
 *   8  u32       entries
 *  12  u32       bytes of the names
 *  16  u32       crc32 of the whole file with this field 0
 *  20  u32       crc32 of the boot in which it was written
 *  24  u32       when, in seconds since 1970
 *  28  4 bytes   0
 *  32  f64[n]    size, then mtime, ctime (milliseconds), inode, mode
 *      32 x n    digests
 *      u8[n]     1: settled
 *      names     separated by NUL, in code-unit order
 */
import { crc32 } from 'node:zlib';
import type { Digest } from '../base/digest.ts';
import { WRITTEN_OUT } from './boot.ts';
import type { FileState } from './hash.ts';

const MAGIC = 'sbxmemo3';
const HEADER = 32;
/** Columns of numbers, and the bytes of a row: these, its digest and its flag. */
const NUMBERS = 5;
const ROW = NUMBERS * 8 + 33;

export interface MemoEntry {
  readonly size: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly ino: number;
  readonly mode: number;
  readonly digest: Digest;
  readonly settled: boolean;
}

export interface MemoTable {
  readonly count: number;
  readonly names: readonly string[];
  isSettled(at: number): boolean;
  isSame(at: number, seen: FileState): boolean;
  /** As it was looked at last. */
  seen(at: number): FileState;
  digest(at: number): Digest;
  entry(at: number): MemoEntry;
}

/**
 * The table in `bytes`; undefined if they are not exactly what encodeMemo wrote. `boot`: the present one. If it is another, or unknown, no entry is settled whose file
 * changed shortly before the table was written: its bytes may have been lost.
 */
export function decodeMemo(bytes: Uint8Array, boot: string): MemoTable | undefined {
  if (bytes.length < HEADER || text(bytes, 0, 8) !== MAGIC) return undefined;
  const copy = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
  const header = new Uint32Array(copy.buffer, copy.byteOffset, HEADER / 4);
  const count = header[2] as number;
  const nameBytes = header[3] as number;
  const digestsAt = HEADER + count * NUMBERS * 8;
  const flagsAt = digestsAt + count * 32;
  const namesAt = flagsAt + count;
  if (copy.length !== namesAt + nameBytes || header[4] !== checksum(copy)) return undefined;
  const names = count === 0 ? [] : text(copy, namesAt, copy.length).split('\0');
  if (names.length !== count) return undefined;
  const columns = new Float64Array(copy.buffer, copy.byteOffset + HEADER, count * NUMBERS);
  const digests = Buffer.from(copy.buffer, copy.byteOffset + digestsAt, count * 32).toString('hex');
  const at = (column: number, row: number): number => columns[column * count + row] as number;
  const digest = (row: number): Digest => digests.slice(row * 64, row * 64 + 64);
  const until = boot !== '' && header[5] === crc32(boot) ? Number.POSITIVE_INFINITY : (header[6] as number) * 1000 - WRITTEN_OUT;
  const isSettled = (row: number): boolean => copy[flagsAt + row] === 1 && at(2, row) < until;
  return {
    count,
    names,
    isSettled,
    isSame: (row, seen) =>
      at(0, row) === seen.size && at(1, row) === seen.mtimeMs && at(2, row) === seen.ctimeMs && at(3, row) === seen.ino,
    seen: (row) => ({ size: at(0, row), mtimeMs: at(1, row), ctimeMs: at(2, row), ino: at(3, row), mode: at(4, row) }),
    digest,
    entry: (row) => ({
      size: at(0, row),
      mtime: at(1, row),
      ctime: at(2, row),
      ino: at(3, row),
      mode: at(4, row),
      digest: digest(row),
      settled: isSettled(row),
    }),
  };
}

/** `table` with the entries of `learnt` in place of those of the same name. */
export function encodeMemo(
  table: MemoTable,
  learnt: ReadonlyMap<string, MemoEntry>,
  { boot, now }: { readonly boot: string; readonly now: number },
): Uint8Array {
  const rows = new Map<string, MemoEntry>();
  table.names.forEach((name, i) => {
    if (!learnt.has(name)) rows.set(name, table.entry(i));
  });
  for (const [name, entry] of learnt) rows.set(name, entry);
  const names = [...rows.keys()].sort();
  const count = names.length;
  const nameText = Buffer.from(names.join('\0'));
  const bytes = Buffer.alloc(HEADER + count * ROW + nameText.length);
  bytes.write(MAGIC, 'latin1');
  const columns = new Float64Array(count * NUMBERS);
  const digestsAt = HEADER + count * NUMBERS * 8;
  const flagsAt = digestsAt + count * 32;
  names.forEach((name, i) => {
    const entry = rows.get(name) as MemoEntry;
    columns[i] = entry.size;
    columns[count + i] = entry.mtime;
    columns[2 * count + i] = entry.ctime;
    columns[3 * count + i] = entry.ino;
    columns[4 * count + i] = entry.mode;
    bytes.write(entry.digest, digestsAt + i * 32, 'hex');
    bytes[flagsAt + i] = entry.settled ? 1 : 0;
  });
  bytes.set(new Uint8Array(columns.buffer), HEADER);
  bytes.set(nameText, flagsAt + count);
  const header = new Uint32Array(7);
  header[2] = count;
  header[3] = nameText.length;
  header[5] = crc32(boot);
  header[6] = Math.floor(now / 1000);
  bytes.set(new Uint8Array(header.buffer, 8, 20), 8);
  header[4] = checksum(bytes);
  bytes.set(new Uint8Array(header.buffer, 16, 4), 16);
  return bytes;
}

function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(20), crc32(new Uint8Array(4), crc32(bytes.subarray(0, 16))));
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8', start, end);
}

export const EMPTY_MEMO: MemoTable = {
  count: 0,
  names: [],
  isSettled: () => false,
  isSame: () => false,
  seen: () => ({ size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0, mode: 0 }),
  digest: () => '',
  entry: () => ({ size: 0, mtime: 0, ctime: 0, ino: 0, mode: 0, digest: '', settled: false }),
};
