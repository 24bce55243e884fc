import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import type { Io } from '../../lib/model/io.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { embeddedSandbox } from '../../lib/ssh/embedded.ts';
import { needing } from '../rig/needing.ts';
import { SIGNAL, step } from './fixture.ts';
import { counting, cutAfter } from './meddled.ts';
import { withPair } from './pair.ts';
import { withStand } from './scope.ts';
import { read, write } from './tree.ts';

const IO: Io = {
  files: realFiles,
  clock: realClock,
  spawn: () => Promise.reject(new Error('nothing is spawned')),
  nonce,
  environment: new Map([['PATH', process.env.PATH ?? '']]),
};

async function over(folder: string, use: (session: Session) => Promise<void>): Promise<void> {
  const session = await embeddedSandbox({ name: 'box', folder, grace: 1000, owner: 'test' }, IO).connect(SIGNAL);
  if (!session.ok) throw new Error(session.error.message);
  try {
    await use(session.value);
  } finally {
    await session.value[Symbol.asyncDispose]();
  }
}

test('over SSH: many files, a large one, an edit, a removal', () =>
  withPair(async (pair) => {
    await over(join(pair.here, '..', 'home'), async (session) => {
      for (let i = 0; i < 300; i++) pair.edit({ [`d${i % 30}/f ${i}`]: `content ${i}` });
      writeFileSync(join(pair.here, 'large'), randomBytes(5_000_000));
      const first = await pair.sync(session);
      assert.is(first.sent, 301);
      assert.equal(pair.got(), read(pair.here));
      assert.ok((await pair.sync(session)).untouched);
      pair.edit({ 'd1/f 1': 'edited', d2: null });
      const second = await pair.sync(session);
      assert.equal([second.sent, second.removed], [1, 10]);
      assert.equal(pair.got(), read(pair.here));
    });
  }));

const RSYNC = needing('rsync');

RSYNC('over SSH: of a large file only what differs travels', () =>
  withPair(async (pair) => {
    await over(join(pair.here, '..', 'home'), async (session) => {
      const bytes = randomBytes(9 * 2 ** 20);
      writeFileSync(join(pair.here, 'large'), bytes);
      await pair.sync(session);
      bytes.write('edited', 5_000_000);
      writeFileSync(join(pair.here, 'large'), bytes);
      const count = counting(session);
      await pair.sync(count.session);
      assert.ok(count.bytes() < 2 ** 20, String(count.bytes()));
      assert.ok(readFileSync(join(pair.there, 'large')).equals(bytes));
    });
  }),
);

test('over SSH: a sync that was cut goes on with what arrived', () =>
  withPair(async (pair) => {
    await over(join(pair.here, '..', 'home'), async (session) => {
      for (let n = 0; n < 8; n++) pair.edit({ [`f ${n}`]: randomBytes(400_000).toString('hex') });
      assert.is(await pair.fails(cutAfter(session, 2_000_000)), 'far-side-answer');
      assert.equal(pair.got(), {});
      const done = await pair.sync(session);
      assert.ok(done.sent > 0 && done.sent < 8, String(done.sent));
      assert.equal(pair.got(), read(pair.here));
    });
  }));

test('over SSH: build, look again, fetch', () =>
  withStand(async (stand) => {
    await over(join(stand.here, '..', 'home'), async (session) => {
      write(stand.here, { 'src/a b': '1' });
      assert.ok((await stand.run(step('sync', 'sync'), {}, session)).ok);
      const text = 'mkdir -p out && cp "src/a b" out/ && head -c 3000000 /dev/urandom >out/big && echo x >>"src/a b"';
      const script = { shell: 'sh', text, variables: [], source: text } as const;
      const built = await stand.run(step('build', 'remote-build', { script, outputs: ['out'] }), {}, session);
      assert.equal(built.ok && built.value.disturbed, ['src/a b']);
      const got = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out' } }), {}, session);
      if (!got.ok) throw new Error(JSON.stringify(got.error));
      assert.equal(
        read(got.value.fetched?.stage ?? ''),
        Object.fromEntries(Object.entries(read(stand.there)).filter(([path]) => path.startsWith('out/'))),
      );
      const wrong = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'none' } }), {}, session);
      assert.is(wrong.ok ? '' : wrong.error.code, 'fetch-missing');
    });
  }));

test.run();
