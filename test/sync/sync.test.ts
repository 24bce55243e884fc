import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { meddled } from './meddled.ts';
import { withPair } from './pair.ts';
import { read, treeIn } from './tree.ts';

const NAMES = {
  'a b/c  d': '1',
  'new\nline/x\ny': '2',
  '-rf': '3',
  '--help/-n': '4',
  'ünï/ço/🧪.hs': '5',
  'q\'uo"te`s$(touch canary)': '6',
  'back\\slash\\n': '7',
  'tab\there': '8',
  '*?[x]': '9',
  ' lead and trail ': '10',
  'carriage\r': '11',
  [`long/${'n'.repeat(120)}/${'m'.repeat(200)}`]: '12',
  empty: '',
};

test('the first sync brings everything: names of all kinds, exec bits, links as links', () =>
  withPair(async (pair) => {
    const links = {
      'l/in': '-> ../a b',
      'l/abs': '-> /etc/passwd',
      'l/out': '-> ../../../..',
      'l/dangling': '-> nowhere',
      'l/🧪': `-> ${'t'.repeat(150)}`,
    };
    pair.edit({ ...NAMES, ...links, 'run.sh': 'x:#!/bin/sh\n' });
    const first = await pair.sync();
    assert.equal(pair.got(), read(pair.here));
    assert.equal(first.receipt.tree, treeIn(pair.here));
    assert.is(first.sent, Object.keys(NAMES).length + 6);
    assert.is(first.trips, 2);
    assert.not(existsSync(join(pair.there, 'canary')));
    const second = await pair.sync();
    assert.ok(second.untouched);
    assert.is(second.trips, 1);
    assert.equal(second.receipt, first.receipt);
  }));

test('an edit sends one file; the others are not touched at all', () =>
  withPair(async (pair) => {
    pair.edit({ ...NAMES, 'src/A.hs': 'a', 'src/B.hs': 'b' });
    await pair.sync();
    const before = lstatSync(join(pair.there, 'src/B.hs'), { bigint: true });
    pair.edit({ 'src/A.hs': 'a2' });
    const done = await pair.sync();
    assert.is(done.sent, 1);
    assert.is(done.trips, 2);
    assert.equal(pair.got(), read(pair.here));
    const after = lstatSync(join(pair.there, 'src/B.hs'), { bigint: true });
    assert.equal([after.ino, after.mtimeNs, after.ctimeNs], [before.ino, before.mtimeNs, before.ctimeNs]);
    assert.ok((await pair.sync()).untouched);
  }));

test('what is gone here is removed there with the folders it leaves empty; what others put there stays', () =>
  withPair(async (pair) => {
    pair.edit({ ...NAMES, 'd/e/f': '1', 'd/g': '2', 'dist/old': '3' });
    await pair.sync();
    pair.far({ 'dist/product': 'p', 'stray.txt': 's' });
    const gone = Object.fromEntries(Object.keys(NAMES).map((name) => [name, null]));
    pair.edit({ ...gone, d: null, 'dist/old': null, 'new': 'n' });
    await pair.sync();
    assert.equal(pair.got(), { 'dist/product': 'p', 'stray.txt': 's', 'new': 'n' });
    assert.not(existsSync(join(pair.there, 'd')));
    assert.not(existsSync(join(pair.there, 'a b')));
    assert.ok((await pair.sync()).untouched);
  }));

test('what goes away here while it is sent does not stay there', () =>
  withPair(async (pair) => {
    pair.edit({ 'd/large': 'large '.repeat(300_000), z: 'z' });
    const removing = meddled(pair.session, async function* (stdin) {
      for await (const chunk of stdin) {
        yield chunk;
        rmSync(join(pair.here, 'd'), { recursive: true, force: true });
      }
    });
    await pair.sync(removing);
    assert.equal(Object.keys(pair.got()), ['z']);
    assert.ok((await pair.sync()).untouched);
  }));

test('exec bits alone travel without the file, and its time stays', () =>
  withPair(async (pair) => {
    pair.edit({ 'a b': 'x:1', c: '2' });
    await pair.sync();
    const before = lstatSync(join(pair.there, 'c')).mtimeMs;
    pair.edit({ 'a b': '1', c: 'x:2' });
    const done = await pair.sync();
    assert.is(done.sent, 0);
    assert.equal(pair.got(), { 'a b': '1', c: 'x:2' });
    assert.is(lstatSync(join(pair.there, 'c')).mtimeMs, before);
  }));

test("files, links and folders take each other's place", () =>
  withPair(async (pair) => {
    const shapes = [{ p: 'file' }, { 'p/q/r': 'deep', 'p/s': 'x' }, { p: '-> p2', p2: 't' }, { 'p/q': 'x:shallow' }] as const;
    // Every shape after every other.
    for (const shape of [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3, 0] as const) {
      const to = shapes[shape];
      pair.edit({ p: null, p2: null, keep: 'k', ...to });
      await pair.sync();
      assert.equal(pair.got(), { keep: 'k', ...to });
    }
    assert.equal(pair.notes, []);
  }));

test('edits made on the far side are seen, overwritten and said; a mere touch is not', () =>
  withPair(async (pair) => {
    pair.edit({ 'a\nb': '1', c: '2', d: '3', e: 'x:4', f: '-> c' });
    await pair.sync();
    const same = readFileSync(join(pair.there, 'd'));
    writeFileSync(join(pair.there, 'd'), same);
    assert.ok((await pair.sync()).untouched);
    assert.equal(pair.notes, []);
    pair.far({ 'a\nb': 'other', c: null, e: '4', f: '-> d' });
    const done = await pair.sync();
    assert.is(done.sent, 3);
    assert.equal(pair.got(), read(pair.here));
    assert.equal(pair.notes.length, 1);
    assert.match(pair.notes[0] ?? '', 'a\nb, c, e, f');
    assert.ok((await pair.sync()).untouched);
  }));

test('what is gone on both sides is forgotten', () =>
  withPair(async (pair) => {
    pair.edit({ a: '1', 'd/b': '2', c: '3' });
    await pair.sync();
    pair.edit({ 'd/b': null, a: null, c: '4' });
    pair.far({ 'd/b': null, c: '4' });
    await pair.sync();
    assert.equal(pair.got(), { c: '4' });
    assert.equal(pair.notes, []);
    assert.ok((await pair.sync()).untouched);
    // Whoever puts it there again puts there what is not ours.
    pair.far({ 'd/b': 'theirs' });
    pair.edit({ c: '5' });
    await pair.sync();
    assert.equal(pair.got(), { c: '5', 'd/b': 'theirs' });
  }));

test('what is excluded is not sent, and what is there of it is not removed', () =>
  withPair(async (pair) => {
    pair.edit({ 'src/a': '1', 'data/x': '2', 'b.o': '3' });
    await pair.sync();
    pair.exclude = ['data', '*.o'];
    pair.edit({ 'src/a': '1b' });
    await pair.sync();
    assert.equal(pair.got(), { 'src/a': '1b', 'data/x': '2', 'b.o': '3' });
    pair.far({ 'data/x': 'theirs' });
    assert.ok((await pair.sync()).untouched, 'no longer ours to watch');
  }));

test('nothing is written or removed through links that were planted in the workspace', () =>
  withPair(async (pair) => {
    pair.edit({ 'd/keep': '1', 'd/gone': '2', 'e/x': '3' });
    await pair.sync();
    const outside = join(pair.there, '..', 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'gone'), 'precious');
    writeFileSync(join(outside, 'keep'), 'precious');
    rmSync(join(pair.there, 'd'), { recursive: true });
    symlinkSync('../outside', join(pair.there, 'd'));
    pair.edit({ 'd/gone': null, 'd/keep': '1b', 'd/new': '4' });
    await pair.sync();
    assert.equal(read(outside), { gone: 'precious', keep: 'precious' });
    assert.equal(pair.got(), { 'd/keep': '1b', 'd/new': '4', 'e/x': '3' });
    assert.match(pair.notes.join('\n'), 'moved to .sbx/aside');
  }));

test('a workspace of another checkout, a swapped root and a lost sentinel are not touched', () =>
  withPair(async (pair) => {
    pair.edit({ a: '1' });
    await pair.sync();
    const sentinel = join(pair.there, '.sbx/sentinel');
    const text = readFileSync(sentinel, 'utf8');
    pair.edit({ a: '2' });
    writeFileSync(sentinel, text.replace(/"id":"./, '"id":"Z'));
    assert.is(await pair.fails(), 'workspace-foreign');
    rmSync(sentinel);
    assert.is(await pair.fails(), 'workspace-foreign');
    writeFileSync(sentinel, text);
    const { renameSync } = await import('node:fs');
    renameSync(pair.there, `${pair.there}2`);
    symlinkSync(`${pair.there}2`, pair.there);
    assert.is(await pair.fails(), 'workspace-unsafe');
    assert.equal(pair.got(), { a: '1' });
  }));

test('sources that are gone altogether are refused, not the workspace emptied', () =>
  withPair(async (pair) => {
    pair.edit({ a: '1', 'b/c': '2' });
    await pair.sync();
    pair.edit({ a: null, b: null });
    assert.is(await pair.fails(), 'sync-refused');
    assert.equal(pair.got(), { a: '1', 'b/c': '2' });
  }));

test('without a receipt on this side or that, only what differs is sent', () =>
  withPair(async (pair) => {
    pair.edit({ ...NAMES, x: 'x:1', l: '-> x', gone: '2' });
    await pair.sync();
    pair.receipt = undefined;
    pair.edit({ x: 'x:1b', gone: null });
    pair.far({ stray: 's' });
    const done = await pair.sync();
    assert.is(done.sent, 1);
    assert.is(done.trips, 3);
    assert.equal(pair.got(), { ...read(pair.here), stray: 's' });
    rmSync(join(pair.there, '.sbx/receipt'));
    const back = await pair.sync();
    assert.is(back.sent, 0);
    writeFileSync(join(pair.there, '.sbx/receipt'), `${back.receipt.id}\nanother boot\n`);
    const boot = await pair.sync();
    assert.equal([boot.untouched, boot.sent], [false, 0], 'a receipt of another boot is not believed');
    assert.ok((await pair.sync()).untouched);
  }));

test('the first sync of an adopted folder removes what is neither in the project nor excluded', () =>
  withPair(async (pair) => {
    pair.far({ '.git/config': 'a repository', 'src/A': 'same', 'src/Old': 'old', 'dist/p': 'product', 'sub/dir/x': 'y', l: '-> src' });
    pair.exclude = ['dist'];
    pair.edit({ 'src/A': 'same', 'src/B': 'b' });
    const done = await pair.sync();
    assert.is(done.sent, 1);
    assert.equal(pair.got(), { '.git/config': 'a repository', 'src/A': 'same', 'src/B': 'b', 'dist/p': 'product' });
    pair.far({ stray: 's' });
    assert.ok((await pair.sync()).untouched);
  }));

test.run();
