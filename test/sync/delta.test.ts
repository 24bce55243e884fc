import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realSpawn } from '../../lib/io/process.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { sendDeltas } from '../../lib/sync/delta.ts';
import { needing } from '../rig/needing.ts';
import { CHECKOUT, SIGNAL } from './fixture.ts';
import { counting, withTool } from './meddled.ts';
import { type Pair, withPair } from './pair.ts';

const MIB = 2 ** 20;
const NAME = "d ir/it's: a\n-large file";

function put(pair: Pair, bytes: Buffer): void {
  mkdirSync(join(pair.here, 'd ir'), { recursive: true });
  writeFileSync(join(pair.here, NAME), bytes);
}

const withRsync = needing('rsync');

withRsync('of a large file with a small edit only what differs travels, and nothing else there is touched', () =>
  withPair(async (pair) => {
    const first = randomBytes(9 * MIB);
    put(pair, first);
    pair.edit({ other: '1', '-e x': '2' });
    await pair.sync();
    const before = statSync(join(pair.there, 'other'), { bigint: true });
    const second = Buffer.concat([first.subarray(0, 4 * MIB), Buffer.from('an insertion'), first.subarray(4 * MIB)]);
    put(pair, second);
    chmodSync(join(pair.here, NAME), 0o755);
    const count = counting(pair.session);
    pair.travelled.length = 0;
    await pair.sync(count.session);
    assert.ok(count.bytes() < MIB, String(count.bytes()));
    const told = pair.travelled.filter(({ ofBytes }) => ofBytes === second.length).map(({ bytes }) => bytes);
    assert.equal([told[0], told.at(-1)], [0, second.length], 'what rsync has done is told');
    assert.ok(readFileSync(join(pair.there, NAME)).equals(second));
    assert.is(statSync(join(pair.there, NAME)).mode & 0o777, 0o755);
    assert.is(statSync(join(pair.there, 'other'), { bigint: true }).ctimeNs, before.ctimeNs);
    assert.not(existsSync(join(pair.there, '.sbx/part')));
    assert.ok((await pair.sync()).untouched);
  }),
);

withRsync('where rsync fails on the far side, the file is sent whole', () =>
  withPair(async (pair) => {
    put(pair, randomBytes(9 * MIB));
    await pair.sync();
    for (const [n, what] of ['exit 12', 'head -c 4; exit 0', 'kill -9 $$'].entries()) {
      const broken = withTool(join(pair.here, '..'), 'rsync', what);
      const bytes = Buffer.concat([randomBytes(9 * MIB), Buffer.from(String(n))]);
      put(pair, bytes);
      await pair.sync(broken);
      assert.ok(readFileSync(join(pair.there, NAME)).equals(bytes), what);
    }
  }),
);

withRsync('two that wait for each other are ended, and so is a far side that writes without end', () =>
  withPair(async (pair) => {
    put(pair, randomBytes(1000));
    await pair.sync();
    const io = { spawn: realSpawn(), environment: new Map([['PATH', process.env.PATH ?? '']]) };
    for (const odd of ['cat >/dev/null', 'while echo no; do sleep 0.05; done']) {
      const session: Session = { ...pair.session, program: (_text, args, streams) => pair.session.program(odd, args, streams) };
      const workspace = { session, path: pair.there, checkout: CHECKOUT.id, signal: SIGNAL };
      await sendDeltas(workspace, io, pair.here, pair.receipt?.tree.entries ?? [], () => {}, 300);
    }
  }),
);

withRsync('a large file that differs altogether arrives as well', () =>
  withPair(async (pair) => {
    put(pair, randomBytes(9 * MIB));
    await pair.sync();
    const other = randomBytes(10 * MIB);
    put(pair, other);
    await pair.sync();
    assert.ok(readFileSync(join(pair.there, NAME)).equals(other));
  }),
);

test.run();
