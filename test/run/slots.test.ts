import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Shares, Slots } from '../../lib/run/slots.ts';

/** Lets steps ask in order; says which have begun since, and gives back what one has. */
function asking(slots: { readonly [pool: string]: number }) {
  const pools = new Slots(new Map(Object.entries(slots)));
  const begun: string[] = [];
  const backs = new Map<string, () => void>();
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ask(name: string, shares: { readonly [pool: string]: number }, priority = 0): void {
      const list: Shares = Object.entries(shares).map(([pool, weight]) => ({ name: pool, weight }));
      void pools.take(list, priority).then((back) => {
        begun.push(name);
        backs.set(name, back);
      });
    },
    async now(): Promise<string> {
      await settle();
      return begun.splice(0).join(' ');
    },
    end: (name: string) => backs.get(name)?.(),
  };
}

test('weights: as many go together as fit', async () => {
  const { ask, now, end } = asking({ memory: 4 });
  ask('a', { memory: 2 });
  ask('b', { memory: 2 });
  ask('c', { memory: 1 });
  assert.is(await now(), 'a b');
  end('a');
  assert.is(await now(), 'c');
});

test('one that ends lets all in that fit then', async () => {
  const { ask, now, end } = asking({ memory: 4 });
  ask('a', { memory: 4 });
  for (const name of ['b', 'c', 'd', 'e', 'f']) ask(name, { memory: 1 });
  assert.is(await now(), 'a');
  end('a');
  assert.is(await now(), 'b c d e');
});

test('no starvation of heavy steps: nobody behind one takes what it wants, however little', async () => {
  const { ask, now, end } = asking({ memory: 4, db: 1 });
  ask('a', { memory: 1 });
  ask('b', { memory: 3 });
  ask('heavy', { memory: 4 });
  ask('light', { memory: 1 });
  ask('other', { db: 1 });
  assert.is(await now(), 'a b other');
  end('b');
  assert.is(await now(), '');
  end('a');
  assert.is(await now(), 'heavy');
  end('heavy');
  assert.is(await now(), 'light');
});

test('no deadlock with several pools: all are taken together or none', async () => {
  const { ask, now, end } = asking({ left: 1, right: 1 });
  ask('a', { left: 1 });
  ask('both', { right: 1, left: 1 });
  ask('turned', { left: 1, right: 1 });
  assert.is(await now(), 'a');
  end('a');
  assert.is(await now(), 'both');
  end('both');
  assert.is(await now(), 'turned');
});

test('the higher priority first; of one priority who came first', async () => {
  const { ask, now, end } = asking({ db: 1 });
  ask('a', { db: 1 });
  ask('b', { db: 1 }, 1);
  ask('c', { db: 1 }, 5);
  ask('d', { db: 1 }, 5);
  assert.is(await now(), 'a');
  for (const next of ['c', 'd', 'b']) {
    end(next === 'c' ? 'a' : next === 'd' ? 'c' : 'd');
    assert.is(await now(), next);
  }
});

test('who wants nothing never waits', async () => {
  const { ask, now } = asking({ db: 1 });
  ask('a', { db: 1 });
  ask('b', { db: 1 });
  ask('c', {});
  assert.is(await now(), 'c a');
});

test('ten thousand that wait for one lock are no matter', async () => {
  const { ask, now, end } = asking({ db: 1 });
  for (let i = 0; i < 10_000; i++) ask(String(i), { db: 1 }, i % 3);
  assert.is(await now(), '0');
  const began = process.cpuUsage();
  let last = '0';
  for (let i = 0; i < 2000; i++) {
    end(last);
    last = await now();
    assert.ok(last !== '' && !last.includes(' '));
  }
  assert.ok(process.cpuUsage(began).user / 1000 < 3000);
});

test.run();
