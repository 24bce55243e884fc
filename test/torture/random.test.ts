import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seeded } from './random.ts';

test('equal seeds give equal choices, other seeds and forks others', () => {
  const draw = (seed: string): number[] => Array.from({ length: 8 }, seeded(seed).below.bind(undefined, 1000));
  assert.equal(draw('a'), draw('a'));
  assert.not.equal(draw('a'), draw('b'));
  const fork = seeded('a').fork('x');
  assert.is(fork.below(2 ** 30), seeded('a/x').below(2 ** 30));
});

test('choices cover their range evenly', () => {
  const random = seeded('even');
  const counts = new Array<number>(10).fill(0);
  for (let at = 0; at < 10_000; at++) {
    const one = random.below(10);
    counts[one] = (counts[one] ?? 0) + 1;
  }
  assert.ok(
    counts.every((count) => count > 800 && count < 1200),
    counts.join(' '),
  );
  assert.equal([...random.shuffled([1, 2, 3, 4])].sort(), [1, 2, 3, 4]);
});

test.run();
