import { err, ok, type Result } from '../../base/result.ts';

export const BLOCK = 512;

/** A member as its header says it: a plain file, since an appliance has nothing else. */
interface TarMember {
  readonly name: string;
  readonly size: number;
}

/** Reads one header; undefined is the end of the archive. Refused: a wrong checksum, folders, links, devices, and long names by way of extra members. */
export function readTarHeader(block: Uint8Array): Result<TarMember | undefined, string> {
  const header = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  if (header.length < BLOCK) return err('it ends in the middle');
  if (header.every((byte) => byte === 0)) return ok(undefined);
  if (header.toString('latin1', 257, 262) !== 'ustar') return err('it is no tar archive');
  const sum = header.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (octal(header.subarray(148, 156)) !== sum) return err('the checksum of a tar header is wrong');
  const name = textOf(header.subarray(0, 100));
  if (name === undefined) return err('a name in it is not UTF-8');
  const type = String.fromCharCode(header[156] ?? 0);
  if (type !== '0' && type !== '\0') return err(`${JSON.stringify(name)} is no plain file (tar type ${JSON.stringify(type)})`);
  if (header[345] !== 0 && header[262] === 0) return err(`${JSON.stringify(name)} lies in a folder`);
  const size = sizeOf(header.subarray(124, 136));
  return size === undefined ? err(`the size of ${JSON.stringify(name)} is no number`) : ok({ name, size });
}

function textOf(field: Buffer): string | undefined {
  const end = field.indexOf(0);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(end < 0 ? field : field.subarray(0, end));
  } catch {
    return undefined;
  }
}

function octal(field: Buffer): number | undefined {
  const text = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Octal, or for 8 GiB and more in binary with the first bit set. */
function sizeOf(field: Buffer): number | undefined {
  if (((field[0] ?? 0) & 0x80) === 0) return octal(field);
  const size = field.readBigUInt64BE(4);
  const isSmall = field[0] === 0x80 && field.subarray(1, 4).every((byte) => byte === 0);
  return isSmall && size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : undefined;
}
