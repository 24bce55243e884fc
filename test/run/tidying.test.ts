import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tidying } from '../../lib/run/tidying.ts';

function tidied(ahead: number, steps: number): number {
  let times = 0;
  const performed = tidying(() => {
    times += 1;
  }, ahead);
  for (let step = 0; step < steps; step++) performed();
  return times;
}

test('memory is tidied before many steps and among them, and not for few', () => {
  assert.is(tidied(10, 10), 0);
  assert.is(tidied(1000, 0), 1, 'before the first');
  assert.is(tidied(1000, 1000), 4, 'and again after each 300');
  assert.is(tidied(0, 1000), 3, 'where it was not known how many there would be');
});

test.run();
