import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realClock } from '../../lib/io/io.ts';
import { type Codec, codecOf, compressed } from '../../lib/sync/compress.ts';
import { makeGauge } from '../../lib/sync/gauge.ts';
import { needing } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { withPair } from './pair.ts';
import { read } from './tree.ts';

const TEXT = Buffer.from('some source text that is like the rest\n'.repeat(6000));
const CHUNKS = [TEXT, randomBytes(256 * 1024), Buffer.from('x'), TEXT, randomBytes(128 * 1024), randomBytes(128 * 1024 + 1)];

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function all(chunks: readonly Uint8Array[], codec: Codec): Promise<Buffer> {
  const out: Uint8Array[] = [];
  for await (const chunk of compressed(each(chunks), codec, realClock)) out.push(chunk);
  return Buffer.concat(out);
}

for (const codec of ['gzip', 'zstd'] as const) {
  needing(codec)(`${codec} unpacks a stream of packed and unpacked chunks`, async () => {
    const stream = await all(CHUNKS, codec);
    assert.ok(Buffer.concat(CHUNKS).equals(execFileSync(codec, ['-dcq'], { input: stream, maxBuffer: 2 ** 26 })));
    // Where Node has no zstd, chunks are sent as they are; nobody chooses it there.
    if (codecOf(['zstd', 'gzip']) === codec || codec === 'gzip') {
      const unpacked = CHUNKS.reduce((sum, chunk) => sum + chunk.length, 0);
      assert.ok(stream.length < unpacked - 2 * TEXT.length + 50_000, 'text is packed');
      assert.ok(stream.length > 512 * 1024 && stream.length < unpacked, 'noise is not');
    }
  });
}

test('who takes no more leaves nothing open', async () => {
  let isClosed = false;
  async function* files(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield TEXT;
    } finally {
      isClosed = true;
    }
  }
  for await (const _ of compressed(files(), 'gzip', realClock)) break;
  await until('it is closed', () => isClosed);
});

test('the codec is what both ends have', () => {
  assert.is(codecOf(['gzip']), 'gzip');
  assert.is(codecOf(['']), undefined);
  assert.is(codecOf(['gzip', 'zstd']), Number(process.versions.node.split('.')[0]) >= 24 ? 'zstd' : codecOf(['zstd', 'gzip']));
});

test('several chunks are packed at once, and travel in their order', async () => {
  const text = Array.from({ length: 9 }, (_, n) => Buffer.from(`${n} some source text\n`.repeat(n % 2 === 0 ? 12_000 : 10)));
  let most = 0;
  let taken = 0;
  async function* given(): AsyncGenerator<Uint8Array> {
    for (const [n, chunk] of text.entries()) {
      most = Math.max(most, n - taken);
      yield chunk;
    }
  }
  const out: Uint8Array[] = [];
  for await (const chunk of compressed(given(), 'gzip', realClock)) {
    taken += 1;
    out.push(chunk);
  }
  assert.ok(Buffer.concat(text).equals(gunzipSync(Buffer.concat(out))));
  assert.ok(most >= 2 && most <= 3, `${most} taken beyond what travelled: memory is bounded`);
});

test('a fast link is not held up by packing, a slow one is spared', () => {
  const MIB = 2 ** 20;
  const fast = makeGauge();
  for (let n = 0; n < 16; n++) {
    assert.ok(fast.packs(), 'as long as the buffers take what is packed, nothing is known of the link');
    fast.took({ bytes: MIB / 4, waited: 0 }, { bytes: MIB, ms: 10 });
  }
  assert.not(fast.packs());
  for (let n = 0; n < 30; n++) fast.took({ bytes: MIB, waited: 5 });
  assert.not(fast.packs());
  for (let n = 0; n < 30; n++) fast.took({ bytes: MIB, waited: 80 });
  assert.ok(fast.packs(), 'it became slow');
  const slow = makeGauge();
  for (let n = 0; n < 30; n++) {
    assert.ok(slow.packs());
    slow.took({ bytes: MIB / 4, waited: 20 }, { bytes: MIB, ms: 10 });
  }
});

test('a large sync is packed on its way, a small one is not, and without a program over there nothing is', () =>
  withPair(async (pair) => {
    const seen: string[] = [];
    const watching = {
      ...pair.session,
      program: (...[text, args, streams]: Parameters<typeof pair.session.program>) => {
        if (streams.stdin && text.includes('unpack()')) seen.push(args[4] ?? '');
        return pair.session.program(text, args, streams);
      },
    };
    pair.edit({ 'a b': TEXT.toString(), b: randomBytes(200_000).toString('hex') });
    await pair.sync(watching);
    pair.edit({ 'a b': 'small' });
    await pair.sync(watching);
    assert.equal(seen, [codecOf(['zstd', 'gzip']), '']);
    assert.equal(pair.got(), read(pair.here));
  }));

test.run();
