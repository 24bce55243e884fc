import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withPair } from './pair.ts';
import { read } from './tree.ts';

const SOURCES = { 'a b': '1', "it's\nb": '2', gone: '3', 'd/e': '4' };

test('edits kept: what was edited there stays, is named each time, and is what arrived', () =>
  withPair(async (pair) => {
    pair.rules = { edits: 'keep' };
    pair.edit(SOURCES);
    await pair.sync();
    pair.far({ 'a b': 'theirs', "it's\nb": '-> d', gone: null });
    pair.edit({ 'd/e': '4b' });
    const done = await pair.sync();
    const there = { 'a b': 'theirs', "it's\nb": '-> d', gone: '3', 'd/e': '4b' };
    assert.equal(pair.got(), there);
    assert.equal(pair.notes, ['edited on the far side and overwritten: gone', "edited on the far side and kept: a b, it's\nb"]);
    assert.equal(
      done.receipt.kept?.map(({ path }) => path),
      ['a b', "it's\nb"],
    );
    pair.edit({ 'a b': '1b', gone: '3b' });
    await pair.sync();
    assert.equal(pair.got(), { ...there, gone: '3b' }, 'an edit on both sides is kept too');
    assert.match(pair.notes.at(-1) ?? '', /kept: a b, it's/);
    // Alike again, it is a file as all others.
    pair.edit({ 'a b': 'theirs', "it's\nb": '-> d' });
    assert.is((await pair.sync()).receipt.kept, undefined);
    pair.edit({ 'a b': '1c' });
    await pair.sync();
    assert.equal(pair.got(), read(pair.here));
  }));

test('edits kept: what is removed here and was edited there stays, and is ours no longer', () =>
  withPair(async (pair) => {
    pair.rules = { edits: 'keep' };
    pair.edit(SOURCES);
    await pair.sync();
    pair.far({ 'd/e': 'theirs' });
    pair.edit({ 'd/e': null, 'a b': null });
    await pair.sync();
    assert.equal(pair.got(), { ...read(pair.here), 'd/e': 'theirs' });
    assert.match(pair.notes.join(), 'kept: d/e');
    assert.ok((await pair.sync()).untouched);
  }));

test('edits overwritten: what is removed here and was edited there goes, and is named', () =>
  withPair(async (pair) => {
    pair.edit(SOURCES);
    await pair.sync();
    pair.far({ 'd/e': 'theirs' });
    pair.edit({ d: null });
    await pair.sync();
    assert.equal(pair.got(), read(pair.here));
    assert.equal(pair.notes, ['edited on the far side and removed, as here: d/e']);
  }));

test('edits that fail: nothing there is changed, and they are named', () =>
  withPair(async (pair) => {
    pair.rules = { edits: 'fail' };
    pair.edit(SOURCES);
    await pair.sync();
    pair.far({ 'a b': 'theirs' });
    pair.edit({ 'd/e': '4b', gone: null });
    assert.is(await pair.fails(), 'sync-refused');
    assert.equal(pair.got(), { ...SOURCES, 'a b': 'theirs' });
    assert.is(await pair.fails(), 'sync-refused');
    pair.edit({ 'a b': 'theirs' });
    await pair.sync();
    assert.equal(pair.got(), read(pair.here), 'what is alike on both sides is no edit');
  }));

test('generated files are left as the build left them until they change here', () =>
  withPair(async (pair) => {
    pair.rules = { edits: 'fail', generated: (path) => path === 'd/e' };
    pair.edit(SOURCES);
    await pair.sync();
    pair.far({ 'd/e': 'by the build' });
    assert.ok((await pair.sync()).untouched);
    pair.edit({ 'a b': '2' });
    await pair.sync();
    pair.far({ 'd/e': 'by the build again' });
    pair.edit({ 'a b': '3' });
    await pair.sync();
    assert.equal(pair.got(), { ...read(pair.here), 'd/e': 'by the build again' });
    pair.edit({ 'd/e': 'other' });
    pair.rules = { ...pair.rules, edits: 'overwrite' };
    await pair.sync();
    assert.equal(pair.got(), read(pair.here));
  }));

test('where no receipt tells what was sent, what would be overwritten or removed is moved aside unless edits may be overwritten', () =>
  withPair(async (pair) => {
    pair.edit(SOURCES);
    await pair.sync();
    pair.far({ 'a b': 'theirs' });
    pair.edit({ gone: null });
    pair.rules = { edits: 'keep' };
    pair.receipt = undefined;
    const done = await pair.sync();
    assert.equal(pair.got(), read(pair.here));
    assert.equal(read(join(pair.there, '.sbx/aside', done.receipt.id)), { 'a b': 'theirs', gone: '3' });
    assert.match(pair.notes.join(), 'moved to .sbx/aside');
  }));

test('after another boot of the far side edits are found by what was sent', () =>
  withPair(async (pair) => {
    pair.rules = { edits: 'keep' };
    pair.edit(SOURCES);
    const { receipt } = await pair.sync();
    writeFileSync(join(pair.there, '.sbx/receipt'), `${receipt.id}\nanother boot\n`);
    pair.far({ 'a b': 'theirs' });
    pair.edit({ 'd/e': '4b' });
    await pair.sync();
    assert.equal(pair.got(), { ...read(pair.here), 'a b': 'theirs' });
    assert.match(pair.notes.join(), 'kept: a b');
  }));

test('no more is removed than is allowed', () =>
  withPair(async (pair) => {
    pair.rules = { mostRemoved: 2 };
    pair.edit(SOURCES);
    await pair.sync();
    for (const path of ['a b', 'gone', 'd']) rmSync(join(pair.here, path), { recursive: true });
    assert.is(await pair.fails(), 'sync-refused');
    assert.equal(pair.got(), SOURCES);
    pair.rules = { mostRemoved: 3 };
    await pair.sync();
    assert.equal(pair.got(), read(pair.here));
  }));

test.run();
