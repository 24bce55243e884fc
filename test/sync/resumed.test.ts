import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cutAfter, withTool } from './meddled.ts';
import { withPair } from './pair.ts';
import { read } from './tree.ts';

const LINE = 'one of the lines of a source that is not long\n';
const NAMES = ['a b', "it's", 'new\nline/x', '-rf', 'd/e/f', '*?[x]'];

/** Six files of 300 KB that no codec makes much smaller. */
function large(): Record<string, string> {
  return Object.fromEntries(NAMES.map((name) => [name, randomBytes(225_000).toString('base64')]));
}

test('a first sync that was cut goes on with what arrived; cut again and again, it comes to its end', () =>
  withPair(async (pair) => {
    pair.edit(large());
    const sent: number[] = [];
    for (let n = 0; n < 2; n++) {
      assert.is(await pair.fails(cutAfter(pair.session, 550_000)), 'far-side-answer');
      sent.push(pair.travelled.at(-1)?.ofFiles ?? 0);
      assert.equal(pair.got(), {}, 'nothing is in place before all of it is there');
    }
    const done = await pair.sync();
    assert.equal(pair.got(), read(pair.here));
    assert.is(sent[0], 6);
    assert.ok((sent[1] ?? 6) < 6 && done.sent < (sent[1] ?? 0), `${sent} ${done.sent}`);
    assert.not(existsSync(join(pair.there, '.sbx/part')));
    assert.not(existsSync(join(pair.there, '.sbx/stage')));
    assert.ok((await pair.sync()).untouched);
  }));

test('what changed here since the cut, or arrived damaged, is sent again', () =>
  withPair(async (pair) => {
    pair.edit({ ...large(), run: 'x:#!/bin/sh\n' });
    await pair.fails(cutAfter(pair.session, 1_100_000));
    const tree = join(pair.there, '.sbx/stage', readdirSync(join(pair.there, '.sbx/stage'))[0] ?? '', 'tree');
    const arrived = Object.keys(read(tree));
    assert.ok(arrived.length > 2, String(arrived));
    const [first = '', second = ''] = arrived;
    pair.edit({ [first]: 'edited since' });
    writeFileSync(join(tree, second), 'damaged');
    symlinkSync('/etc', join(tree, 'd2'));
    pair.edit({ 'd2/passwd': 'mine' });
    await pair.sync();
    assert.equal(pair.got(), read(pair.here));
  }));

test('a disk that is full over there is said, and what filled it goes', () =>
  withPair(async (pair) => {
    pair.edit(large());
    const said = 'head -c 100000 >/dev/null; echo "tar: x: Cannot write: No space left on device" >&2; exit 2';
    const full = withTool(join(pair.here, '..'), 'tar', said);
    assert.is(await pair.fails(full), 'far-side-full');
    assert.not(existsSync(join(pair.there, '.sbx/stage')));
    await pair.sync();
    assert.equal(pair.got(), read(pair.here));
  }));

test('a transfer says how far it is in bytes and files, from nothing to all', () =>
  withPair(async (pair) => {
    pair.edit({ ...large(), small: LINE });
    await pair.sync();
    const total = 6 * 300_000 + LINE.length;
    assert.equal(pair.travelled[0], { bytes: 0, ofBytes: total, files: 0, ofFiles: 7 });
    assert.equal(pair.travelled.at(-1), { bytes: total, ofBytes: total, files: 7, ofFiles: 7 });
    assert.ok(pair.travelled.length > 4 && pair.travelled.length < 210, String(pair.travelled.length));
    assert.ok(pair.travelled.every(({ bytes }, n) => n === 0 || bytes >= (pair.travelled[n - 1]?.bytes ?? 0)));
  }));

test.run();
