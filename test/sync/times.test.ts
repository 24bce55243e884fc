import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pause } from '../rig/patience.ts';
import { type Pair, withPair } from './pair.ts';
import { type PlainSession, plainSession } from './session.ts';

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

/** What a clock leaves that ran ahead until now: the dates of everything there, products and sources, whose order is as it was. */
function ranAhead(pair: Pair, seconds: number): void {
  for (const name of readdirSync(pair.there).filter((one) => one !== '.sbx')) {
    const file = join(pair.there, name);
    const { mtimeMs } = lstatSync(file);
    utimesSync(file, mtimeMs / 1000 + seconds, mtimeMs / 1000 + seconds);
  }
}

const CHAIN = `prog: a.o b.o
\tcat a.o b.o >prog
\techo linked >>log
%.o: %.c
\tcp $< $@
\techo $@ >>log
`;

test('what was built while the clock there was an hour ahead is older than what arrives and is built after it was set right', () =>
  withPair(async (pair) => {
    pair.exclude = ['prog', 'log', '*.o', 'old'];
    pair.edit({ Makefile: CHAIN, 'a.c': 'one\n', 'b.c': 'b\n' });
    await pair.sync();
    pair.far({ old: 'of long ago' });
    make(pair);
    ranAhead(pair, 3600);
    const order = ['b.c', 'b.o', 'prog'].map((path) => mtime(pair, path));
    utimesSync(join(pair.there, 'old'), 1e9, 1e9);
    pair.far({ log: '' });
    pair.edit({ 'a.c': 'two\n' });
    await pair.sync();
    assert.ok(mtime(pair, 'a.c') > BigInt(Date.now() + 3_500_000) * 1_000_000n, 'later than anything that was there');
    assert.match(pair.notes.join(), /dated 3\d{3} s in the future.*moved back by as much/);
    for (const [i, path] of ['b.o', 'prog'].entries()) {
      assert.ok(mtime(pair, path) <= BigInt(Date.now()) * 1_000_000n, path);
      assert.ok(mtime(pair, path) - mtime(pair, 'b.c') === (order[i + 1] as bigint) - (order[0] as bigint), `${path} keeps its distance`);
    }
    assert.ok(mtime(pair, 'old') < 1_000_000_000_000_000_000n);
    make(pair);
    assert.is(pair.got().prog, 'two\nb\n', 'what was built is linked, too');
    assert.is(pair.got().log, 'a.o\nlinked\n', 'and nothing else is built');
    // Until the clock has caught up what was sent is dated after its product and built each time: slow, never wrong. Nothing is moved again.
    const before = mtime(pair, 'a.c');
    const left = mtime(pair, 'b.o');
    pair.edit({ 'a.c': 'one\n' });
    await pair.sync();
    assert.ok(mtime(pair, 'a.c') > before);
    assert.is(mtime(pair, 'b.o'), left);
    make(pair);
    assert.is(pair.got().prog, 'one\nb\n');
    assert.is((await pair.sync()).untouched, true);
  }));

/** A session where `touch` with such arguments, of the date of 2.o if not said otherwise, does something else. */
function touching(pair: Pair, text: string, args = '*-c*2.o*'): PlainSession {
  const shims = join(pair.here, '../shims');
  mkdirSync(shims);
  writeFileSync(join(shims, 'touch'), `#!/bin/sh\ncase "$*" in ${args}) ${text};; esac\nexec /usr/bin/touch "$@"\n`, { mode: 0o755 });
  return plainSession(join(pair.here, '..'), { PATH: `${shims}:${process.env.PATH ?? ''}` });
}

test('dates are moved back of many files at once, where they have one date', () =>
  withPair(async (pair) => {
    pair.exclude = ['*.o'];
    const sources = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f ${i}`, `${i}`]));
    pair.edit(sources);
    await pair.sync();
    pair.far({ 'a.o': 'a', 'b.o': 'b' });
    ranAhead(pair, 3600);
    const before = ['f 1', 'f 599', 'a.o', 'b.o'].map((path) => mtime(pair, path));
    pair.edit({ 'f 0': 'other' });
    await pair.sync(touching(pair, 'echo >>"$HOME/touched"', '*-c*-d*'));
    const after = ['f 1', 'f 599', 'a.o', 'b.o'].map((path) => mtime(pair, path));
    assert.equal(new Set(before.map((one, i) => one - (after[i] as bigint))).size, 1, 'all by the same time');
    assert.ok((after[0] as bigint) < BigInt(Date.now()) * 1_000_000n);
    assert.ok(readFileSync(join(pair.here, '../touched'), 'utf8').length < 20, 'processes');
  }));

test('a product of the future that cannot be dated is named', () =>
  withPair(async (pair) => {
    pair.exclude = ['*.o'];
    pair.edit({ a: '1' });
    await pair.sync();
    pair.far({ '1.o': '1', '2.o': '2' });
    ranAhead(pair, 3600);
    pair.edit({ a: '2' });
    await pair.sync(touching(pair, 'exit 1'));
    assert.match(pair.notes.join('\n'), /may not be dated.*: \.\/2\.o$/m);
    assert.ok(mtime(pair, '1.o') < mtime(pair, '2.o') && mtime(pair, '2.o') < mtime(pair, 'a'));
  }));

test('moving dates back is finished by the next sync when it was ended half-way', () =>
  withPair(async (pair) => {
    const products = ['1.o', '2.o', '3.o'];
    pair.exclude = ['*.o'];
    pair.edit({ a: '1' });
    await pair.sync();
    for (const path of products) {
      pair.far({ [path]: path });
      await pause(10);
    }
    ranAhead(pair, 7200);
    const [first, ...others] = products.map((path) => mtime(pair, path)) as [bigint, ...bigint[]];
    const inner = touching(pair, 'kill -9 "$TOP" "$PPID"; exit 1');
    pair.edit({ a: '2' });
    const before = pair.receipt;
    const code = await pair.fails({
      ...inner,
      program: (program, args, streams) => inner.program(`TOP=$$; export TOP\n${program}`, args, streams),
    });
    assert.is(code, 'far-side-answer');
    const soon = BigInt(Date.now() + 60_000) * 1_000_000n;
    assert.equal(
      products.map((path) => mtime(pair, path) < soon),
      [true, false, false],
      'half-way',
    );
    pair.receipt = before;
    await pair.sync();
    assert.ok(products.every((path) => mtime(pair, path) < soon));
    const now = products.map((path) => mtime(pair, path));
    assert.equal(
      now.slice(1).map((one) => one - (now[0] as bigint)),
      others.map((one) => one - first),
    );
    assert.ok(mtime(pair, 'a') > (now[2] as bigint));
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
