import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { treeOf } from '../../lib/model/tree.ts';
import { captureOutputs } from '../../lib/run/capture.ts';
import { placeFetched } from '../../lib/run/fetched.ts';
import { liesAsNamed } from '../../lib/run/outputs.ts';
import { moveTouched, seeOutputs } from '../../lib/run/touched.ts';
import { withFolder } from '../rig/folder.ts';
import { failing } from './crash.ts';
import { filesIn, put, real, rulesOf, worldIn } from './store-fixture.ts';

test('the tree has every file and link that the globs name, and no other', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    put(world.root, { 'out/a': 'a', 'out/sub/b': 'b', 'out/skip.tmp': 't', other: 'o' });
    fs.symlinkSync('sub/b', `${world.root}/out/link`);
    const result = captureOutputs(world.scene, rulesOf(['out', '!**/*.tmp']));
    assert.ok(result.ok);
    assert.is(result.value.bytes, 2);
    assert.equal(result.value.tree.entries, [
      { kind: 'file', path: 'out/a', digest: digestOf('a'), size: 1, executable: false },
      { kind: 'link', path: 'out/link', target: 'sub/b' },
      { kind: 'file', path: 'out/sub/b', digest: digestOf('b'), size: 1, executable: false },
    ]);
  }));

test('an output that was named and not made is output-missing; a glob that matches nothing is not', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const missing = captureOutputs(world.scene, rulesOf(['app', 'lib/**']));
    assert.ok(!missing.ok && missing.error.code === 'output-missing' && missing.error.message.includes('app'));
    const empty = captureOutputs(world.scene, rulesOf(['lib/**']));
    assert.ok(empty.ok && empty.value.tree.entries.length === 0);
  }));

test('a pipe is output-special', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    assert.is(spawnSync('mkfifo', [`${world.root}/pipe`]).status, 0);
    const result = captureOutputs(world.scene, rulesOf(['*']));
    assert.ok(!result.ok && result.error.code === 'output-special');
  }));

for (const [target, why] of [
  ['../../secret', 'above the project'],
  ['/etc/passwd', 'absolute'],
  ['a/../../../etc', 'above it on a detour'],
  ['hop/x', 'out by way of another link'],
] as const) {
  test(`a link that leads ${why} is output-outside`, () =>
    withFolder((folder) => {
      const world = worldIn(folder);
      put(world.root, { 'out/x': '' });
      put(folder, { 'outside/x': '' });
      fs.symlinkSync(`${folder}/outside`, `${world.root}/out/hop`);
      fs.symlinkSync(target, `${world.root}/out/link`);
      const result = captureOutputs(world.scene, rulesOf(['out/link']));
      assert.ok(!result.ok && result.error.code === 'output-outside', JSON.stringify(result));
    }));
}

test('outputs below a folder that is a link are output-outside', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    put(folder, { 'outside/dist/x': '' });
    fs.symlinkSync(`${folder}/outside`, `${world.root}/build`);
    for (const glob of ['build/dist/x', 'build/dist/**', 'build/**']) {
      const result = captureOutputs(world.scene, rulesOf([glob]));
      assert.ok(!result.ok && result.error.code === 'output-outside', glob);
    }
  }));

test('with a store that cannot be written the tree is right and not kept', () =>
  withFolder((folder) => {
    const world = worldIn(
      folder,
      failing(real, 'ENOSPC', (name) => name === 'writeSync'),
    );
    put(world.root, { out: 'x'.repeat(100_000) });
    const result = captureOutputs(world.scene, rulesOf(['out']));
    assert.ok(result.ok && !result.value.kept);
    assert.is(result.value.tree.entries[0]?.path, 'out');
    assert.is(world.warnings.length, 1);
  }));

test('only outputs that a failed step touched are moved away, and never state', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const rules = rulesOf(['out/**', 'target/app'], ['target']);
    put(world.root, { 'out/old': 'old', 'out/both': '1', 'target/app': '1' });
    const before = seeOutputs(world.scene, rules);
    put(world.root, { 'out/both': '2 half', 'out/new': 'half', 'target/app': '2', src: 's' });
    assert.equal(
      moveTouched(world.scene, rules, before, (path) => path === 'out/new'),
      {
        ok: true,
        value: [
          { path: 'out/both', bin: 'replaced' },
          { path: 'out/new', bin: 'trash' },
        ],
      },
    );
    assert.equal(filesIn(world.root), { 'out/old': 'old', 'target/app': '2', src: 's' });
    assert.equal(filesIn(`${world.root}/.sbx/replaced/r1`), { 'out/both': '2 half' });
    assert.equal(filesIn(`${world.root}/.sbx/trash/r1`), { 'out/new': 'half' });
  }));

function stageIn(root: string): string {
  return `${root}/.sbx/stage/f`;
}

function file(path: string, text: string, executable = false) {
  return { kind: 'file', path, digest: digestOf(text), size: text.length, executable } as const;
}

test('what was fetched is placed exactly, unchanged files are left alone, and a file that is not what was promised refuses all', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const stage = stageIn(world.root);
    const tree = treeOf([file('same', 's', true), file('deep/new', 'n', true)]);
    put(world.root, { 'bin/same': 's', 'bin/extra': 'e' });
    fs.chmodSync(`${world.root}/bin/same`, 0o755);
    const before = fs.statSync(`${world.root}/bin/same`).ino;
    put(stage, { same: 's', 'deep/new': 'evil' });
    const refused = placeFetched(world.scene, rulesOf(['bin/**']), { stage, tree, to: 'bin' });
    assert.ok(!refused.ok && refused.error.code === 'fetch-refused');
    assert.equal(filesIn(world.root), { 'bin/same': 's', 'bin/extra': 'e' });
    put(stage, { 'deep/new': 'n' });
    const placed = placeFetched(world.scene, rulesOf(['bin/**']), { stage, tree, to: 'bin' });
    assert.ok(placed.ok && placed.value.kept && placed.value.files === 1);
    assert.equal(filesIn(world.root), { 'bin/same': 's', 'bin/deep/new': 'n' });
    assert.is(fs.statSync(`${world.root}/bin/same`).ino, before);
    assert.ok(fs.statSync(`${world.root}/bin/deep/new`).mode & 0o100);
  }));

test('what lies in its place and in the store is not staged; where it was changed meanwhile, it comes from the store', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const stage = stageIn(world.root);
    const tree = treeOf([file('deep/same', 's'), file('new', 'n')]);
    put(world.root, { 'bin/deep/same': 's', other: 's' });
    const entry = { ...file('deep/same', 's'), path: 'bin/deep/same' };
    assert.ok(liesAsNamed(real, world.root, world.memo, entry));
    assert.not(liesAsNamed(real, world.root, world.memo, { ...entry, executable: true }));
    assert.not(liesAsNamed(real, world.root, world.memo, { ...entry, digest: digestOf('t') }));
    put(stage, { new: 'n' });
    const nowhere = placeFetched(world.scene, rulesOf(['bin/**']), { stage, tree, to: 'bin' });
    assert.ok(!nowhere.ok, 'neither staged nor in the store');
    assert.is(world.store.keepFile(`${world.root}/other`, 'alone')?.digest, digestOf('s'));
    const before = fs.statSync(`${world.root}/bin/deep/same`).ino;
    const placed = placeFetched(world.scene, rulesOf(['bin/**']), { stage, tree, to: 'bin' });
    assert.ok(placed.ok && placed.value.kept && placed.value.files === 1);
    assert.is(fs.statSync(`${world.root}/bin/deep/same`).ino, before);
    put(world.root, { 'bin/deep/same': 'edited' });
    const again = placeFetched(world.scene, rulesOf(['bin/**']), { stage, tree, to: 'bin' });
    assert.ok(again.ok, JSON.stringify(again));
    assert.equal(filesIn(world.root), { 'bin/deep/same': 's', 'bin/new': 'n', other: 's' });
  }));

test.run();
