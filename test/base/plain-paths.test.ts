import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileGlobs } from '../../lib/base/glob.ts';

const NAMES = ['a', 'b', 'ab', 'a-b', 'c.d'];

/** A small generator of its own, so that a failure comes again. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * sides);
  };
}

const isBelow = (path: string, one: string): boolean => path === one || path.startsWith(`${one}/`);

test('lists of plain paths, short and long, given and taken by turns, mean what each pattern alone means', () => {
  const paths = NAMES.flatMap((x) => [x, ...NAMES.flatMap((y) => [`${x}/${y}`, ...NAMES.map((z) => `${x}/${y}/${z}`)])]);
  for (let seed = 1; seed <= 150; seed++) {
    const roll = dice(seed);
    const patterns = Array.from({ length: 1 + roll(seed % 2 ? 5 : 40) }, () => {
      const path = paths[roll(paths.length)] as string;
      return roll(4) === 0 ? '**' : roll(3) === 0 ? `!${path}` : path;
    });
    const globs = compileGlobs(patterns);
    const wanted = (path: string): boolean => {
      const last = patterns.findLast((pattern) => pattern === '**' || isBelow(path, pattern.replace('!', '')));
      return last !== undefined && !last.startsWith('!');
    };
    for (const path of paths) assert.is(globs.matches(path), wanted(path), `${patterns} ${path}`);
    for (const folder of ['', ...NAMES]) {
      const isWanted = paths.some((path) => (folder === '' || path.startsWith(`${folder}/`)) && wanted(path));
      assert.ok(!isWanted || globs.descend(folder), `${patterns} below ${folder}`);
    }
    const leads = [...globs.roots, ...globs.literals];
    for (const path of paths.filter(wanted))
      assert.ok(
        leads.some((lead) => lead === '' || isBelow(path, lead)),
        `${patterns} ${path}`,
      );
  }
});

test('a folder that is taken whole is not entered', () => {
  const taken = Array.from({ length: 20 }, (_, i) => `!dist${i}`);
  const globs = compileGlobs(['**', ...taken, '!src/gen/x']);
  assert.equal(['dist7', 'dist7/deep', 'src', 'src/gen', 'src/gen/x'].map(globs.descend), [false, false, true, true, false]);
});

test.run();
