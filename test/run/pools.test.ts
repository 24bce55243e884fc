import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openPools } from '../../lib/run/pools.ts';

test('a slot is free when what waits for the result had its turn: whom it lets go may be more urgent than the next in the line', async () => {
  for (const shares of [[], [{ name: 'lock', weight: 1 }]]) {
    const pools = await openPools(1, new Map([['lock', 1]]));
    const log: string[] = [];
    const step = (name: string, priority: number): Promise<void> =>
      pools.within(shares, priority, async () => void log.push(`${name} begins`)).then(() => void log.push(`${name} is told`));
    const first = step('first', 9).then(() => step('urgent', 5));
    await Promise.all([first, step('other', 1)]);
    assert.equal(log, ['first begins', 'first is told', 'urgent begins', 'urgent is told', 'other begins', 'other is told']);
  }
});

test('work that fails gives its slots back', async () => {
  const pools = await openPools(1, new Map([['lock', 1]]));
  const shares = [{ name: 'lock', weight: 1 }];
  const failed = await pools.within(shares, 0, () => Promise.reject(new Error('no'))).catch((error: Error) => error.message);
  assert.equal([failed, await pools.within(shares, 0, async () => 'yes')], ['no', 'yes']);
});

test.run();
