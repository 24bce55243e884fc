import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Pair, withPair } from './pair.ts';
import { read } from './tree.ts';

// Lists of what was sent, one bit of which names somebody else's file: src/a is qrc/a then.

const STRANGER = { 'qrc/a': 'not ours' };

function flip(pair: Pair, list: string): void {
  const path = join(pair.there, '.sbx', list);
  const bytes = readFileSync(path);
  const at = bytes.indexOf('./src/a') + 2;
  bytes[at] = (bytes[at] ?? 0) ^ 2;
  writeFileSync(path, bytes);
}

const HARMS: { readonly [what: string]: (pair: Pair) => void } = {
  sent: (pair) => flip(pair, 'sent'),
  seen: (pair) => flip(pair, 'seen'),
  'sent, and the receipt here lost': (pair) => {
    flip(pair, 'sent');
    pair.receipt = undefined;
  },
};

for (const [what, harm] of Object.entries(HARMS)) {
  test(`damage of what names our files (${what}): a stranger's file stays where it is, and what is gone here goes there`, () =>
    withPair(async (pair) => {
      pair.edit({ 'src/a': 'a', 'src/b': 'b' });
      await pair.sync();
      pair.far(STRANGER);
      harm(pair);
      pair.edit({ 'src/a': null, 'src/c': 'c' });
      await pair.sync();
      assert.equal(pair.got(), { ...read(pair.here), ...STRANGER });
      assert.not(readdirSync(join(pair.there, '.sbx')).includes('aside'));
      assert.ok((await pair.sync()).untouched);
    }));
}

test('where neither list is as the receipt says, what only one names is moved aside, and it is said', () =>
  withPair(async (pair) => {
    pair.edit({ 'src/a': 'a', 'src/b': 'b' });
    await pair.sync();
    pair.far(STRANGER);
    flip(pair, 'sent');
    writeFileSync(join(pair.there, '.sbx/receipt'), 'damaged\n');
    pair.edit({ 'src/a': null, 'src/b': null, 'src/c': 'c' });
    const done = await pair.sync();
    assert.equal(pair.got(), { 'src/c': 'c' });
    assert.equal(read(join(pair.there, '.sbx/aside', done.receipt.id)), { ...STRANGER, 'src/a': 'a' });
    assert.match(pair.notes.join(), '.sbx/aside there: ./qrc/a, ./src/a');
    assert.ok((await pair.sync()).untouched);
    pair.edit({ 'src/c': null, 'src/d': 'd' });
    await pair.sync();
    assert.equal(pair.got(), { 'src/d': 'd' });
  }));

test.run();
