import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { compileGlobs } from '../../lib/base/glob.ts';
import type { RunScope } from '../../lib/task.ts';
import { fetchArtifacts } from '../../tasks/fetch-artifacts.ts';
import { projectOf, sandboxSpec, step } from '../sync/fixture.ts';
import { type Stand, withStand } from '../sync/scope.ts';
import { plainSession } from '../sync/session.ts';
import { read, treeIn, write } from '../sync/tree.ts';

/** Fetches and gives what was staged, in the notation of `write`; or the failure. */
async function fetched(stand: Stand, fields: Readonly<Record<string, never | string | readonly string[]>>): Promise<unknown> {
  const done = await stand.run(step('fetch', 'fetch-artifacts', { fields }));
  if (!done.ok) {
    const stages = join(stand.here, '.sbx/stage');
    assert.equal(existsSync(stages) ? readdirSync(stages) : [], [], 'a failed fetch leaves no stage');
    return done.error.code;
  }
  const { stage, tree, to } = done.value.fetched ?? { stage: '', tree: undefined, to: '' };
  assert.equal(tree, treeIn(stage), 'what is told is what lies there');
  const files = read(stage);
  rmSync(stage, { recursive: true });
  return to === '.' ? files : { to, ...files };
}

test('a folder comes whole: names, exec bits, empty files, equal contents, large files', () =>
  withStand(async (stand) => {
    const files = {
      'out/a b/ünï🧪': '1',
      'out/-rf': '2',
      "out/it's $(x)": '3',
      'out/run': 'x:4',
      'out/empty': '',
      'out/twin1': 'same',
      'out/twin2': 'x:same',
      'out/large': 'L'.repeat(3_000_000),
    };
    write(stand.there, { ...files, other: 'no' });
    const before = stand.session.trips();
    assert.equal(await fetched(stand, { from: 'out' }), files);
    assert.is(stand.session.trips() - before, 2);
    assert.equal(await fetched(stand, { from: './out/' }), files);
  }));

test('how far it is, is told in bytes and files, and so often at most', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a': 'a'.repeat(20 * 2 ** 20), 'out/empty': '' });
    const told: [number, number | undefined, number | undefined][] = [];
    const progress: RunScope['progress'] = (done, total, _unit, files) => told.push([done, total, files?.done]);
    assert.ok((await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out' } }), { progress })).ok);
    assert.equal(told[0], [0, 20 * 2 ** 20, 0]);
    assert.equal(told.at(-1), [20 * 2 ** 20, 20 * 2 ** 20, 2]);
    assert.ok(told.length > 10 && told.length <= 202, String(told.length));
  }));

test('single files, globs, lists and excludes', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a.txt': '1', 'out/b.o': '2', 'out/d/c.txt': '3', 'other/x': '4', y: '5' });
    assert.equal(await fetched(stand, { from: 'out/a.txt' }), { 'out/a.txt': '1' });
    assert.equal(await fetched(stand, { from: 'out/**/*.txt' }), { 'out/a.txt': '1', 'out/d/c.txt': '3' });
    assert.equal(await fetched(stand, { from: ['out', '!out/d', 'y'] }), { 'out/a.txt': '1', 'out/b.o': '2', y: '5' });
    assert.equal(await fetched(stand, { from: ['out', 'other'], exclude: ['*.o', 'd'] }), { 'out/a.txt': '1', 'other/x': '4' });
    // A path below the fixed beginning of a glob.
    assert.equal(await fetched(stand, { from: ['out/*.o', 'out/a.txt'] }), { 'out/a.txt': '1', 'out/b.o': '2' });
    assert.equal(await fetched(stand, { from: ['out/*.o', 'out/d'] }), { 'out/b.o': '2', 'out/d/c.txt': '3' });
    assert.equal(await fetched(stand, { from: '**' }), { 'out/a.txt': '1', 'out/b.o': '2', 'out/d/c.txt': '3', 'other/x': '4', y: '5' });
  }));

test('`to` puts a path by its last name and what a glob finds by the rest', () =>
  withStand(async (stand) => {
    write(stand.there, { 'a/b/prog': 'x:1', 'a/d/x/y': '2', 'a/d/z': '3' });
    assert.equal(await fetched(stand, { from: 'a/b/prog', to: 'bin' }), { to: 'bin', prog: 'x:1' });
    assert.equal(await fetched(stand, { from: 'a/d', to: 'bin' }), { to: 'bin', 'd/x/y': '2', 'd/z': '3' });
    assert.equal(await fetched(stand, { from: ['a/d/**', 'a/b/prog'], to: 'o/p' }), { to: 'o/p', 'x/y': '2', z: '3', prog: 'x:1' });
    write(stand.there, { 'b/prog': '4' });
    assert.equal(
      await fetched(stand, { from: ['a/b/prog', 'a/d/x/y'], to: 'bin' }),
      { to: 'bin', prog: 'x:1', y: '2' },
      'each by its own last name',
    );
    assert.is(await fetched(stand, { from: ['a/b/prog', 'b/prog'], to: 'bin' }), 'fetch-refused', 'two in one place');
  }));

test('only what is neither here nor in the store travels; what is here but damaged does', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a': 'aaaa', 'out/b': 'bbbb', 'out/c': 'cccc' });
    write(stand.here, { 'out/a': 'aaaa', 'out/b': 'bbbX' });
    const blob = join(stand.here, '.sbx/blob');
    writeFileSync(blob, 'cccc');
    stand.stored.set(digestOf('cccc'), blob);
    const travelled: number[] = [];
    const done = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out' } }), {
      progress: (bytes) => travelled.push(bytes),
    });
    assert.ok(done.ok);
    assert.is(travelled.at(-1), 4);
    assert.is(readFileSync(join(done.ok ? (done.value.fetched?.stage ?? '') : '', 'out/b'), 'utf8'), 'bbbb');
    assert.is(readFileSync(join(stand.here, 'out/b'), 'utf8'), 'bbbX', 'placing is not for the task');
  }));

test('what lies in its place as it is there is neither copied nor sent', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a': 'aaaa', 'out/b': 'bbbb' });
    write(stand.here, { 'bin/out/a': 'aaaa' });
    const asked: string[] = [];
    const done = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out/*', to: 'bin' } }), {
      lies: ({ path }) => {
        asked.push(path);
        return path === 'bin/a';
      },
    });
    assert.ok(done.ok && done.value.fetched);
    assert.equal(asked.sort(), ['bin/a', 'bin/b']);
    assert.equal(readdirSync(done.value.fetched.stage), ['b']);
    assert.equal(done.value.fetched.tree.entries.map(({ path }) => path).sort(), ['a', 'b'], 'it is part of what was fetched');
  }));

test('what is not there is said', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a': '1' });
    assert.is(await fetched(stand, { from: ['out', 'none'] }), 'fetch-missing');
    assert.is(await fetched(stand, { from: '**/*.zip' }), 'fetch-missing');
  }));

test('links need leave, and must stay within what is fetched', () =>
  withStand(async (stand) => {
    const good = { 'out/a': '1', 'out/d/b': '2', 'out/l1': '-> a', 'out/d/l2': '-> ../a', 'out/l3': '-> d', 'out/l4': '-> l1' };
    write(stand.there, { ...good, secret: 's' });
    assert.is(await fetched(stand, { from: 'out' }), 'fetch-refused');
    assert.equal(await fetched(stand, { from: 'out', links: 'contained' }), good);
    assert.equal(await fetched(stand, { from: 'out', links: 'skip' }), { 'out/a': '1', 'out/d/b': '2' });
    for (const target of ['/etc/passwd', '../secret', '../../x', 'd/../../secret', 'none', '..', 'l3/b', '/']) {
      write(stand.there, { 'out/bad': `-> ${target}` });
      assert.is(await fetched(stand, { from: 'out', links: 'contained' }), 'fetch-refused', target);
    }
    write(stand.there, { 'out/bad': null, way: '-> out' });
    assert.is(await fetched(stand, { from: 'way/a' }), 'fetch-refused', 'a path that leads through a link');
    assert.is(await fetched(stand, { from: 'way' }), 'fetch-refused');
  }));

test('specials and colliding names are refused; .git folders are left out and said', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a': '1', 'out/src/.git/config': 'x', 'out/src/b': '2' });
    assert.equal(await fetched(stand, { from: 'out' }), { 'out/a': '1', 'out/src/b': '2' });
    assert.match(stand.notes.join(), 'out/src/.git');
    for (const [one, other] of [
      ['README', 'readme'],
      ['é', 'e\u0301'],
      ['D/x', 'd/y'],
    ] as const) {
      write(stand.there, { [`out/${one}`]: '1', [`out/${other}`]: '2' });
      assert.is(await fetched(stand, { from: 'out' }), 'fetch-refused', one);
      write(stand.there, { [`out/${one.split('/')[0]}`]: null, [`out/${other.split('/')[0]}`]: null });
    }
    const made = await plainSession(stand.there).program('mkfifo out/fifo', [], { signal: new AbortController().signal });
    assert.ok(made.ok);
    assert.is(await fetched(stand, { from: 'out' }), 'fetch-refused');
  }));

test('a name that cannot be taken is refused, and no harm where it is not wanted', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a': '1', 'out/new\nline': '2', 'out/log/\u001b[2J': '3', elsewhere: '4' });
    const program = 'printf x > "$(printf \'out/log/\\377\')"';
    assert.ok((await plainSession(stand.there).program(program, [], { signal: new AbortController().signal })).ok);
    assert.is(await fetched(stand, { from: 'out' }), 'fetch-refused');
    assert.is(await fetched(stand, { from: 'out', exclude: ['new*'] }), 'fetch-refused');
    assert.equal(await fetched(stand, { from: 'out', exclude: ['new*', 'log'] }), { 'out/a': '1' });
    assert.equal(await fetched(stand, { from: 'out/?' }), { 'out/a': '1' });
  }));

test('the draft names where the files will lie', () => {
  const globs = (fields: Readonly<Record<string, string | readonly string[]>>) => {
    const one = step('fetch', 'fetch-artifacts', { fields });
    const { value, diagnostics } = fetchArtifacts.plan(one, { project: projectOf('/p', [one]), sandbox: sandboxSpec(), downstream: [] });
    assert.equal(diagnostics, []);
    if (value?.makes.is !== 'files') throw new Error('no files');
    return compileGlobs(value.makes.globs);
  };
  assert.ok(globs({ from: 'a/out' }).matches('a/out/x/y'));
  assert.not(globs({ from: 'a/out' }).matches('a/x'));
  assert.ok(globs({ from: 'a/out', to: 'bin' }).matches('bin/out/x'));
  assert.ok(globs({ from: 'a/**/*.c', to: 'b/d' }).matches('b/d/e/f.c'));
  assert.not(globs({ from: 'out', exclude: ['*.o', '/out/t', 'd/'] }).matches('out/x/y.o'));
  assert.not(globs({ from: 'out', exclude: ['*.o', '/out/t', 'd/'] }).matches('out/t/u'));
  assert.not(globs({ from: 'out', exclude: ['*.o', '/out/t', 'd/'] }).matches('out/d/u'));
  assert.ok(globs({ from: 'out', exclude: ['*.o', '/out/t', 'd/'] }).matches('out/x/t/u'));
});

test('paths that lead out, or belong to sbx or git, are diagnostics', () => {
  for (const fields of [
    { from: '/etc' },
    { from: '../x' },
    { from: 'a', to: '../b' },
    { from: '.sbx' },
    { from: 'a/.git' },
    { from: '' },
  ]) {
    const one = step('fetch', 'fetch-artifacts', { fields });
    const { diagnostics } = fetchArtifacts.plan(one, { project: projectOf('/p', [one]), sandbox: sandboxSpec(), downstream: [] });
    assert.equal(
      diagnostics.map(({ code }) => code),
      ['bad-path'],
      JSON.stringify(fields),
    );
  }
});

test('a file that cannot be staged is a failure of this side', () =>
  withStand(async (stand) => {
    write(stand.there, { 'out/a': '1' });
    write(stand.here, { '.sbx/stage': 'a file' });
    mkdirSync(join(stand.here, 'x'));
    const done = await stand.run(step('fetch', 'fetch-artifacts', { fields: { from: 'out' } }));
    assert.is(done.ok ? '' : done.error.code, 'local-io');
  }));

test.run();
