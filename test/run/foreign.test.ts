import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { realSpawn } from '../../lib/io/process.ts';
import { failing } from './crash.ts';
import { withWorkshop } from './real.ts';

const BUILD = { run: 'rm -rf dist; mkdir -p dist; cat src > dist/app; test ! -e bad', inputs: ['src', 'bad'], outputs: ['dist'] };

/** All that lies in the trash, by its path below the folders of the runs. */
function trashOf(root: string): { readonly [path: string]: string } {
  const bin = join(root, '.sbx/trash');
  const runs = existsSync(bin) ? readdirSync(bin) : [];
  const filesOf = (run: string) => readdirSync(join(bin, run), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Object.fromEntries(
    runs.flatMap((run) =>
      filesOf(run).map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        return [path.slice(join(bin, run).length + 1), readFileSync(path, 'utf8')];
      }),
    ),
  );
}

test('what was edited or put among the outputs is copied to the trash before the step runs, and named', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    await run({ build: BUILD });
    write('dist/app', 'by hand');
    write('dist/notes', 'mine');
    write('src', 'two');
    const { notes, is } = await run({ build: BUILD });
    assert.is(is.build, 'succeeded');
    assert.match(notes.join(), /^changed or added since it last succeeded, a copy is in \.sbx\/trash\/\S+: dist\/app, dist\/notes$/);
    assert.equal(trashOf(root), { 'dist/app': 'by hand', 'dist/notes': 'mine' });
    assert.is(readFileSync(join(root, 'dist/app'), 'utf8'), 'two');
  }));

test('a step that fails: what it wrote over is named and kept, of what it left alone no copy stays', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    await run({ build: BUILD });
    write('dist/app', 'by hand');
    write('dist/notes', 'mine');
    write('bad', '');
    const { notes, is } = await run({ build: { ...BUILD, run: 'echo half > dist/app; test ! -e bad' } });
    assert.is(is.build, 'failed: command-failed');
    assert.match(notes.join('\n'), /a copy is in \.sbx\/trash\/\S+: dist\/app$/);
    assert.equal(trashOf(root), { 'dist/app': 'by hand' });
    assert.is(readFileSync(join(root, 'dist/notes'), 'utf8'), 'mine');
  }));

test("what a step made is nobody's edit: not what it made without being remembered, and not what it left alone", () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    await run({ build: BUILD });
    write('src', 'two');
    await run({ build: BUILD }, { wish: { names: ['build'], only: false, force: [], noCache: true } });
    write('src', 'three');
    const touching = { ...BUILD, run: 'cat src > dist/app; touch src' };
    assert.not.match((await run({ build: touching })).notes.join(), 'copy');
    write('src', 'four');
    assert.equal((await run({ build: BUILD })).notes, []);
    assert.equal(trashOf(root), {});
  }));

test('what cannot be copied stops the step before it writes anything', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    await run({ build: BUILD });
    write('dist/app', 'by hand');
    write('src', 'two');
    const files = failing(realFiles, 'ENOSPC', (name) => name === 'copyFileSync');
    const io = { files, clock: realClock, spawn: realSpawn(), nonce, environment: new Map([['PATH', process.env.PATH ?? '']]) };
    assert.is((await run({ build: BUILD }, { io })).is.build, 'failed: local-io');
    assert.is(readFileSync(join(root, 'dist/app'), 'utf8'), 'by hand');
  }));

test('a step that fails leaves the folders of what it touched: a step beside it may be about to write there', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    const { is } = await run({ build: { run: 'mkdir -p out/in; cp src out/in/a; false', inputs: ['src'], outputs: ['out/in/a'] } });
    assert.is(is.build, 'failed: command-failed');
    assert.equal(readdirSync(join(root, 'out/in')), []);
  }));

test.run();
