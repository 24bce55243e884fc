import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileExcludes } from '../../lib/base/excludes.ts';
import { compileGlobs } from '../../lib/base/glob.ts';
import { type Findings, makeWalker } from '../../lib/io/walk.ts';
import { withFolder } from '../rig/folder.ts';
import { failing } from '../run/crash.ts';
import { put, real } from '../run/store-fixture.ts';

const paths = (findings: Findings): readonly string[] => findings.found.map(({ path }) => path);

function globbed(root: string, ...globs: readonly string[]): Findings {
  return makeWalker(real, root).globs(compileGlobs(globs));
}

test('globs find files and links in order, without .git and .sbx at any depth', () =>
  withFolder((root) => {
    put(root, { 'a.c': '', 'a/b.c': '', 'a-b.c': '', 'a/.git/x.c': '', '.sbx/y.c': '', '.git/z.c': '', 'a/.hidden/h.c': '', 'n.h': '' });
    fs.symlinkSync('b.c', `${root}/a/link.c`);
    assert.equal(paths(globbed(root, '**/*.c')), ['a-b.c', 'a.c', 'a/.hidden/h.c', 'a/b.c', 'a/link.c']);
    assert.equal(paths(globbed(root, '.sbx/y.c', '.sbx')), []);
  }));

test('a literal folder counts with all below it, each path comes once, what is not there is said', () =>
  withFolder((root) => {
    put(root, { 'src/a.c': '', 'src/sub/b.c': '', 'lib/c.c': '' });
    const found = globbed(root, 'src', 'src/sub/b.c', '**/*.c', 'gone/x', 'lib/c.c/below');
    assert.equal([...paths(found)].sort(), ['lib/c.c', 'src/a.c', 'src/sub/b.c']);
    assert.equal(found.missing, ['gone/x', 'lib/c.c/below']);
    assert.equal(found.trouble, []);
  }));

test('a link to a folder is a link, and is not followed even in a circle', () =>
  withFolder((root) => {
    put(root, { 'd/f': '' });
    fs.symlinkSync('..', `${root}/d/up`);
    const { found } = globbed(root, '**');
    assert.equal(
      found.map(({ path, kind }) => [path, kind]),
      [
        ['d/f', 'file'],
        ['d/up', 'link'],
      ],
    );
  }));

test('names with blanks, line breaks, leading dashes and of other alphabets are found as they are', () =>
  withFolder((root) => {
    const names = ['-rf', 'a b', 'line\nbreak', 'ÄÖ', '日本', 'it\'s "q"', '$(x)', '*', '\\'];
    put(root, Object.fromEntries(names.map((name) => [name, ''])));
    assert.equal(paths(globbed(root, '**')), [...names].sort());
  }));

test('a name that is not UTF-8 is trouble and no silent gap', () =>
  withFolder((root) => {
    fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), '');
    assert.match(globbed(root, '**').trouble[0]?.message ?? '', 'not UTF-8');
    assert.equal(globbed(root, '*.c').trouble, []);
  }));

test('a folder that cannot be listed is trouble, unless it is left out', () =>
  withFolder((root) => {
    put(root, { 'ok/a': '', 'closed/b': '' });
    const files = failing(real, 'EACCES', (name, args) => name === 'readdirSync' && String(args[0]).endsWith('closed'));
    const walk = (...globs: readonly string[]) => makeWalker(files, root).globs(compileGlobs(globs));
    assert.match(walk('**').trouble[0]?.message ?? '', 'cannot list closed: permission denied (EACCES)');
    assert.equal(walk('**', '!closed/**').trouble, []);
  }));

test('a walk over all does not enter what is excluded', () =>
  withFolder((root) => {
    put(root, { 'src/a.o': '', 'src/a.c': '', 'dist/x': '', 'node_modules/deep/y': '' });
    const listed: string[] = [];
    const files = failing(real, 'NONE', (name, args) => {
      if (name === 'readdirSync') listed.push(String(args[0]).slice(root.length));
      return false;
    });
    const found = makeWalker(files, root).all(compileExcludes(['dist', 'node_modules', '*.o']));
    assert.equal(paths(found), ['src/a.c']);
    assert.equal(listed, ['', '/src']);
  }));

test('one walker looks once, however often it is asked', () =>
  withFolder((root) => {
    put(root, { 'src/a.c': '', 'src/b.c': '' });
    let looks = 0;
    const files = failing(real, 'NONE', (name) => {
      if (name === 'readdirSync' || name === 'lstatSync') looks += 1;
      return false;
    });
    const walker = makeWalker(files, root);
    for (const globs of [['src/**'], ['src/*.c'], ['src/**', '!src/b.c']]) walker.globs(compileGlobs(globs));
    assert.is(looks, 3);
  }));

test.run();
