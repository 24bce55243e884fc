import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileGlobs, escapeGlob, globsBelow } from '../../lib/base/glob.ts';
import { globProblem } from '../../lib/base/pattern.ts';

const table: readonly (readonly [patterns: string, yes: string, no: string])[] = [
  ['src', 'src src/a src/a/b', 'srcs a/src sr'],
  ['src/', 'src/a src/a/b', 'src a/src'],
  ['src/*', 'src/a src/.a', 'src src/a/b'],
  ['src/*/', 'src/a/b src/a/b/c', 'src/a src'],
  ['src/**', 'src/a src/a/b/.c', 'src srcs/a'],
  ['**', 'a a/b .a', ''],
  ['.', 'a a/b', ''],
  ['**/*.hs', 'a.hs x/a.hs x/y/.hs', 'a.hsx a.hs/b'],
  ['**/a', 'a x/a a/b x/a/b', 'xa ax'],
  ['a/**/b', 'a/b a/x/b a/x/y/b a/b/c', 'b ab a/xb'],
  ['a/**/b/**/*.c', 'a/b/x.c a/q/b/r/s/x.c', 'a/x.c a/b/x.d'],
  ['*.cabal', 'x.cabal .cabal', 'a/x.cabal x.cabal.bak'],
  ['cabal.project*', 'cabal.project cabal.project.local', 'x/cabal.project'],
  ['a?c', 'abc a\u{1f600}c', 'ac abbc a/c'],
  ['[a-c]x[!0-9]', 'axa cxx', 'dxa ax1 ax'],
  ['[]a]', '] a', 'b'],
  ['{a,b/c}.{x,y}', 'a.x a.y b/c.x', 'a.z b.x'],
  ['a{,b{c,d}}', 'a abc abd', 'ab ac'],
  ['{a}', '{a}', 'a'],
  ['\\*', '*', 'a'],
  ['[abc', '[abc', 'a'],
  ['./src/./a', 'src/a', 'a'],
  ['src !src/gen src/gen/keep.c', 'src/a src/gen/keep.c', 'src/gen src/gen/a'],
  ['!src src', 'src/a', 'b'],
  ['!src', '', 'src a'],
  ['*a*b*c*', 'abc xaybzc aabbcc', 'acb ab'],
];

for (const [patterns, yes, no] of table) {
  test(`globs ${patterns}`, () => {
    const globs = compileGlobs(patterns.split(' '));
    for (const path of yes.split(' ').filter(Boolean)) assert.ok(globs.matches(path), `${patterns} should match ${path}`);
    for (const path of no.split(' ').filter(Boolean)) assert.not(globs.matches(path), `${patterns} should not match ${path}`);
  });
}

test('roots and literals say where to look', () => {
  const globs = compileGlobs(['src/**/*.hs', 'src/deep/*.c', 'Makefile', 'lib/x/', 'lib/x/*.h', 'package.json']);
  assert.equal(globs.roots, ['src']);
  assert.equal(globs.literals, ['Makefile', 'lib/x', 'package.json']);
  assert.equal(compileGlobs(['**/*.hs', 'src/*']).roots, ['']);
});

test('a walk leaves out what cannot match', () => {
  const globs = compileGlobs(['src/*/x/*.c', '**/*.md', '!node_modules', '!**/dist/**', 'a/dist/readme.md']);
  assert.ok(globs.descend(''));
  assert.ok(globs.descend('src/q'));
  assert.not(globs.descend('node_modules'));
  assert.not(globs.descend('b/dist'));
  assert.ok(globs.descend('a/dist'));
  const narrow = compileGlobs(['src/*/x/*.c', 'lib']);
  assert.not(narrow.descend('doc'));
  assert.not(narrow.descend('src/q/y'));
  assert.ok(narrow.descend('lib/deep/deeper'));
  assert.not(compileGlobs(['src/*.c']).descend('src/sub'));
});

test('descend never leaves out a folder with a match', () => {
  const parts = ['a', 'b', '*', '**', '?', '{a,b}', 'a*'];
  const paths = ['a', 'b', 'ab'].flatMap((x) => [x, ...['a', 'b'].flatMap((y) => [`${x}/${y}`, `${x}/${y}/a`, `${x}/${y}/b`])]);
  for (let seed = 0; seed < 600; seed++) {
    const pick = (n: number): string => parts[Math.floor(seed / 7 ** n) % 7] ?? 'a';
    const globs = compileGlobs([`${pick(0)}/${pick(1)}`, `!${pick(2)}/${pick(1)}`, `${pick(3)}/${pick(0)}/${pick(2)}`]);
    for (const path of paths) {
      if (!globs.matches(path)) continue;
      for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
        assert.ok(globs.descend(path.slice(0, slash)), `${globs.patterns.join(' ')}: ${path}`);
      const reached = [...globs.roots, ...globs.literals].some((root) => root === '' || path === root || path.startsWith(`${root}/`));
      assert.ok(reached, `${globs.patterns.join(' ')}: ${path} outside of roots and literals`);
    }
  }
});

test('hostile patterns end soon', () => {
  const name = 'a'.repeat(4000);
  assert.not(compileGlobs([`${'*a'.repeat(500)}b`]).matches(name));
  assert.not(compileGlobs([`${'**/a/'.repeat(200)}b`]).matches('a/'.repeat(2000).slice(0, -1)));
  assert.ok(globProblem('{a,b}'.repeat(40))?.includes('alternatives'));
  assert.not(compileGlobs(['{a,b}'.repeat(40)]).matches('a'));
  assert.ok(globProblem('{'.repeat(20_000)) === undefined);
});

test('problems are named', () => {
  for (const bad of ['', '!', '/etc', '../x', 'a/../b', 'a[b', 'a\0b', '{a,/b}', '{a,}']) assert.ok(globProblem(bad), bad);
  for (const good of ['a', '!a', 'a..b', '[a]', '\\[', '{a,b}', '**', '.', 'a b', '-x', 'é/**'])
    assert.is(globProblem(good), undefined, good);
});

test('globs below a folder', () => {
  assert.equal(globsBelow('.', ['a', '!b']), ['a', '!b']);
  assert.equal(globsBelow('x/y', ['a', '!b']), ['x/y/a', '!x/y/b']);
  assert.ok(compileGlobs(globsBelow('we[ir]d', ['*'])).matches('we[ir]d/a'));
  for (const name of ['a*b', '{a,b}', '!x', 'a\\b', '[x]']) assert.ok(compileGlobs([escapeGlob(name)]).matches(name), name);
});

test.run();
