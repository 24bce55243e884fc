import { err, ok, type Result } from '../../base/result.ts';

/** What is read of a disk before its header says where its description lies. */
export const VMDK_HEADER = 512;
const SECTOR = 512;
const MAGIC = 'KDMV';
const DESCRIPTION = 64 * 1024;

/** Where in the disk its description lies, bytes; its size for the guest. */
interface VmdkHeader {
  readonly capacity: number;
  readonly offset: number;
  readonly size: number;
}

/** Reads the header of a sparse VMDK that holds all it needs. The other sorts name further files, which an appliance must not. */
export function readVmdkHeader(bytes: Uint8Array): Result<VmdkHeader, string> {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header.length < VMDK_HEADER || header.toString('latin1', 0, 4) !== MAGIC) return err('is no VMDK that holds its own content');
  const [capacity, offset, size] = [12, 28, 36].map((at) => Number(header.readBigUInt64LE(at)) * SECTOR) as [number, number, number];
  if (capacity === 0) return err('says that its content is elsewhere');
  if (size === 0 || size > DESCRIPTION || offset < SECTOR || offset > 2 ** 30) return err('has no description of its own');
  return ok({ capacity, offset, size });
}

/** Why the description of a disk is not taken; undefined: it is. Nothing outside of the disk may be named as what it builds on. */
export function refusedDescription(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('latin1').replace(/\0+$/, '');
  const value = (key: string): string | undefined => new RegExp(`^\\s*${key}\\s*=\\s*"?([^"\\r\\n]*)"?\\s*$`, 'im').exec(text)?.[1];
  if ((value('parentCID') ?? 'ffffffff').toLowerCase() !== 'ffffffff' || /parentFileNameHint/i.test(text))
    return 'is only what another disk lacks';
  if (!['streamOptimized', 'monolithicSparse'].includes(value('createType') ?? '')) return 'names other files for its content';
  const extents = text.match(/^\s*(?:RW|RDONLY|NOACCESS)\s.*$/gim) ?? [];
  if (extents.length !== 1 || !/^\s*(?:RW|RDONLY)\s+\d+\s+SPARSE\s/i.test(extents[0] ?? '')) return 'names other files for its content';
  return undefined;
}
