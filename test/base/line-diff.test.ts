import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lineDiff } from '../../lib/base/line-diff.ts';

const shown = (from: string, to: string): string =>
  lineDiff(from, to)
    .map(([mark, line]) => mark + line)
    .join('|');

test('the fewest lines that go and come', () => {
  assert.is(shown('a\nb\nc\n', 'a\nx\nc\n'), ' a|-b|+x| c');
  assert.is(shown('a\nb\nc\nd', 'b\nc\nx\nd'), '-a| b| c|+x| d');
  assert.is(shown('', 'a\n'), '+a');
  assert.is(shown('a', ''), '-a');
  assert.is(shown('a\na\nb', 'a\nb\nb'), ' a|-a|+b| b');
  assert.is(shown('same\n', 'same'), ' same');
});

test('either text can be put together again, whatever they are', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const text = (): string[] => Array.from({ length: random(12) }, () => 'abc'[random(3)] as string);
  for (let round = 0; round < 300; round++) {
    const [from, to] = [text(), text()];
    const lines = lineDiff(from.join('\n'), to.join('\n'));
    const side = (other: string): string[] => lines.filter(([mark]) => mark !== other).map(([, line]) => line);
    assert.equal([side('+'), side('-')], [from, to]);
  }
});

test('long texts that have nothing in common cost little', () => {
  const text = (word: string): string => Array.from({ length: 5000 }, (_, i) => `${word}${i}`).join('\n');
  assert.is(lineDiff(text('a'), text('b')).length, 10_000);
});

test.run();
