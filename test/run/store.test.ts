import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import type { Files } from '../../lib/model/io.ts';
import { type TreeEntry, treeOf } from '../../lib/model/tree.ts';
import { openStore } from '../../lib/run/store.ts';
import { verifyStore } from '../../lib/run/store-verify.ts';
import { withFolder } from '../rig/folder.ts';
import { failing, sweep } from './crash.ts';
import { ioOf, put, real, successOf, type World, worldIn } from './store-fixture.ts';

const SMALL = 'int main;\n';
const LARGE = 'x'.repeat(300_000);

function entry(path: string, content: string): TreeEntry {
  return { kind: 'file', path, digest: digestOf(content), size: content.length, executable: false };
}

const TREE = treeOf([entry('a', SMALL), entry('b', LARGE)]);

/** Puts two files, a log and a success. */
function fill(world: World): void {
  put(world.root, { a: SMALL, b: LARGE });
  world.store.keepFile(`${world.root}/a`);
  world.store.keepFile(`${world.root}/b`);
  const log = world.store.keepBytes(Buffer.from('all went well\n'));
  assert.ok(world.store.remember(successOf(TREE, log)));
}

/** Whatever happened before: a success that is recalled is whole, and a blob that comes out is right. */
function honest(world: World): 'whole' | 'miss' {
  const remembered = world.store.recall(successOf(TREE).key);
  if (!remembered) return 'miss';
  assert.equal(remembered.outputs, TREE);
  for (const [i, one] of TREE.entries.entries()) {
    if (one.kind !== 'file') continue;
    const to = `${world.root}/out${i}`;
    fs.rmSync(to, { force: true });
    const came = world.store.copyOut(one.digest, to, true, remembered.key);
    assert.is(fs.existsSync(to), came);
    if (!came) return 'miss';
    assert.is(digestOf(fs.readFileSync(to)), one.digest);
    assert.ok(fs.statSync(to).mode & 0o100);
  }
  return 'whole';
}

function storeFiles(cache: string): readonly string[] {
  const all = fs.readdirSync(cache, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return all.map((one) => `${one.parentPath}/${one.name}`).filter((path) => !path.includes('/quarantine/'));
}

test('what was put comes out, and the files of the store are read-only', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    fill(world);
    assert.is(honest(world), 'whole');
    const files = storeFiles(world.cache);
    assert.is(files.length, 2, 'what is small lies in the record');
    for (const path of files) assert.is(fs.statSync(path).mode & 0o777, 0o444 & ~process.umask());
    assert.equal(world.warnings, []);
  }));

test('a store that cannot be looked into has nothing, and says so once when it is to be filled', () =>
  withFolder((folder) => {
    put(`${folder}/project`, { a: SMALL, b: 'b'.repeat(100_000) });
    const said: string[] = [];
    const store = openStore(ioOf(), '/dev/null/sbx', (text) => said.push(text));
    const digest = digestOf(SMALL);
    assert.is(store.has(digest), false);
    assert.is(store.pathOf(digest), undefined);
    assert.is(store.read(digest), undefined);
    assert.is(store.recall(digest), undefined);
    for (let n = 0; n < 2; n++) assert.is(store.keepFile(`${folder}/project/b`), undefined);
    assert.equal(said.length, 1);
  }));

test('no blob of the store is the same file as one of the project', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    fill(world);
    honest(world);
    const paths = storeFiles(world.cache);
    assert.ok(paths.length > 1);
    for (const path of paths) assert.is(fs.statSync(path).nlink, 1);
  }));

test('a flipped bit anywhere in a small store is found, said, and never gives wrong content', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    put(world.root, { a: SMALL });
    world.store.keepFile(`${world.root}/a`);
    const tree = treeOf([entry('a', SMALL)]);
    const success = successOf(tree, world.store.keepBytes(Buffer.from('log\n')));
    world.store.remember(success);
    let flips = 0;
    for (const path of storeFiles(world.cache)) {
      const good = fs.readFileSync(path);
      for (let at = 0; at < good.length; at += 3, flips++) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] as number) ^ (1 << (at % 8));
        fs.rmSync(path);
        fs.writeFileSync(path, bad);
        world.warnings.length = 0;
        const recalled = world.store.recall(success.key);
        const came = recalled && world.store.copyOut(digestOf(SMALL), `${world.root}/out`, false, success.key);
        const log = came && recalled?.log && world.store.read(recalled.log, success.key);
        assert.ok(!recalled || !came || !log, `${path} ${at}`);
        assert.is(world.warnings.length, 1, `${path} ${at}`);
        assert.not(fs.existsSync(path), 'the damaged file was moved away');
        fs.rmSync(`${world.root}/out`, { force: true });
        fs.writeFileSync(path, good);
      }
    }
    assert.ok(flips > 250);
  }));

test('who only reads neither moves what is damaged nor says that it did', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    put(world.root, { a: SMALL });
    world.store.keepFile(`${world.root}/a`);
    const success = successOf(treeOf([entry('a', SMALL)]));
    world.store.remember(success);
    const [path = ''] = storeFiles(world.cache).filter((file) => file.endsWith(success.key));
    fs.rmSync(path);
    fs.writeFileSync(path, 'no record');
    const said: string[] = [];
    const reader = openStore(ioOf(), world.cache, (text, hint) => said.push(`${text} ${hint}`), 'read');
    assert.is(reader.recall(success.key), undefined);
    assert.is(fs.readFileSync(path, 'utf8'), 'no record');
    assert.is(said.length, 1);
    assert.match(said[0] ?? '', 'It is left where it is');
    assert.not.match(said[0] ?? '', 'was moved');
  }));

test('a truncated, emptied or missing file of the store is a miss, and putting it again mends it', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    fill(world);
    const paths = storeFiles(world.cache);
    assert.ok(paths.length > 1);
    for (const path of paths) {
      for (const length of [0, 1, Math.floor(fs.statSync(path).size / 2), -1]) {
        const good = fs.readFileSync(path);
        fs.rmSync(path);
        if (length >= 0) fs.writeFileSync(path, good.subarray(0, length));
        const log = world.store.recall(successOf(TREE).key)?.log;
        const state = honest(world);
        assert.ok(state === 'miss' || !log || world.store.read(log, successOf(TREE).key) === undefined, `${path} ${length}`);
        fill(world);
        assert.is(honest(world), 'whole');
      }
    }
  }));

test('small things of equal content serve every success that refers to them', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    put(world.root, { a: SMALL, b: SMALL });
    const tree = treeOf([entry('a', SMALL), entry('b', SMALL)]);
    const keys = ['x', 'y'].map((inputs) => {
      for (const name of ['a', 'b']) world.store.keepFile(`${world.root}/${name}`);
      return successOf(tree, undefined, inputs);
    });
    for (const success of keys) assert.ok(world.store.remember(success));
    for (const { key } of keys) assert.is(world.store.read(digestOf(SMALL), key)?.toString(), SMALL);
    assert.is(world.store.remember(successOf(tree, undefined, 'z')), false, 'nobody kept them for this one');
    assert.is(world.store.recall(successOf(tree, undefined, 'z').key), undefined);
  }));

test('a record under another key, or with another fingerprint, is not believed', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    fill(world);
    const other = successOf(TREE, undefined, 'b');
    fs.copyFileSync(`${world.cache}/ac/v1/${successOf(TREE).key}`, `${world.cache}/ac/v1/${other.key}`);
    assert.is(world.store.recall(other.key), undefined);
    world.store.remember({ ...successOf(TREE), key: other.key });
    assert.is(world.store.recall(other.key), undefined);
  }));

test('verify names exactly what is damaged, and the record that needs it', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    fill(world);
    const clean = verifyStore(ioOf(), world.cache);
    assert.equal([clean.records, clean.blobs, clean.damaged, clean.incomplete], [1, 1, [], []]);
    const blob = `${world.cache}/cas/sha256/${digestOf(LARGE).slice(0, 2)}/${digestOf(LARGE)}`;
    fs.chmodSync(blob, 0o644);
    fs.writeFileSync(blob, LARGE.toUpperCase());
    const found = verifyStore(ioOf(), world.cache);
    assert.equal(found.damaged, [blob]);
    assert.equal(found.incomplete, [`${world.cache}/ac/v1/${successOf(TREE).key}`]);
    const again = verifyStore(ioOf(), world.cache);
    assert.equal([again.records, again.blobs, again.damaged, again.incomplete], [0, 0, [], []]);
  }));

test('killed before, after or within any operation: the next use is right without repair', () =>
  withFolder((folder) => {
    const at = (nth: number): string => `${folder}/${nth}`;
    const story = (files: Files, nth: number): void => fill(worldIn(at(nth), files));
    const crashes = sweep(
      story,
      (nth) => {
        const world = worldIn(at(nth));
        honest(world);
        const found = verifyStore(ioOf(), world.cache);
        assert.equal(found.damaged, []);
        fill(world);
        assert.is(honest(world), 'whole');
        assert.equal(world.warnings, []);
        fs.rmSync(at(nth), { recursive: true });
      },
      real,
    );
    assert.ok(crashes > 40, String(crashes));
  }));

test('two writers of one key, the second working at any moment of the first: both right', () =>
  withFolder((folder) => {
    for (let at = 0; ; at++) {
      const place = `${folder}/${at}`;
      let count = 0;
      const files = failing(real, 'NONE', (name) => {
        if (/^(open|write|rename|close)Sync$/.test(name) && count++ === at) fill(worldIn(place));
        return false;
      });
      fill(worldIn(place, files));
      const world = worldIn(place);
      assert.is(honest(world), 'whole');
      assert.equal(fs.readdirSync(`${world.cache}/tmp`), []);
      if (count <= at) break;
    }
  }));

for (const code of ['ENOSPC', 'EROFS', 'EACCES', 'EIO', 'EMFILE', 'EDQUOT']) {
  test(`${code} in the store fails nothing and is said once`, () =>
    withFolder((folder) => {
      const writes = (name: string, args: readonly unknown[]): boolean =>
        (name === 'writeSync' && code !== 'EACCES') || (name === 'openSync' && /w/.test(String(args[1]))) || name === 'mkdirSync';
      const world = worldIn(folder, failing(real, code, writes));
      put(world.root, { b: LARGE });
      assert.is(world.store.keepFile(`${world.root}/b`), undefined);
      assert.is(world.store.keepBytes(Buffer.from(LARGE)), undefined);
      assert.is(world.store.remember(successOf(null, world.store.keepBytes(Buffer.from('x')))), false);
      assert.is(world.warnings.length, 1);
      assert.match(world.warnings[0] ?? '', code);
      assert.is(world.store.recall(successOf(null).key), undefined);
    }));
}

test('a store opened for reading writes nothing, not even to move damage away', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    fill(world);
    const path = `${world.cache}/ac/v1/${successOf(TREE).key}`;
    fs.chmodSync(path, 0o644);
    fs.writeFileSync(path, 'nonsense');
    const before = storeFiles(world.cache);
    const readOnly = worldIn(
      folder,
      failing(real, 'EROFS', (name) => /^(write|rename|unlink|rm|mkdir|link)/.test(name)),
    );
    assert.is(readOnly.store.recall(successOf(TREE).key), undefined);
    assert.equal(storeFiles(world.cache), before);
  }));

test.run();
