import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { makeFolder } from '../../lib/io/replace.ts';
import type { Files } from '../../lib/model/io.ts';
import { captureOutputs } from '../../lib/run/capture.ts';
import { restoreOutputs } from '../../lib/run/restore.ts';
import type { Success } from '../../lib/run/store-record.ts';
import { withFolder } from '../rig/folder.ts';
import { failing, sweep } from './crash.ts';
import { filesIn, put, real, rulesOf, successOf, type World, worldIn } from './store-fixture.ts';

const RULES = rulesOf(['dist/**', 'app']);
const LARGE = 'b'.repeat(100_000);
const MADE = { 'dist/a.txt': 'a', 'dist/deep/b.txt': LARGE, 'dist/deep/z.txt': 'z', 'dist/empty': '', app: '#!/bin/sh\n' };

function captured(world: World, rules = RULES) {
  const result = captureOutputs(world.scene, rules);
  assert.ok(result.ok, JSON.stringify(result));
  assert.ok(result.value.kept && world.store.remember(successOf(result.value.tree)));
  return successOf(result.value.tree);
}

function restored(world: World, success: Success, rules = RULES) {
  const result = restoreOutputs(world.scene, rules, success);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function make(world: World): void {
  put(world.root, MADE);
  fs.chmodSync(`${world.root}/app`, 0o755);
  fs.symlinkSync('deep/b.txt', `${world.root}/dist/link`);
}

test('missing, edited and extra outputs: afterwards the set is exact, and nothing of the user is lost', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    make(world);
    put(world.root, { 'src/main.c': 'mine' });
    const success = captured(world);
    const whole = filesIn(world.root);
    fs.rmSync(`${world.root}/dist/deep`, { recursive: true });
    fs.rmSync(`${world.root}/dist/link`);
    put(world.root, { 'dist/a.txt': 'edited by hand', 'dist/new/c.txt': 'extra' });
    const result = restored(world, success);
    assert.equal(result, { files: 4, bytes: 100_002, edited: ['dist/a.txt'], extra: ['dist/new/c.txt'], others: [], inTheWay: [] });
    assert.equal(filesIn(world.root), whole);
    assert.is(fs.readlinkSync(`${world.root}/dist/link`), 'deep/b.txt');
    assert.not(fs.existsSync(`${world.root}/dist/new`));
    const trash = filesIn(`${world.root}/.sbx/trash/r1`);
    assert.equal(trash, { 'dist/a.txt': 'edited by hand', 'dist/new/c.txt': 'extra' });
    assert.equal(restored(world, success), { files: 0, bytes: 0, edited: [], extra: [], others: [], inTheWay: [] });
  }));

test('what somebody may miss is on the disk in the trash before anything takes its place, each folder once', () =>
  withFolder((folder) => {
    const paths = new Map<number, string>();
    const done: string[] = [];
    const within = (path: unknown): string => String(path).slice(folder.length + '/project/'.length);
    const files: Files = {
      ...real,
      openSync: (path, ...rest) => {
        const fd = real.openSync(path, ...rest);
        paths.set(fd, String(path));
        return fd;
      },
      fsyncSync: (fd) => done.push(`fsync ${within(paths.get(fd))}`),
      renameSync(from, to) {
        done.push(within(from).startsWith('.sbx/stage') ? 'put' : `${within(from)} to ${within(to)}`);
        real.renameSync(from, to);
      },
    };
    const world = worldIn(folder, files);
    make(world);
    const success = captured(world);
    put(world.root, { 'dist/a.txt': 'by hand', 'dist/empty': 'by hand', 'dist/deep/z.txt': 'by hand', 'dist/mine': 'mine' });
    done.length = 0;
    restored(world, success);
    const away = ['dist/a.txt', 'dist/deep/z.txt', 'dist/empty'].map((path) => `${path} to .sbx/trash/r1/${path}`);
    const [trash, deep] = ['fsync .sbx/trash/r1/dist', 'fsync .sbx/trash/r1/dist/deep'];
    assert.equal(done, ['dist/mine to .sbx/trash/r1/dist/mine', trash, ...away, trash, deep, 'put', 'put', 'put']);
  }));

test('an old output goes just before the new one comes: trouble in between leaves one missing, not all', () =>
  withFolder((folder) => {
    const model = worldIn(folder);
    make(model);
    const success = captured(model);
    put(model.root, { 'dist/a.txt': 'old', 'dist/deep/z.txt': 'old', 'dist/empty': 'old' });
    let placed = 0;
    const world = worldIn(
      folder,
      failing(real, 'EIO', (name, [from]) => name === 'renameSync' && String(from).includes('/.sbx/stage') && ++placed === 2),
    );
    const result = restoreOutputs(world.scene, RULES, success, () => false);
    assert.match(!result.ok ? result.error.message : '', 'EIO');
    const texts = filesIn(model.root);
    assert.equal([texts['dist/a.txt'], texts['dist/deep/z.txt'], texts['dist/empty']], ['a', undefined, 'old']);
  }));

test('a lost exec bit, a file in place of a folder and a link in place of a parent are put right', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    make(world);
    const success = captured(world);
    const whole = filesIn(world.root);
    fs.chmodSync(`${world.root}/app`, 0o644);
    fs.rmSync(`${world.root}/dist`, { recursive: true });
    put(folder, { 'elsewhere/keep.txt': 'not ours' });
    fs.symlinkSync(`${folder}/elsewhere`, `${world.root}/dist`);
    const back = restored(world, success);
    assert.equal(back !== 'miss' && back.inTheWay, ['dist']);
    assert.equal(filesIn(world.root), whole);
    assert.ok(fs.statSync(`${world.root}/app`).mode & 0o100);
    assert.equal(filesIn(`${folder}/elsewhere`), { 'keep.txt': 'not ours' });
    fs.rmSync(`${world.root}/dist/deep`, { recursive: true });
    put(world.root, { 'dist/deep': 'a file now' });
    restored(world, success);
    assert.equal(filesIn(world.root), whole);
  }));

test('outputs within state come back file by file, and nothing else there is touched', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const rules = rulesOf(['target/release/**'], ['target']);
    put(world.root, { 'target/release/app': 'app', 'target/cache/x': 'memory' });
    const success = captured(world, rules);
    assert.equal(
      success.outputs?.entries.map(({ path }) => path),
      ['target/release/app'],
    );
    put(world.root, { 'target/release/app': 'other', 'target/release/new': 'of the tool', 'target/cache/x': 'newer memory' });
    assert.equal(restored(world, success, rules), {
      files: 1,
      bytes: 3,
      edited: ['target/release/app'],
      extra: [],
      others: [],
      inTheWay: [],
    });
    assert.equal(filesIn(world.root), {
      'target/release/app': 'app',
      'target/release/new': 'of the tool',
      'target/cache/x': 'newer memory',
    });
  }));

test('a blob that is damaged or gone is a miss, and the project is as it was', () =>
  withFolder((folder) => {
    for (const [harm, what] of ['flip', 'remove'].flatMap((harm) => ['blob', 'record'].map((what) => [harm, what] as const))) {
      const world = worldIn(`${folder}/${harm}/${what}`);
      make(world);
      const success = captured(world);
      const digest = digestOf(LARGE);
      const path = what === 'blob' ? `${world.cache}/cas/sha256/${digest.slice(0, 2)}/${digest}` : `${world.cache}/ac/v1/${success.key}`;
      const content = fs.readFileSync(path);
      fs.rmSync(path);
      content[content.length - 1] = (content.at(-1) as number) ^ 1;
      if (harm === 'flip') fs.writeFileSync(path, content);
      fs.rmSync(`${world.root}/dist/deep`, { recursive: true });
      put(world.root, { 'dist/a.txt': 'edited', 'dist/new.txt': 'extra' });
      const before = filesIn(world.root);
      assert.is(restored(world, success), 'miss');
      assert.equal(filesIn(world.root), before);
      assert.is(world.warnings.length, harm === 'flip' ? 1 : 0);
      assert.equal(fs.readdirSync(`${world.root}/.sbx/stage`), []);
    }
  }));

test('killed before, after or within any operation of a restore: the next one makes the set exact, edits are in place or in the trash', () =>
  withFolder((folder) => {
    const at = (nth: number): string => `${folder}/${nth}`;
    const model = worldIn(`${folder}/model`);
    make(model);
    const success = captured(model);
    const whole = filesIn(model.root);
    const story = (files: Files, nth: number): void => {
      makeFolder(real, at(nth));
      fs.cpSync(model.cache, `${at(nth)}/cache`, { recursive: true });
      const world = worldIn(at(nth), files);
      put(world.root, { 'dist/a.txt': 'edited', 'dist/extra.txt': 'extra', app: MADE.app });
      restoreOutputs(world.scene, RULES, success);
    };
    const crashes = sweep(
      story,
      (nth) => {
        const world = worldIn(at(nth));
        restored(world, success);
        assert.equal(filesIn(world.root), whole);
        const trash = Object.entries(filesIn(`${world.root}/.sbx/trash/r1`));
        assert.ok(trash.some(([path, text]) => path === 'dist/a.txt' && text === 'edited'));
        assert.ok(trash.some(([path, text]) => path === 'dist/extra.txt' && text === 'extra'));
        fs.rmSync(at(nth), { recursive: true });
      },
      real,
    );
    assert.ok(crashes > 60, String(crashes));
  }));

test('a full disk of the project is a failure that says so, and nothing was touched before', () =>
  withFolder((folder) => {
    const model = worldIn(folder);
    make(model);
    const success = captured(model);
    fs.rmSync(`${model.root}/dist`, { recursive: true });
    const before = filesIn(model.root);
    const world = worldIn(
      folder,
      failing(real, 'ENOSPC', (name) => name === 'writeSync'),
    );
    const result = restoreOutputs(world.scene, RULES, success);
    assert.not(result.ok);
    assert.match(!result.ok ? result.error.message : '', 'no space left on the disk (ENOSPC)');
    assert.equal(filesIn(model.root), before);
  }));

test.run();
