import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Clock } from '../model/io.ts';
import { makeGauge } from './gauge.ts';

// Makes a stream smaller where that makes it faster. Each chunk is a frame of its own, packed or as it is: both formats are read as one
// stream, whatever its frames are. Knows nothing of what the bytes mean.

export type Codec = 'zstd' | 'gzip';

/** Node 20 has no zstd. */
const zstdCompress: ((bytes: Uint8Array, options: object) => Promise<Uint8Array>) | undefined =
  'zstdCompress' in zlib ? promisify(zlib.zstdCompress as never) : undefined;
const gzip = promisify(zlib.gzip) as (bytes: Uint8Array, options: object) => Promise<Uint8Array>;

/** What a far side may pack with for us, best first. */
export function codecsHere(): readonly Codec[] {
  return zstdCompress ? ['zstd', 'gzip'] : ['gzip'];
}

/** What both ends have; undefined: nothing. `tools` are programs of the far side. */
export function codecOf(tools: readonly string[]): Codec | undefined {
  return codecsHere().find((codec) => tools.includes(codec));
}

/** So many chunks are packed at once, while the one before them travels. */
const AT_ONCE = 2;

export async function* compressed(
  chunks: AsyncIterable<Uint8Array>,
  codec: Codec,
  clock: Pick<Clock, 'monotonic'>,
): AsyncGenerator<Uint8Array> {
  const gauge = makeGauge();
  const source = chunks[Symbol.asyncIterator]();
  const take = async () => {
    const { value } = await source.next();
    if (value === undefined) return undefined;
    if (!gauge.packs() || !isCompressible(value)) return { bytes: asItIs(value, codec), spent: undefined };
    const since = clock.monotonic();
    const bytes = await packed(value, codec);
    return { bytes, spent: { bytes: value.length, ms: (clock.monotonic() - since) / AT_ONCE } };
  };
  const taken: ReturnType<typeof take>[] = [];
  const ahead = (): void => {
    const one = take();
    one.catch(() => {}); // it is thrown when it is waited for
    taken.push(one);
  };
  try {
    for (let n = 0; n <= AT_ONCE; n++) ahead();
    for (let now = await taken.shift(); now; now = await taken.shift()) {
      const since = clock.monotonic();
      yield now.bytes;
      gauge.took({ bytes: now.bytes.length, waited: clock.monotonic() - since }, now.spent);
      ahead();
    }
  } finally {
    void source.return?.(); // whoever takes no more leaves no file open
  }
}

/** Bytes of a sample, and what they must get below to be packed. */
export const SAMPLE = 8 * 1024;
export const WORTH = 0.8;

/** By a piece from its middle: content that is packed already is alike throughout. */
function isCompressible(chunk: Uint8Array): boolean {
  const at = Math.max(0, (chunk.length - SAMPLE) >> 1);
  const sample = chunk.subarray(at, at + SAMPLE);
  return zlib.deflateRawSync(sample, { level: 1 }).length < WORTH * sample.length;
}

function packed(chunk: Uint8Array, codec: Codec): Promise<Uint8Array> {
  return codec === 'zstd' && zstdCompress ? zstdCompress(chunk, {}) : gzip(chunk, { level: 1 });
}

/** A frame that holds the chunk unpacked. */
function asItIs(chunk: Uint8Array, codec: Codec): Uint8Array {
  return codec === 'gzip' ? zlib.gzipSync(chunk, { level: 0 }) : storedFrame(chunk);
}

const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** No checksum, no size; a window of 256 KiB. */
const ZSTD_HEADER = [0x00, 0x40];
const ZSTD_BLOCK = 128 * 1024;

/** RFC 8878: raw blocks, each with three bytes before it. */
function storedFrame(chunk: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from([...ZSTD_MAGIC, ...ZSTD_HEADER])];
  for (let at = 0; at === 0 || at < chunk.length; at += ZSTD_BLOCK) {
    const block = chunk.subarray(at, at + ZSTD_BLOCK);
    const isLast = at + ZSTD_BLOCK >= chunk.length;
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | (isLast ? 1 : 0), 0, 3);
    parts.push(header, block);
  }
  return Buffer.concat(parts);
}
