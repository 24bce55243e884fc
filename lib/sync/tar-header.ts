// Headers of a tar archive in GNU's format: names are bytes as they are (a pax header would be converted to the locale of the far side).

const BLOCK = 512;
const NAME = 100;
const LARGEST_OCTAL = 8 ** 11;

type Member =
  | { readonly kind: 'file'; readonly name: string; readonly size: number; readonly executable: boolean }
  | { readonly kind: 'link'; readonly name: string; readonly target: string };

/** The blocks before a member's content; names and targets of any length, sizes of any size. */
export function tarHeader(member: Member): Uint8Array {
  const name = Buffer.from(member.name);
  const target = member.kind === 'link' ? Buffer.from(member.target) : Buffer.alloc(0);
  const blocks: Uint8Array[] = [];
  if (target.length > NAME) blocks.push(...longField('K', target));
  if (name.length > NAME) blocks.push(...longField('L', name));
  const mode = member.kind === 'link' ? 0o777 : member.executable ? 0o755 : 0o644;
  const type = member.kind === 'link' ? '2' : '0';
  blocks.push(header(name, type, mode, member.kind === 'file' ? member.size : 0, target));
  return blocks.length === 1 ? (blocks[0] as Uint8Array) : Buffer.concat(blocks);
}

/** Bytes after content of `size` bytes, up to the next block. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** What ends an archive. */
export const TAR_END: Uint8Array = Buffer.alloc(2 * BLOCK);

function longField(type: 'K' | 'L', bytes: Uint8Array): readonly Uint8Array[] {
  const size = bytes.length + 1;
  return [header(Buffer.from('././@LongLink'), type, 0, size, Buffer.alloc(0)), bytes, Buffer.alloc(1 + padding(size))];
}

function header(name: Uint8Array, type: string, mode: number, size: number, target: Uint8Array): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.set(name.subarray(0, NAME), 0);
  octal(block, 100, 7, mode);
  octal(block, 108, 7, 0);
  octal(block, 116, 7, 0);
  if (size < LARGEST_OCTAL) octal(block, 124, 11, size);
  else {
    block.writeBigUInt64BE(BigInt(size), 128);
    block[124] = 0x80;
  }
  octal(block, 136, 11, 0);
  block.fill(0x20, 148, 156);
  block.write(type, 156, 'latin1');
  block.set(target.subarray(0, NAME), 157);
  block.write('ustar  \0', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  octal(block, 148, 6, sum);
  return block;
}

function octal(block: Buffer, at: number, digits: number, value: number): void {
  block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
}
