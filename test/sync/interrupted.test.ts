import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/model/sandbox.ts';
import { pause } from '../rig/patience.ts';
import { AFTER, BEFORE, clear, PRODUCTS } from './changes.ts';
import { cutAfter, flipping } from './meddled.ts';
import { type Pair, withPair } from './pair.ts';
import { plainSession } from './session.ts';
import { read } from './tree.ts';

/** Puts wrappers of the tools before the PATH: the n-th tool that a program starts kills the program first. */
function killing(pair: Pair): { session: (at: number) => Session; count: () => number } {
  const shims = join(pair.here, '..', 'shims');
  const counter = join(shims, 'count');
  mkdirSync(shims);
  const tools = [
    'tar',
    'find',
    'xargs',
    'sha256sum',
    'sort',
    'comm',
    'cmp',
    'cp',
    'mv',
    'rm',
    'rmdir',
    'mkdir',
    'touch',
    'cat',
    'cut',
    'ln',
    'sync',
    'chmod',
  ];
  for (const tool of tools) {
    const real = `for d in /usr/bin /bin; do if [ -x $d/${tool} ]; then exec $d/${tool} "$@"; fi; done`;
    const text = `#!/bin/sh\nprintf x >>"${counter}"\nif [ "$(wc -c <"${counter}")" = "$AT" ]; then kill -9 "$TOP"; exit 1; fi\n${real}\n`;
    writeFileSync(join(shims, tool), text);
    chmodSync(join(shims, tool), 0o755);
  }
  return {
    count: () => readFileSync(counter).length,
    session: (at) => {
      writeFileSync(counter, '');
      const inner = plainSession(join(pair.here, '..'), { AT: String(at), PATH: `${shims}:${process.env.PATH ?? ''}` });
      return { ...inner, program: (text, args, streams) => inner.program(`TOP=$$; export TOP\n${text}`, args, streams) };
    },
  };
}

test('killed anywhere, the next sync mends it, and nothing of others is lost', () =>
  withPair(async (pair) => {
    pair.exclude = ['dist'];
    pair.edit(BEFORE);
    await pair.sync();
    pair.far(PRODUCTS);
    const kill = killing(pair);
    pair.edit({ ...clear(BEFORE), ...AFTER });
    await pair.sync(kill.session(-1));
    const points = kill.count();
    assert.ok(points > 20, String(points));
    let state = false;
    for (let at = 1; at <= points; at += 7) {
      pair.edit({ ...clear(BEFORE), ...clear(AFTER) });
      pair.edit(state ? AFTER : BEFORE);
      state = !state;
      const before = pair.receipt;
      const code = await pair.fails(kill.session(at));
      pair.receipt = before;
      const again = await pair.sync();
      assert.equal(pair.got(), { ...read(pair.here), ...PRODUCTS }, `killed at ${at} of ${points}: ${code}`);
      assert.equal(again.receipt.tree.entries.length, Object.keys(read(pair.here)).length);
      assert.ok((await pair.sync()).untouched);
    }
  }));

test('a link that breaks while files are sent changes nothing there', () =>
  withPair(async (pair) => {
    pair.edit({ a: '1', b: 'x'.repeat(2_000_000) });
    await pair.sync();
    const before = pair.got();
    for (const bytes of [0, 300, 100_000, 700_000]) {
      pair.edit({ a: `${bytes}`, b: randomBytes(1_500_000).toString('base64'), c: 'new' });
      assert.is(await pair.fails(cutAfter(pair.session, bytes)), 'far-side-answer', String(bytes));
      assert.equal(pair.got(), before);
      assert.ok(existsSync(join(pair.there, '.sbx/receipt')));
    }
    const last = await pair.sync();
    assert.is(last.sent, 2, 'a arrived whole with the last try');
    assert.equal(pair.got(), read(pair.here));
  }));

test('what arrives damaged is refused before anything changes', () =>
  withPair(async (pair) => {
    pair.edit({ a: 'first content' });
    await pair.sync();
    pair.edit({ a: 'second content' });
    assert.is(await pair.fails(flipping(pair.session, 'second')), 'far-side-answer');
    assert.equal(pair.got(), { a: 'first content' });
    await pair.sync();
    assert.equal(pair.got(), { a: 'second content' });
  }));

test('an earlier sync that is still at work is waited for', () =>
  withPair(async (pair) => {
    pair.edit({ a: '1' });
    await pair.sync();
    const busy = join(pair.there, '.sbx/busy');
    writeFileSync(busy, '1 12345\n');
    assert.ok((await pair.sync()).untouched, 'a holder that is gone, or another process of that number, is none');
    const started = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')[19];
    writeFileSync(busy, `${process.pid} ${started}\n`);
    const waiting = pair.sync();
    const first = await Promise.race([waiting.then(() => 'done'), pause(400).then(() => 'waits')]);
    assert.is(first, 'waits');
    rmSync(busy);
    assert.ok((await waiting).untouched);
  }));

test.run();
