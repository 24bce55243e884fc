import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Turns, type Use } from '../../lib/run/turns.ts';

/** Asks for turns in order; says which have begun, and gives them back by their place in the list. */
function asking(uses: readonly Use[]) {
  const turns = new Turns();
  const begun: number[] = [];
  const backs = uses.map((use, at) =>
    turns.take(use).then((back) => {
      begun.push(at);
      return back;
    }),
  );
  const now = async (): Promise<readonly number[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return begun.splice(0).sort();
  };
  return { now, giveBack: async (at: number) => (await backs[at])?.() };
}

test('sharers go beside each other and beside one writer', async () => {
  const { now, giveBack } = asking(['shares', 'writes', 'shares', 'writes', 'shares']);
  assert.equal(await now(), [0, 1, 2, 4]);
  await giveBack(1);
  assert.equal(await now(), [3]);
});

test('who excludes waits for all, and nobody that came after overtakes', async () => {
  const { now, giveBack } = asking(['shares', 'shares', 'excludes', 'shares', 'writes']);
  assert.equal(await now(), [0, 1]);
  await giveBack(0);
  assert.equal(await now(), []);
  await giveBack(1);
  assert.equal(await now(), [2]);
  await giveBack(2);
  assert.equal(await now(), [3, 4]);
});

test('two that exclude take turns', async () => {
  const { now, giveBack } = asking(['excludes', 'excludes', 'writes']);
  assert.equal(await now(), [0]);
  await giveBack(0);
  assert.equal(await now(), [1]);
  await giveBack(1);
  assert.equal(await now(), [2]);
});

test.run();
