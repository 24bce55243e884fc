import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import type { Files } from '../../lib/model/io.ts';
import type { Makes, Reads } from '../../lib/model/plan.ts';
import { LOCAL } from '../../lib/model/project.ts';
import { type Tree, treeOf } from '../../lib/model/tree.ts';
import { describe } from '../../lib/plan/describe.ts';
import { captureOutputs } from '../../lib/run/capture.ts';
import { makeLook, type ProjectLook } from '../../lib/run/look.ts';
import { openRecords, type Records } from '../../lib/run/records.ts';
import { withFolder } from '../rig/folder.ts';
import { failing } from './crash.ts';
import { actionOf, ioOf, lastOf, put, real, rulesOf, successOf, type World, worldIn } from './store-fixture.ts';

const NOTHING: Makes = { is: 'nothing' };
const files = (...globs: readonly string[]): Reads => ({ is: 'files', globs });

interface Seen {
  readonly world: World;
  readonly look: ProjectLook;
  readonly records: Records;
}

function seen(folder: string, through: Files = real, path = '/nowhere'): Seen {
  const world = worldIn(folder, through);
  const records = openRecords(
    ioOf(through),
    world.scene.folder,
    () => {},
    (name) => name,
  );
  const environment = new Map([['PATH', path]]);
  const { root, memo, store } = world;
  return {
    world,
    records,
    look: makeLook({ files: through, root, environment, here: { os: 'linux', arch: 'x64' }, memo, store, records }),
  };
}

const paths = (tree: Tree | undefined): readonly string[] | undefined => tree?.entries.map(({ path }) => path);

test('an output that is taken away while it is looked at is missing, and no trouble', () =>
  withFolder((folder) => {
    for (const names of [['dist/a'], ['dist/a', 'dist/b']]) {
      const leaving = failing(real, 'NONE', (name, args) => {
        if (name === 'openSync' && String(args[0]).endsWith('/dist/a')) fs.rmSync(String(args[0]));
        return false;
      });
      const { world, look } = seen(folder, leaving);
      put(world.root, Object.fromEntries(names.map((name) => [name, name])));
      const entries = names.map((path) => ({ kind: 'file', path, digest: digestOf(path), size: path.length, executable: false }) as const);
      const action = actionOf('build', { is: 'nothing' }, { is: 'files', globs: ['dist'] });
      assert.equal(look.outputs(action, successOf(treeOf(entries))).missing, ['dist/a']);
      assert.is(look.trouble(action), undefined);
    }
  }));

test('outputs in a folder that is closed are not missing: it is said that nobody can look', () =>
  withFolder((folder) => {
    const closed = failing(real, 'EACCES', (name, args) => name === 'readdirSync' && String(args[0]).endsWith('/dist'));
    const { world, look } = seen(folder, closed);
    put(world.root, { 'dist/a': 'a' });
    const entry = { kind: 'file', path: 'dist/a', digest: digestOf('a'), size: 1, executable: false } as const;
    const action = actionOf('build', { is: 'nothing' }, { is: 'files', globs: ['dist'] });
    const { missing, unreadable = '' } = look.outputs(action, successOf(treeOf([entry])));
    assert.equal(missing, []);
    assert.match(describe({ code: 'outputs-unreadable', because: unreadable }), /^its outputs cannot be looked at: .*dist.*EACCES/);
  }));

test('inputs are what the globs name, and stay what they were until the look is refreshed', () =>
  withFolder((folder) => {
    const { world, look } = seen(folder);
    put(world.root, { 'src/a.c': 'a', 'src/b.h': 'b', 'doc/c.c': 'c' });
    const action = actionOf('build', files('src/**', '!**/*.h'), NOTHING);
    const tree = look.inputs(action);
    assert.equal(paths(tree), ['src/a.c']);
    put(world.root, { 'src/a.c': 'changed', 'src/new.c': 'n' });
    assert.is(look.inputs(action), tree);
    look.refresh();
    assert.equal(paths(look.inputs(action)), ['src/a.c', 'src/new.c']);
    assert.is.not(look.inputs(action)?.digest, tree?.digest);
    assert.is(look.inputs(actionOf('x', { is: 'nothing' }, NOTHING)), undefined);
    assert.is(look.trouble(action), undefined);
  }));

test('the tree changes with path, content, exec bit and link target, and with nothing else', () =>
  withFolder((folder) => {
    const { world, look } = seen(folder);
    const action = actionOf('build', files('src'), NOTHING);
    const digest = (): string | undefined => {
      look.refresh();
      return look.inputs(action)?.digest;
    };
    put(world.root, { 'src/a': '1', 'src/b': '1' });
    fs.symlinkSync('a', `${world.root}/src/l`);
    const known = [digest()];
    fs.utimesSync(`${world.root}/src/a`, 1, 1);
    fs.chmodSync(`${world.root}/src/a`, 0o600);
    assert.is(digest(), known[0]);
    for (const change of [
      () => fs.writeFileSync(`${world.root}/src/a`, '2'),
      () => fs.chmodSync(`${world.root}/src/a`, 0o755),
      () => fs.renameSync(`${world.root}/src/b`, `${world.root}/src/c`),
      () => [fs.rmSync(`${world.root}/src/l`), fs.symlinkSync('c', `${world.root}/src/l`)],
      () => fs.rmSync(`${world.root}/src/c`),
    ]) {
      change();
      const now = digest();
      assert.not(known.includes(now), String(change));
      known.push(now);
    }
  }));

test('behind a link to a file its content counts, wherever it lies', () =>
  withFolder((folder) => {
    const { world, look } = seen(folder);
    put(world.root, { 'src/x': '', 'conf/real': 'inside' });
    put(folder, { outside: 'outside' });
    fs.symlinkSync('../conf/real', `${world.root}/src/in`);
    fs.symlinkSync(`${folder}/outside`, `${world.root}/src/out`);
    const action = actionOf('build', files('src/**'), NOTHING);
    const first = look.inputs(action);
    assert.equal(paths(first), ['conf/real', 'src/in', 'src/out', 'src/x']);
    for (const path of [`${world.root}/conf/real`, `${folder}/outside`]) {
      const before = look.inputs(action)?.digest;
      fs.writeFileSync(path, 'edited');
      look.refresh();
      assert.is.not(look.inputs(action)?.digest, before, path);
    }
  }));

test('an input that cannot be read is trouble of that action, never an absence', () =>
  withFolder((folder) => {
    const denied = failing(real, 'EACCES', (name, args) => name === 'openSync' && String(args[0]).endsWith('secret.c'));
    const { world, look } = seen(folder, denied);
    put(world.root, { 'src/secret.c': 'a', 'lib/b.c': 'b' });
    const action = actionOf('build', files('src/**'), NOTHING);
    assert.is(look.inputs(action), undefined);
    assert.match(look.trouble(action)?.message ?? '', 'secret.c: permission denied');
    const other = actionOf('other', files('lib/**'), NOTHING);
    assert.equal(paths(look.inputs(other)), ['lib/b.c']);
    assert.is(look.trouble(other), undefined);
  }));

test('what arrived is what the feeding sync would send, else the receipt, narrowed', () =>
  withFolder((folder) => {
    const { world, look, records } = seen(folder);
    put(world.root, { 'a.hs': 'a', 'b.txt': 'b', 'dist/x': 'x' });
    const sync = actionOf('sync', { is: 'sources', files: 'all', exclude: ['dist'] }, NOTHING);
    const build = actionOf('build', { is: 'arrived', globs: ['**/*.hs'] }, NOTHING);
    assert.equal(paths(look.inputs(sync)), ['a.hs', 'b.txt']);
    assert.equal(paths(look.inputs(build, sync)), ['a.hs']);
    assert.is(look.inputs(build), undefined);
    records.setReceipt(LOCAL, { id: 'r', workspace: digestOf('w'), tree: look.inputs(sync) as Tree });
    put(world.root, { 'later.hs': 'l' });
    look.refresh();
    assert.equal(paths(look.inputs(build)), ['a.hs']);
    assert.equal(paths(look.inputs(build, sync)), ['a.hs', 'later.hs']);
    const sources = look.sources('git', []);
    assert.ok(!sources.ok && sources.error.hint?.includes('files: all'));
  }));

test('outputs are compared by content, and restorable is asked of the store', () =>
  withFolder((folder) => {
    const { world, look } = seen(folder);
    const action = actionOf('build', { is: 'nothing' }, { is: 'files', globs: ['out/**'] });
    put(world.root, { 'out/a': 'a', 'out/b': 'b', 'out/c': 'c' });
    const captured = captureOutputs(world.scene, rulesOf(['out/**']));
    assert.ok(captured.ok);
    const remembered = successOf(captured.value.tree);
    assert.ok(world.store.remember(remembered));
    assert.equal(look.outputs(action, remembered), { missing: [], edited: [], extra: [], restorable: true });
    put(world.root, { 'out/a': 'A', 'out/new': '' });
    fs.rmSync(`${world.root}/out/b`);
    look.refresh();
    const expected = { missing: ['out/b'], edited: ['out/a'], extra: ['out/new'] };
    assert.equal(look.outputs(action, remembered), { ...expected, restorable: true });
    fs.rmSync(`${world.cache}/ac/v1/${remembered.key}`);
    world.store.recall(remembered.key);
    assert.equal(look.outputs(action, remembered), { ...expected, restorable: false });
    assert.is(look.outputs(action, successOf(null)).restorable, true);
  }));

test('a success is known from the records of the project, else from the store', () =>
  withFolder((folder) => {
    const { world, look, records } = seen(folder);
    const success = successOf(null);
    assert.is(look.remembered(success.key), undefined);
    records.finish('build', lastOf(true), { remembered: success });
    assert.is(look.remembered(success.key)?.ms, 20);
    records.begin('build');
    look.refresh();
    assert.is(look.remembered(success.key), undefined);
    world.store.remember(success);
    look.refresh();
    assert.is(look.remembered(success.key)?.ms, 20);
  }));

test('a tool is its path and its content, behind links too', () =>
  withFolder((folder) => {
    put(folder, { 'bin/cc': 'v1', 'later/cc': 'other', 'bin/plain': 'x' });
    fs.chmodSync(`${folder}/bin/cc`, 0o755);
    fs.symlinkSync('cc', `${folder}/bin/gcc`);
    const { look } = seen(folder, real, `relative:${folder}/none:${folder}/bin:${folder}/later`);
    const mark = `${folder}/bin/gcc ${digestOf('v1')}`;
    assert.equal(look.tools(['gcc', 'plain', 'none']), { gcc: mark, plain: 'missing', none: 'missing' });
    fs.writeFileSync(`${folder}/bin/cc`, 'v2');
    assert.equal(look.tools(['gcc']).gcc, mark, 'one plan sees one tool');
    look.refresh();
    assert.is(look.tools(['gcc']).gcc, `${folder}/bin/gcc ${digestOf('v2')}`);
  }));

test('local is always a place, and others are what was seen of them', () =>
  withFolder((folder) => {
    const { look, records } = seen(folder);
    assert.equal(look.place(LOCAL)?.probes, { os: 'linux', arch: 'x64' });
    assert.is(look.place('vm'), undefined);
    records.setPlace(LOCAL, { probes: { cc: '12' }, at: 5, holds: {} });
    assert.equal(look.place(LOCAL), { probes: { cc: '12', os: 'linux', arch: 'x64' }, at: 5, holds: {} });
  }));

test('looking writes nothing', () =>
  withFolder((folder) => {
    const first = seen(folder);
    put(first.world.root, { 'src/a': 'a', out: 'o' });
    const writes: string[] = [];
    const watched = failing(real, 'NONE', (name, args) => {
      if (/^(write|rename|unlink|rm|mkdir|link|symlink|chmod|utimes|copy)/.test(name) || (name === 'openSync' && /[wa]/.test(`${args[1]}`)))
        writes.push(name);
      return false;
    });
    const { look } = seen(folder, watched, '/usr/bin');
    const action = actionOf('build', files('src'), { is: 'files', globs: ['out'] });
    look.inputs(action);
    look.tools(['sh']);
    look.remembered(successOf(null).key);
    look.outputs(action, successOf({ digest: digestOf(''), entries: [] }));
    look.formerInputs(digestOf('x'));
    assert.equal(
      [look.place('vm'), look.receipt('vm'), look.last('build'), look.history('build')],
      [undefined, undefined, undefined, undefined],
    );
    assert.equal(writes, []);
  }));

test.run();
