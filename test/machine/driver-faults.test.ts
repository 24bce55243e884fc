import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inQemu, inVirtualBoxStandIn } from '../contract/hypervisors.ts';
import { inLocal } from '../contract/places.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { driverUnderFaults } from './driver-faults.ts';

needing(...GUEST_NEEDS)('qemu: each program of a life fails once: what is there is found, and undone or finished', async () => {
  assert.ok((await driverUnderFaults((wrap) => inQemu(inLocal, wrap), 1)) > 10);
});

needing(...GUEST_NEEDS)("virtualbox's stand-in: each fourth of them", async () => {
  assert.ok((await driverUnderFaults((wrap) => inVirtualBoxStandIn(inLocal, wrap), 4)) > 3);
});

test.run();
