import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import type { Files } from '../../lib/model/io.ts';
import { treeOf } from '../../lib/model/tree.ts';
import { type Bounds, collectStore, tendStore } from '../../lib/run/store-gc.ts';
import type { Success } from '../../lib/run/store-record.ts';
import { storeStats, verifyStore } from '../../lib/run/store-verify.ts';
import { isTendingDue } from '../../lib/run/tended.ts';
import { withFolder } from '../rig/folder.ts';
import { pause } from '../rig/patience.ts';
import { failing, sweep } from './crash.ts';
import { ioOf, put, real, successOf, type World, worldIn } from './store-fixture.ts';

const LARGE = 40_000;
const HOUR = 3_600_000;
const ROOMY: Bounds = { maxSize: 1e9, maxAge: 1000 * HOUR };

/** Remembers a success whose one output has `size` bytes, last used `hoursAgo`. */
function remember(world: World, name: string, size: number, hoursAgo: number): Success {
  const content = name.repeat(size);
  put(world.root, { [name]: content });
  world.store.keepFile(`${world.root}/${name}`);
  const success = successOf(treeOf([{ kind: 'file', path: name, digest: digestOf(content), size, executable: false }]), undefined, name);
  world.store.remember(success);
  const at = Date.now() / 1000 - hoursAgo * 3600;
  for (const path of [pathOf(world, name, size), `${world.cache}/ac/v1/${success.key}`]) fs.utimesSync(path, at, at);
  return success;
}

function pathOf(world: World, name: string, size: number): string {
  const digest = digestOf(name.repeat(size));
  return `${world.cache}/cas/sha256/${digest.slice(0, 2)}/${digest}`;
}

function collect(world: World, bounds: Bounds, files: Files = real) {
  const collected = collectStore(ioOf(files), world.cache, bounds);
  return collected.ok ? collected.value : undefined;
}

test('what was not used for longer than the age goes, record and blob', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const old = remember(world, 'a', LARGE, 50);
    const young = remember(world, 'b', LARGE, 2);
    const done = collect(world, { ...ROOMY, maxAge: 24 * HOUR });
    assert.equal([done?.records, done?.blobs, done?.left.records, done?.left.blobs], [1, 1, 1, 1]);
    assert.is(world.store.recall(old.key), undefined);
    assert.ok(world.store.recall(young.key));
    assert.not(fs.existsSync(pathOf(world, 'a', LARGE)));
  }));

test('over the size, the least recently used go first', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const all = [1, 2, 3, 4].map((age) => remember(world, `${age}`, LARGE, age * 10));
    collect(world, { ...ROOMY, maxSize: 2.5 * LARGE });
    assert.equal(
      all.map(({ key }) => world.store.recall(key) !== undefined),
      [true, true, false, false],
    );
    assert.ok(storeStats(real, world.cache).bytes <= 2.5 * LARGE);
  }));

test('what a killed process left half-written is not counted as damaged', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    remember(world, 'a', LARGE, 1);
    put(world.cache, { 'tmp/half': 'x' });
    assert.is(storeStats(real, world.cache).quarantined, 0);
    fs.chmodSync(pathOf(world, 'a', LARGE), 0o644);
    fs.appendFileSync(pathOf(world, 'a', LARGE), 'x');
    verifyStore(ioOf(real), world.cache);
    assert.is(storeStats(real, world.cache).quarantined, 2, 'the blob, and the record that needs it');
  }));

test('a blob that two records share stays with the one that is left', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const old = remember(world, 'a', LARGE, 50);
    const young = { ...successOf(old.outputs, undefined, 'other') };
    world.store.remember(young);
    collect(world, { ...ROOMY, maxAge: 24 * HOUR });
    assert.ok(world.store.recall(young.key));
    assert.ok(fs.existsSync(pathOf(world, 'a', LARGE)));
  }));

test('a blob without a record stays for the grace: its record may be about to be written', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    put(world.root, { a: 'a'.repeat(LARGE), b: 'b'.repeat(LARGE) });
    world.store.keepFile(`${world.root}/a`);
    world.store.keepFile(`${world.root}/b`);
    const at = Date.now() / 1000 - 7200;
    fs.utimesSync(pathOf(world, 'a', LARGE), at, at);
    fs.utimesSync(pathOf(world, 'b', LARGE), at, at);
    world.store.keepFile(`${world.root}/b`); // found there, and thereby in use again
    fs.mkdirSync(`${world.cache}/tmp`, { recursive: true });
    fs.writeFileSync(`${world.cache}/tmp/left-by-a-crash`, 'x');
    fs.utimesSync(`${world.cache}/tmp/left-by-a-crash`, at, at);
    collect(world, ROOMY);
    assert.not(fs.existsSync(pathOf(world, 'a', LARGE)));
    assert.ok(fs.existsSync(pathOf(world, 'b', LARGE)));
    assert.equal(fs.readdirSync(`${world.cache}/tmp`), []);
  }));

test('a blob that is put to use while the records are read stays', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    remember(world, 'b', LARGE, 2);
    put(world.root, { a: 'a'.repeat(LARGE) });
    world.store.keepFile(`${world.root}/a`);
    const at = Date.now() / 1000 - 7200;
    fs.utimesSync(pathOf(world, 'a', LARGE), at, at);
    const files = failing(real, 'NONE', (name, args) => {
      if (name === 'openSync' && String(args[0]).includes('/ac/v1/')) world.store.keepFile(`${world.root}/a`);
      return false;
    });
    collect(world, ROOMY, files);
    assert.ok(fs.existsSync(pathOf(world, 'a', LARGE)));
  }));

test('what a clock dated that ran a year ahead is not kept before all that is used now', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const ahead = [1, 2].map((n) => remember(world, `${n}`, LARGE, -8760));
    collect(world, ROOMY);
    const now = Date.now();
    for (const { key } of ahead) assert.ok(Math.abs(fs.statSync(`${world.cache}/ac/v1/${key}`).mtimeMs - now) < 600_000);
  }));

test('a record that a collection takes while the store is verified was never damaged', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const old = remember(world, 'a', LARGE, 50);
    let collected = false;
    const files = failing(real, 'NONE', (name, args) => {
      if (!collected && name === 'existsSync' && String(args[0]).endsWith(old.key)) {
        collected = true;
        fs.rmSync(String(args[0]));
      }
      return false;
    });
    fs.rmSync(pathOf(world, 'a', LARGE));
    assert.equal(verifyStore(ioOf(files), world.cache).incomplete, []);
    assert.ok(collected);
  }));

test('two do not collect at once', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    remember(world, 'a', LARGE, 50);
    let inner: unknown = 'not asked';
    let asked = false;
    const files = failing(real, 'NONE', (name, args) => {
      if (!asked && name === 'readdirSync' && String(args[0]).endsWith('sha256')) {
        asked = true;
        inner = collect(world, ROOMY);
      }
      return false;
    });
    assert.ok(collect(world, ROOMY, files));
    assert.is(inner, undefined);
  }));

test('a lock that cannot be had is named, with what to do; what an editor or a file browser left in it is no lock, and is kept', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    remember(world, 'a', LARGE, 50);
    const bounds = { ...ROOMY, maxAge: 24 * HOUR };
    const path = `${world.cache}/gc.lock`;
    put(path, { 'damaged,': '' });
    const refused = collectStore(ioOf(), world.cache, bounds);
    assert.match(refused.ok ? '' : refused.error.message, /gc\.lock holds "damaged,", which does not say whose lock it is/);
    assert.is(!refused.ok && refused.error.hint, `if nobody collects: rm -r ${path}`);
    fs.rmSync(path, { recursive: true });
    put(path, { '.DS_Store': 'mine' });
    assert.is(collect(world, bounds)?.records, 1);
    const [bin] = fs.readdirSync(`${world.cache}/trash`);
    assert.is(fs.readFileSync(`${world.cache}/trash/${bin}/gc.lock/.DS_Store`, 'utf8'), 'mine');
  }));

test('killed before or after any operation of a collection: what is recalled is whole', () =>
  withFolder((folder) => {
    const at = (nth: number): string => `${folder}/${nth}`;
    const crashes = sweep(
      (files, nth) => {
        const world = worldIn(at(nth));
        remember(world, 'a', LARGE, 50);
        remember(world, 'b', LARGE, 2);
        collect(world, { ...ROOMY, maxAge: 24 * HOUR }, files);
      },
      (nth) => {
        const world = worldIn(at(nth));
        const { key } = successOf(null, undefined, 'b');
        assert.ok(world.store.recall(key));
        assert.equal(verifyStore(ioOf(), world.cache).incomplete, []);
        fs.rmSync(`${world.cache}/gc.lock`, { recursive: true, force: true }); // its holder, this process, lives on here
        assert.is(collect(world, { ...ROOMY, maxAge: 24 * HOUR })?.left.records, 1);
        fs.rmSync(at(nth), { recursive: true });
      },
      real,
    );
    assert.ok(crashes > 20, String(crashes));
  }));

test('after a run: a small and young store is left alone, and not read', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const { key } = remember(world, 'a', LARGE, 0);
    const tend = (bounds: Bounds, files: Files = real) => tendStore(ioOf(files), world.cache, world.scene.folder, [], bounds);
    assert.is(
      tend(
        ROOMY,
        failing(real, 'EIO', (name) => name === 'readFileSync'),
      ),
      undefined,
    );
    assert.ok(world.store.recall(key));
    assert.is(tend({ ...ROOMY, maxSize: 1 })?.records, 1, 'too large, however young');
  }));

test('after a run: keys are marked as used, at most once a day, and a read-only store is no trouble', () =>
  withFolder((folder) => {
    const world = worldIn(folder);
    const used = remember(world, 'a', LARGE, 50);
    const unused = remember(world, 'b', LARGE, 50);
    const bounds = { ...ROOMY, maxAge: 24 * HOUR };
    assert.is(isTendingDue(ioOf(), world.scene.folder), true);
    const tend = (files: Files = real) => tendStore(ioOf(files), world.cache, world.scene.folder, [used.key, digestOf('unknown')], bounds);
    assert.is(tend(failing(real, 'EROFS', (name) => /^(open|mkdir|write|utimes|rename)/.test(name))), undefined);
    assert.is(tend()?.records, 1);
    assert.ok(world.store.recall(used.key));
    assert.is(world.store.recall(unused.key), undefined);
    assert.is(isTendingDue(ioOf(), world.scene.folder), false);
    assert.is(
      isTendingDue(
        ioOf(real, () => Date.now() + 25 * HOUR),
        world.scene.folder,
      ),
      true,
    );
    assert.is(
      isTendingDue(
        ioOf(real, () => Date.now() - 25 * HOUR),
        world.scene.folder,
      ),
      true,
    );
  }));

test('processes that fill and use one store while it is collected to nothing: hits are right, losses are misses, nobody warns', () =>
  withFolder(async (folder) => {
    const script = fileURLToPath(new URL('store-contender.js', import.meta.url));
    fs.mkdirSync(`${folder}/cache`);
    let running = 6;
    let whole = 0;
    const codes = Array.from({ length: running }, (_, i) => {
      const child = spawn(process.execPath, [script, folder, `w${i}`, '25'], { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.on('data', (chunk: Buffer) => (whole += Number(chunk.toString())));
      return new Promise<number | null>((done) => child.on('close', (code) => done(running-- && code)));
    });
    let collections = 0;
    while (running > 0) {
      if (collectStore(ioOf(), `${folder}/cache`, { maxSize: 0, maxAge: 0 }, -1).ok) collections += 1;
      await pause(5);
    }
    assert.equal(await Promise.all(codes), [0, 0, 0, 0, 0, 0]);
    assert.ok(whole > 0 && collections > 0, `${whole} ${collections}`);
    assert.equal(verifyStore(ioOf(), `${folder}/cache`).damaged, []);
  }));

test.run();
