import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { good, wishIn } from '../contract/drivers.ts';
import { inVirtualBoxStandIn } from '../contract/hypervisors.ts';
import { inLocal } from '../contract/places.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const never = new AbortController().signal;
const withGuest = needing(...GUEST_NEEDS);

withGuest('what a linked clone hangs on goes with it, and not before', () =>
  inVirtualBoxStandIn(inLocal)(async ({ driver, standIn, ...at }) => {
    const base = good(await driver.importAppliance(wishIn(at), never));
    const clone = good((await driver.linkedClone?.(base, wishIn(at), never)) as never) as string;
    assert.is(standIn?.machines[0]?.snapshots.length, 1);
    assert.equal(good((await driver.snapshots?.list(base, never)) as never), [], 'nobody asked for that one');
    const needed = await driver.destroy(base, at.owner, never);
    assert.ok(!needed.ok && needed.error.code === 'machine-state' && needed.error.message.includes('clones'));
    assert.is(good(await driver.destroy(clone, at.owner, never)), 'destroyed');
    assert.is(standIn?.machines[0]?.snapshots.length, 0);
    assert.is(good(await driver.destroy(base, at.owner, never)), 'destroyed');
  }),
);

withGuest('a clone that came no further than its snapshot is found, and the snapshot goes with it, at once or later', () =>
  inVirtualBoxStandIn(inLocal)(async ({ driver, standIn, ...at }) => {
    const base = good(await driver.importAppliance(wishIn(at), never));
    const wish = wishIn(at);
    standIn?.faults.push({ times: 1, words: /^clonevm/, exit: 137 });
    const failed = await driver.linkedClone?.(base, wish, never);
    assert.not.ok(failed?.ok);
    const clones = async () => good(await driver.listOwned(at.owner, never)).filter(({ id }) => id !== base);
    assert.equal(
      (await clones()).map(({ id, whole }) => [id, whole]),
      [[wish.id, false]],
    );
    standIn?.faults.push({
      times: 1,
      words: /^snapshot .* delete/,
      exit: 1,
      stderr: 'VBoxManage: error: Cannot delete it now\r\n',
    });
    assert.is(good(await driver.destroy(wish.id, at.owner, never)), 'destroyed');
    assert.is(standIn?.machines[0]?.snapshots.length, 1);
    assert.is((await clones()).length, 1);
    assert.is(good(await driver.destroy(wish.id, at.owner, never)), 'destroyed');
    assert.is(standIn?.machines[0]?.snapshots.length, 0);
    assert.equal(await clones(), []);
  }),
);

withGuest('a clone is not given what the other one is seeded with', () =>
  inVirtualBoxStandIn(inLocal)(async ({ driver, standIn, ...at }) => {
    const base = good(await driver.importAppliance(wishIn(at), never));
    const seeds = [
      { is: 'nocloud', userData: Buffer.from('a key'), metaData: Buffer.alloc(0) },
      { is: 'folder', name: 'build-init', files: new Map([['id', Buffer.from('a key')]]) },
    ] as const;
    for (const seed of seeds) {
      good(await driver.seed(base, seed, never));
      const clone = good((await driver.linkedClone?.(base, wishIn(at), never)) as never) as string;
      const [first, second] = standIn?.machines ?? [];
      const given = [first, second].map((one) => JSON.stringify([one?.shares, one?.slots]));
      assert.match(given[0] ?? '', seed.is === 'folder' ? /build-init/ : /seed\.iso/);
      assert.not.match(given[1] ?? '', /build-init|seed\.iso/);
      good(await driver.destroy(clone, at.owner, never));
    }
  }),
);

test.run();
