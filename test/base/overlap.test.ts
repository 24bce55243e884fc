import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileGlobs } from '../../lib/base/glob.ts';
import { type Comparing, commonStart, type Given, givenBy, overlap } from '../../lib/base/overlap.ts';
import { PatternTree } from '../../lib/base/pattern-tree.ts';

const meet: readonly (readonly [a: string, b: string])[] = [
  ['dist', 'dist/a/b'],
  ['dist/*.js', 'dist/a*'],
  ['**', 'x'],
  ['**/*.o', 'src/**'],
  ['a/**/z', 'a/*/y/*'],
  ['{a,b}', '{b,c}'],
  ['[a-c]', 'b'],
  ['dist/** !dist/a', 'dist/b'],
  ['dist !dist/a dist/a/b', 'dist/a/b'],
];
const apart: readonly (readonly [a: string, b: string])[] = [
  ['dist', 'dist2'],
  ['dist/*.js', 'dist/*.css'],
  ['dist/*', 'dist/a/b'],
  ['a/**', 'b/**'],
  ['x[ab]', 'xc'],
  ['dist !dist/a', 'dist/a'],
  ['dist/** !dist/a', 'dist/a/**/*.c'],
  ['a', '!a'],
];

const meeting = (a: readonly string[], b: readonly string[], comparing: Comparing): boolean =>
  givenBy(a).some((left) => givenBy(b).some((right) => overlap(left, right, comparing)));
const together = (a: readonly string[], b: readonly string[]): boolean => meeting(a, b, { left: 10_000 });

for (const [a, b] of meet)
  test(`${a} meets ${b}`, () => assert.ok(together(a.split(' '), b.split(' ')) && together(b.split(' '), a.split(' '))));
for (const [a, b] of apart)
  test(`${a} apart from ${b}`, () => assert.not(together(a.split(' '), b.split(' ')) || together(b.split(' '), a.split(' '))));

test('globs that take too long to compare use up what there is, and are together then', () => {
  const [stars, ends, deep] = ['*a'.repeat(2000), `${'*a'.repeat(2000)}b`, '**/a/'.repeat(2000)];
  for (const [a, b] of [
    [[stars], [ends]],
    [[`${deep}x`], [`${deep}y`]],
    [Array.from({ length: 5000 }, (_, i) => `*.${i}`), ['*x']],
    [['a/b', ...Array.from({ length: 2000 }, () => '!a/c')], Array.from({ length: 2000 }, () => 'a/*')],
  ] as const) {
    const comparing = { left: 3000 };
    assert.ok(meeting(a, b, comparing));
    assert.ok(comparing.left < 0, String(comparing.left));
  }
});

test('no path is in two lists that are said to be apart', () => {
  const parts = ['a', 'b', '*', '**', 'a*', '{a,b}', '[!a]', '*b', 'a?b', '*b*'];
  const names = ['a', 'b', 'ab', 'c'];
  const paths = names.flatMap((x) => [x, ...names.flatMap((y) => [`${x}/${y}`, ...names.map((z) => `${x}/${y}/${z}`)])]);
  let random = 7;
  const pick = (): string => {
    random = (random * 48271) % 2147483647;
    return parts[random % parts.length] ?? 'a';
  };
  let separate = 0;
  for (let round = 0; round < 800; round++) {
    const a = [`${pick()}/${pick()}`, `!${pick()}/${pick()}`];
    const b = [pick(), `!${pick()}/${pick()}`, `${pick()}/${pick()}/${pick()}`];
    const starts = a.slice(0, 1).flatMap(commonStart);
    const left = compileGlobs(a);
    const right = compileGlobs(b);
    for (const path of paths) {
      if (left.matches(path))
        assert.ok(
          starts.some((start) => path.startsWith(start)),
          `${a}: ${path}`,
        );
    }
    const tree = new PatternTree<Given>();
    for (const given of givenBy(b)) tree.add(given.pattern, given);
    for (const one of givenBy(a)) {
      const near = tree.near(one.pattern, { left: 10_000 });
      for (const other of givenBy(b).filter((given) => overlap(one, given, { left: 10_000 })))
        assert.ok(
          near.some(({ at }) => at === other.at),
          `${a} / ${b}`,
        );
    }
    if (together(a, b)) continue;
    separate += 1;
    for (const path of paths) assert.not(left.matches(path) && right.matches(path), `${a} / ${b}: ${path}`);
  }
  assert.ok(separate > 50);
});

test.run();
