import zlib from 'node:zlib';
import type { Codec } from './compress.ts';

// Reads what a far side packed lot by lot, and does not trust it: no more is held than a block, packed and unpacked.

/** Bytes of content that are packed at once; incompressible ones get larger by far less than an eighth. */
export const BLOCK = 2 ** 20;
const MOST = BLOCK + BLOCK / 8;
const LONGEST_WORD = 8;

interface Unpacking {
  /** Bytes of content in each lot. */
  readonly lots: readonly number[];
  readonly codecs: readonly Codec[];
  /** What stands behind each block. */
  readonly mark: string;
  /** Is given the contents. */
  readonly take: (chunk: Uint8Array) => void;
  readonly refuse: (why: string) => void;
}

/** Takes the bytes as they come. After a refusal everything is ignored. */
export function makeUnpacker({ lots, codecs, mark, take, refuse }: Unpacking): (chunk: Uint8Array) => void {
  const end = Buffer.from(mark);
  let nth = -1;
  let left = 0;
  let codec: string | undefined;
  let kept: Buffer = Buffer.alloc(0);
  let refused = false;

  const no = (why: string): 0 => {
    refused = true;
    refuse(why);
    return 0;
  };

  /** How many of `bytes` were used; 0: more must come first. */
  const step = (bytes: Buffer): number => {
    if (left === 0) return nth + 1 < lots.length ? head(bytes) : given(bytes, bytes.length);
    if (codec === '') return given(bytes, Math.min(left, bytes.length));
    const at = bytes.indexOf(end);
    if (at < 0) return bytes.length > MOST ? no('a block is larger than was asked for') : 0;
    const content = unpacked(bytes.subarray(0, at), Math.min(BLOCK, left), codec);
    if (!content || content.length === 0) return no('a block cannot be unpacked');
    given(content, content.length);
    return at + end.length;
  };

  const head = (bytes: Buffer): number => {
    const at = bytes.indexOf(0);
    if (at < 0) return bytes.length > LONGEST_WORD ? no('it does not say how it is packed') : 0;
    codec = bytes.toString('latin1', 0, at);
    if (codec !== '' && !codecs.some((one) => one === codec)) return no('it is packed in a way that was not asked for');
    nth += 1;
    left = lots[nth] ?? 0;
    return at + 1;
  };

  const given = (bytes: Uint8Array, size: number): number => {
    take(bytes.subarray(0, size));
    left = Math.max(0, left - size);
    return size;
  };

  return (chunk) => {
    if (refused) return;
    let bytes = kept.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([kept, chunk]);
    while (bytes.length > 0) {
      const used = step(bytes);
      if (used === 0) break;
      bytes = bytes.subarray(used);
    }
    kept = refused ? Buffer.alloc(0) : bytes;
  };
}

const gunzip: Unpack = zlib.gunzipSync;
/** Node 20 has no zstd. */
const unzstd = 'zstdDecompressSync' in zlib ? (zlib.zstdDecompressSync as Unpack) : gunzip;

type Unpack = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Undefined if that is no block of so many bytes at most. */
function unpacked(block: Uint8Array, most: number, codec: string | undefined): Uint8Array | undefined {
  try {
    return (codec === 'zstd' ? unzstd : gunzip)(block, { maxOutputLength: most });
  } catch {
    return undefined;
  }
}
