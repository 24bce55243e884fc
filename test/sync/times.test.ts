import { execFileSync } from 'node:child_process';
import { lstatSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Pair, withPair } from './pair.ts';

const MAKEFILE = 'prog: a.c b.c\n\tcat a.c b.c >prog\n\techo built >>log\n';

function make(pair: Pair): void {
  execFileSync('make', ['-s'], { cwd: pair.there, stdio: 'pipe' });
}

const mtime = (pair: Pair, path: string): bigint => lstatSync(join(pair.there, path), { bigint: true }).mtimeNs;

test('older content that comes back counts as new: make builds it', () =>
  withPair(async (pair) => {
    pair.exclude = ['prog', 'log'];
    pair.edit({ Makefile: MAKEFILE, 'a.c': 'one\n', 'b.c': 'b\n' });
    utimesSync(join(pair.here, 'a.c'), 1e9, 1e9);
    await pair.sync();
    make(pair);
    for (const text of ['two\n', 'one\n']) {
      pair.edit({ 'a.c': text });
      utimesSync(join(pair.here, 'a.c'), 1e9, 1e9);
      await pair.sync();
      make(pair);
      assert.is(pair.got().prog, `${text}b\n`);
    }
    assert.is(pair.got().log, 'built\nbuilt\nbuilt\n');
    await pair.sync();
    make(pair);
    assert.is(pair.got().log, 'built\nbuilt\nbuilt\n', 'nothing changed, nothing is built');
  }));

test('what was built while the clock there was an hour ahead is older than what arrives after it was set right', () =>
  withPair(async (pair) => {
    pair.exclude = ['prog', 'log'];
    pair.edit({ Makefile: MAKEFILE, 'a.c': 'one\n', 'b.c': 'b\n' });
    await pair.sync();
    make(pair);
    const hour = Date.now() / 1000 + 3600;
    for (const path of ['prog', 'log', 'a.c', 'b.c', 'Makefile']) utimesSync(join(pair.there, path), hour, hour);
    const untouched = mtime(pair, 'b.c');
    pair.edit({ 'a.c': 'two\n' });
    await pair.sync();
    assert.ok(mtime(pair, 'a.c') > mtime(pair, 'prog'));
    assert.is(mtime(pair, 'b.c'), untouched);
    assert.match(pair.notes.join(), 'in the future');
    make(pair);
    assert.is(pair.got().prog, 'two\nb\n');
    // The product is now dated before its sources, so make builds it each time: slow, never wrong.
    pair.edit({ 'a.c': 'one\n' });
    const before = mtime(pair, 'a.c');
    await pair.sync();
    assert.ok(mtime(pair, 'a.c') > before);
    make(pair);
    assert.is(pair.got().prog, 'one\nb\n');
  }));

test('what arrives is dated after all that is there, even if that was written a moment ago', () =>
  withPair(async (pair) => {
    pair.exclude = ['p'];
    for (let i = 0; i < 5; i++) {
      pair.edit({ a: `${i}` });
      pair.far({ p: `${i}` });
      await pair.sync();
      assert.ok(mtime(pair, 'a') > mtime(pair, 'p'));
      assert.ok(mtime(pair, 'a') <= BigInt(Date.now() + 1) * 1_000_000n, 'and not in the future');
    }
  }));

test.run();
