// VirtualBox cannot be installed where tests run: a stand-in answers in its place.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { good } from '../contract/drivers.ts';
import { inLocalVirtualBoxStandIn } from '../contract/hypervisors.ts';
import { behind, machineContract } from '../contract/machines.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const withTools = needing(...GUEST_NEEDS);
machineContract((name, run) => withTools(`virtualbox stand-in: ${name}`, run), inLocalVirtualBoxStandIn);

withTools('virtualbox stand-in: an adapter is found, or named in full with its blanks and brackets', () =>
  inLocalVirtualBoxStandIn((at) =>
    behind(at, { network: 'bridged' }, async ({ machine, again, scope }) => {
      good(await machine.make(undefined, scope));
      // The first that is up and no radio.
      assert.match(good(await machine.setUp(scope)).did.join(), /-> bridged to Intel\(R\) Ethernet Connection I219-LM #2$/);
      assert.equal(good(await again().setUp(scope)).did, []);
      const named = again({}, { network: 'bridged', adapter: 'en0: Wi-Fi (AirPort)' });
      assert.match(good(await named.setUp(scope)).did.join(), /-> bridged to en0: Wi-Fi \(AirPort\)$/);
      // Nobody named one: the one that it has is as good as any.
      assert.equal(good(await again().setUp(scope)).did, []);
      const missing = await again({}, { network: 'bridged', adapter: 'en0' }).setUp(scope);
      assert.match(
        missing.ok ? '' : `${missing.error.message}; ${missing.error.hint}`,
        /no adapter "en0" .*; it has "en0: Wi-Fi \(AirPort\)", /,
      );
      good(await machine.remove(scope));
    }),
  ),
);

withTools('virtualbox stand-in: keys lie in the shared folder build-init that the first boot reads', () =>
  inLocalVirtualBoxStandIn((at) =>
    behind(at, {}, async ({ machine, scope }) => {
      good(await machine.make(undefined, scope));
      assert.equal(good(await machine.inject(scope)).did, ['keys given by folder']);
      const [share] = Object.entries(at.standIn?.machines[0]?.shares ?? {});
      assert.is(share?.[0], 'build-init');
      good(await machine.remove(scope));
    }),
  ),
);

withTools('virtualbox stand-in: a machine of the same name that is not ours is refused, and stays; nothing of ours does', () =>
  inLocalVirtualBoxStandIn((at) =>
    behind(at, {}, async ({ machine, again, scope, ground, journal }) => {
      const theirs = again({ owner: `${at.owner}-theirs` });
      const { id } = good(await theirs.make(undefined, scope));
      const refused = await machine.make(undefined, scope);
      assert.is(refused.ok ? '' : refused.error.code, 'machine-foreign');
      good(await machine.remove(scope));
      assert.equal(good(await ground.driver.listOwned(at.owner, scope.signal)), []);
      assert.is(good(await theirs.find(scope)), id);
      good(await ground.driver.destroy(id ?? '', `${at.owner}-theirs`, scope.signal));
      assert.is(journal.standing().size, 0, 'one journal for both');
    }),
  ),
);

test.run();
