import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BLOCK, makeUnpacker } from '../../lib/sync/unpack.ts';
import { step } from './fixture.ts';
import { withTool } from './meddled.ts';
import { withStand } from './scope.ts';
import { read, write } from './tree.ts';

const MARK = 'a1'.repeat(16);
const TEXT = Buffer.from('a line of a log that is like the others\n'.repeat(40_000));

interface Told {
  readonly content: Buffer;
  readonly refused: string | undefined;
}

/** What is made of `bytes` that come in chunks of so many. */
function told(lots: readonly number[], bytes: Buffer, size: number): Told {
  const content: Buffer[] = [];
  let refused: string | undefined;
  const take = makeUnpacker({
    lots,
    codecs: ['gzip'],
    mark: MARK,
    take: (chunk) => content.push(Buffer.from(chunk)),
    refuse: (why) => {
      refused ??= why;
    },
  });
  for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
  return { content: Buffer.concat(content), refused };
}

function block(content: Buffer): Buffer {
  return Buffer.concat([gzipSync(content), Buffer.from(MARK)]);
}

test('lots that are packed and lots that are not are read, in whatever pieces they come', () => {
  const noise = randomBytes(1000);
  const [first, second] = [TEXT.subarray(0, BLOCK), TEXT.subarray(BLOCK)];
  const stream = Buffer.concat([Buffer.from('gzip\0'), block(first), block(second), Buffer.from('\0'), noise, Buffer.from('\0\0x')]);
  for (const size of [1000, 4097, stream.length]) {
    const { content, refused } = told([TEXT.length, noise.length, 0, 1], stream, size);
    assert.is(refused, undefined);
    assert.ok(content.equals(Buffer.concat([TEXT, noise, Buffer.from('x')])), String(size));
  }
});

const LIES: Readonly<Record<string, Buffer>> = {
  'a block that unpacks to more than a block': Buffer.concat([Buffer.from('gzip\0'), block(Buffer.alloc(BLOCK + 1))]),
  'blocks of nothing': Buffer.concat([Buffer.from('gzip\0'), block(Buffer.alloc(0))]),
  'a block without an end': Buffer.concat([Buffer.from('gzip\0'), Buffer.alloc(2 * BLOCK, 1)]),
  'no packed block': Buffer.from(`gzip\0text${MARK}`),
  'another codec': Buffer.from('xz\0text'),
  'no word': Buffer.from('neither this nor that'),
};

for (const [name, bytes] of Object.entries(LIES)) {
  test(`a far side that gives ${name} is refused`, () => {
    const { content, refused } = told([8 * BLOCK], bytes, 32_768);
    assert.ok(refused !== undefined);
    assert.is(content.length, 0);
  });
}

test('what a lot unpacks to is never more than the lot', () => {
  assert.ok(told([100], Buffer.concat([Buffer.from('gzip\0'), block(Buffer.alloc(101))]), 1000).refused);
});

test('a fetch is packed on its way where a sample gets smaller, and arrives as it was', () =>
  withStand(async (stand) => {
    const noise = randomBytes(3_000_000);
    const names = Array.from({ length: 40 }, (_, n) => `out/d ${n % 4}/-f'${n}`);
    write(stand.there, {
      ...Object.fromEntries(names.map((name, n) => [name, `${n}${TEXT.toString('utf8', 0, 20_000)}`])),
      'out/empty': '',
    });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(stand.there, 'out/log'), TEXT);
    writeFileSync(join(stand.there, 'out/noise'), noise);
    let bytes = 0;
    const { session } = stand;
    const counted: typeof session = {
      ...session,
      program: (text, args, streams) => {
        const stdout =
          streams.stdout &&
          ((chunk: Uint8Array) => {
            bytes += text.includes('split') ? chunk.length : 0;
            streams.stdout?.(chunk);
          });
        return session.program(text, args, stdout ? { ...streams, stdout } : streams);
      },
    };
    const got = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out' } }), {}, counted);
    if (!got.ok) throw new Error(JSON.stringify(got.error));
    assert.equal(read(got.value.fetched?.stage ?? ''), read(stand.there));
    const unpacked = noise.length + TEXT.length + names.length * 20_000;
    assert.ok(bytes > noise.length && bytes < noise.length + (unpacked - noise.length) / 4, `${bytes} of ${unpacked}`);
  }));

for (const tool of ['split', 'gzip']) {
  test(`without a ${tool} that works over there nothing is packed, and all arrives`, () =>
    withStand(async (stand) => {
      write(stand.there, { 'out/a': TEXT.toString(), 'out/b': 'small' });
      const lacking = withTool(join(stand.here, '..'), tool, 'exit 1');
      const got = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out' } }), {}, lacking);
      if (!got.ok) throw new Error(JSON.stringify(got.error));
      assert.equal(read(got.value.fetched?.stage ?? ''), read(stand.there));
    }));
}

test('what vanished over there before it was sent is a failure, packed or not', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a': TEXT.toString(), 'out/b': TEXT.toString().replace('a', 'b') });
    const { session } = stand;
    const broken: typeof session = {
      ...session,
      program: (text, args, streams) => session.program(text.includes('split') ? `rm "$1/out/b"\n${text}` : text, args, streams),
    };
    const got = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out' } }), {}, broken);
    assert.is(got.ok ? 'ok' : got.error.code, 'far-side-answer');
  }));

test.run();
