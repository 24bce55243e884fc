import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { flipping } from './meddled.ts';
import { withPair } from './pair.ts';

const FILES = 10_000;

test('10,000 files: one that arrives damaged among the first is found while more arrives, and the next sync sends that one', () =>
  withPair(async (pair) => {
    for (let n = 0; n < FILES; n++) {
      const folder = join(pair.here, `d${n % 50}`);
      if (n < 50) mkdirSync(folder);
      writeFileSync(join(folder, `f ${n}`), n === 0 ? 'the one that is damaged' : `content ${n}\n`);
    }
    const plain = { ...pair.session, program: unpacked(pair.session.program) };
    assert.is(await pair.fails(flipping(plain, 'the one that')), 'far-side-answer');
    assert.equal(pair.got(), {}, 'nothing is in place');
    const done = await pair.sync();
    assert.is(done.receipt.tree.entries.length, FILES);
    assert.is(done.sent, 1);
    assert.is(Object.keys(pair.got()).length, FILES);
    assert.ok((await pair.sync()).untouched);
  }));

/** A far side without gzip and zstd, so that what is sent can be read. */
function unpacked(program: Parameters<typeof flipping>[0]['program']): typeof program {
  return (text, args, streams) => program(text.replace('in zstd gzip rsync', 'in rsync'), args, streams);
}

test.run();
