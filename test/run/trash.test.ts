import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realFiles } from '../../lib/io/io.ts';
import type { Files } from '../../lib/model/io.ts';
import { leftoversOfProject, sweepLeftovers } from '../../lib/run/leftovers.ts';
import { runName } from '../../lib/run/run-name.ts';
import { moveAway, pruneTrash } from '../../lib/run/trash.ts';
import { withFolder } from '../rig/folder.ts';
import { failing } from './crash.ts';
import { withWorkshop } from './real.ts';
import { filesIn, ioOf, put } from './store-fixture.ts';

const BUILD = { run: 'cat src > out', inputs: ['src'], outputs: ['out'] };
const ACROSS = failing(realFiles, 'EXDEV', (name) => name === 'renameSync');
const BAD = { ...BUILD, run: 'echo half > out; exit 1' };

test('two files of one name, and a file where another needs a folder, are moved away side by side', () =>
  withFolder((root) => {
    const folder = join(root, '.sbx');
    for (const round of ['one', 'two', 'three']) {
      const path = round === 'three' ? 'a/b' : 'a';
      put(root, { [path]: round });
      moveAway(realFiles, root, { folder, run: 'r1', is: 'trash' }, path);
      assert.not(realFiles.existsSync(join(root, path)));
    }
    const texts = ['r1/a', 'r1.1/a', 'r1.2/a/b'].map((path) => realFiles.readFileSync(join(folder, 'trash', path), 'utf8'));
    assert.equal(texts, ['one', 'two', 'three']);
  }));

test('a file in place of the trash is set aside', () =>
  withFolder((root) => {
    const folder = join(root, '.sbx');
    mkdirSync(folder);
    writeFileSync(join(folder, 'trash'), 'x');
    put(root, { a: 'mine' });
    moveAway(realFiles, root, { folder, run: 'r1', is: 'trash' }, 'a');
    assert.is(realFiles.readFileSync(join(folder, 'trash/r1/a'), 'utf8'), 'mine');
  }));

test('an output that was edited by hand is found in the trash after many runs that moved something away; it is said where', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    await run({ build: BUILD });
    write('out', 'by hand');
    const restored = await run({ build: BUILD });
    const [first = ''] = readdirSync(join(root, '.sbx/trash'));
    assert.match(restored.notes.join(), new RegExp(`edited since it was made, now in \\.sbx/trash/${first}: out`));
    for (let i = 0; i < 7; i++) {
      write('src', `bad ${i}`);
      assert.match((await run({ build: BAD })).notes.join(), /touched by the failed step, now in \.sbx\/replaced\/.*: out/);
      write('src', 'one');
      write('out', `by hand ${i}`);
      assert.is((await run({ build: BUILD })).is.build, 'restored');
    }
    assert.is(readFileSync(join(root, '.sbx/trash', first, 'out'), 'utf8'), 'by hand');
    assert.is(readdirSync(join(root, '.sbx/trash')).length, 8);
    assert.is(readdirSync(join(root, '.sbx/replaced')).length, 5, 'what steps made is kept of five runs');
  }));

test('what somebody writes into an output folder while a step fails is kept in the trash; what the step made before is not', () =>
  withWorkshop(async ({ root, write, run }) => {
    const build = { run: 'mkdir -p dist; date +%N > dist/app; echo mine > dist/notes; test ! -e bad', inputs: ['bad'], outputs: ['dist'] };
    write('bad', '');
    assert.match(
      (await run({ build })).notes.join(),
      /touched by the failed step, now in \.sbx\/replaced\/.*: dist\/app, dist\/notes/,
      'never made yet',
    );
    rmSync(join(root, 'bad'));
    await run({ build: { ...build, run: 'mkdir -p dist; echo good > dist/app' } });
    write('bad', '');
    const notes = (await run({ build })).notes.join();
    assert.match(notes, /touched by the failed step, now in \.sbx\/replaced\/[^,]*: dist\/app/);
    assert.match(notes, /touched by the failed step, now in \.sbx\/trash\/[^,]*: dist\/notes/);
    const [kept = ''] = readdirSync(join(root, '.sbx/trash'));
    assert.is(readFileSync(join(root, '.sbx/trash', kept, 'dist/notes'), 'utf8'), 'mine\n');
  }));

test('what a failed step touched is one note, however much it was', () =>
  withWorkshop(async ({ run }) => {
    const build = { run: 'mkdir dist; cd dist; seq 300 | xargs touch; exit 1', inputs: [], outputs: ['dist'] };
    const { notes } = await run({ build });
    assert.is(notes.length, 1);
    assert.match(notes[0] ?? '', /: dist\/1, dist\/10, dist\/100, dist\/101, dist\/102 and 295 more$/);
  }));

test('what was moved away more than two weeks ago goes, but for the newest five runs', () =>
  withWorkshop(async ({ root, write, run }) => {
    const bin = join(root, '.sbx/trash');
    write('src', 'one');
    await run({ build: BUILD });
    for (let i = 0; i < 7; i++) {
      write('out', `by hand ${i}`);
      await run({ build: BUILD });
    }
    const names = readdirSync(bin);
    const long = Date.now() / 1000 - 15 * 86_400;
    for (const [i, name] of names.entries()) utimesSync(join(bin, name), long - i, long - i);
    const dated = (name: string): boolean => existsSync(join(bin, name));
    write('src', 'two');
    await run({ build: BUILD });
    assert.equal(names.map(dated), [true, true, true, true, true, false, false]);
  }));

test('a link that leads nowhere stops no pruning; folders of one run count once', () =>
  withFolder((root) => {
    const bins = ['r0', 'r1', 'r2', 'r2.1', 'r2.2', 'r3', 'r4', 'r5'];
    for (const [i, name] of bins.entries()) {
      put(root, { [`replaced/${name}/out`]: 'x' });
      utimesSync(join(root, 'replaced', name), 1000 + i, 1000 + i);
    }
    mkdirSync(join(root, 'trash'));
    for (const bin of ['trash', 'replaced']) {
      symlinkSync('nowhere', join(root, bin, 'stray'));
      lutimesSync(join(root, bin, 'stray'), 900, 900);
    }
    pruneTrash(realFiles, root, Date.now());
    assert.equal(readdirSync(join(root, 'replaced')).sort(), bins.slice(1));
  }));

test('what stands in place of the trash is set aside, whatever it is, and goes after two weeks', () =>
  withFolder((root) => {
    for (const run of ['r1', 'r2']) {
      rmSync(join(root, 'trash'), { recursive: true, force: true });
      symlinkSync(`nowhere ${run}`, join(root, 'trash'));
      put(root, { a: run });
      moveAway(realFiles, root, { folder: root, run, is: 'trash' }, 'a');
    }
    const damaged = ['trash.r1.damaged', 'trash.r2.damaged'];
    assert.equal(readdirSync(root).sort(), ['trash', ...damaged]);
    sweepLeftovers(ioOf(), leftoversOfProject(root, root));
    assert.equal(readdirSync(root).sort(), ['trash', ...damaged]);
    sweepLeftovers(
      ioOf(realFiles, () => Date.now() + 15 * 86_400_000),
      leftoversOfProject(root, root),
    );
    assert.equal(readdirSync(root), ['trash']);
  }));

test('what stood in place of the trash for long is kept for two weeks from when it was moved', () =>
  withFolder((root) => {
    const run = runName(ioOf());
    put(root, { trash: 'mine', a: 'mine' });
    utimesSync(join(root, 'trash'), 1000, 1000);
    moveAway(realFiles, root, { folder: root, run, is: 'trash' }, 'a');
    const sweepAfter = (days: number) =>
      sweepLeftovers(
        ioOf(realFiles, () => Date.now() + days * 86_400_000),
        leftoversOfProject(root, root),
      ).map(({ name }) => name);
    assert.equal(sweepAfter(13), []);
    assert.equal(sweepAfter(15), [`trash.${run}.damaged`]);
  }));

test('folders, links and files go to a trash on another file system as they are', () =>
  withFolder((root) => {
    put(root, { 'out/a': 'a', 'out/deep/b': 'b' });
    symlinkSync('../nowhere', join(root, 'out/link'));
    chmodSync(join(root, 'out/deep'), 0o700);
    for (const path of ['out/a', 'out/deep']) utimesSync(join(root, path), 1000, 1000);
    moveAway(ACROSS, root, { folder: join(root, '.sbx'), run: 'r1', is: 'trash' }, 'out');
    assert.not(existsSync(join(root, 'out')));
    assert.equal(filesIn(join(root, '.sbx/trash/r1')), { 'out/a': 'a', 'out/deep/b': 'b', 'out/link': '-> ../nowhere' });
    const seen = statSync(join(root, '.sbx/trash/r1/out/deep'));
    assert.equal([seen.mode & 0o777, seen.mtimeMs, statSync(join(root, '.sbx/trash/r1/out/a')).mtimeMs], [0o700, 1e6, 1e6]);
  }));

test('nothing is removed before all of it, and every folder above, is on the other disk', () =>
  withFolder((root) => {
    put(root, { 'out/deep/b': 'b' });
    const paths = new Map<number, string>();
    const done: string[] = [];
    const told: Files = {
      ...realFiles,
      renameSync: ACROSS.renameSync,
      openSync(path, ...rest) {
        const fd = realFiles.openSync(path, ...rest);
        paths.set(fd, String(path));
        return fd;
      },
      fsyncSync: (fd) => done.push(String(paths.get(fd)).slice(root.length + 1)),
      unlinkSync(path) {
        done.push('removed');
        realFiles.unlinkSync(path);
      },
    };
    moveAway(told, root, { folder: join(root, '.sbx'), run: 'r1', is: 'trash' }, 'out');
    const away = ['/out/deep/b', '/out/deep', '/out', ''].map((path) => `.sbx/trash/r1${path}`);
    assert.equal(done, [...away, '.sbx/trash', '.sbx', 'removed']);
  }));

test('a folder with a pipe in it stays where it is instead of being read for ever', () =>
  withFolder((root) => {
    put(root, { 'out/a': 'a' });
    execFileSync('mkfifo', [join(root, 'out/pipe')]);
    const bounded: Files = {
      ...realFiles,
      renameSync: ACROSS.renameSync,
      copyFileSync(from, to) {
        if (!realFiles.lstatSync(from).isFile()) throw new Error('it would hang');
        realFiles.copyFileSync(from, to);
      },
    };
    assert.throws(() => moveAway(bounded, root, { folder: join(root, '.sbx'), run: 'r1', is: 'trash' }, 'out'), /pipe is neither a file/);
    assert.equal([readdirSync(join(root, 'out')), readdirSync(join(root, '.sbx/trash/r1'))], [['a', 'pipe'], []]);
  }));

test.run();
