import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inQemu } from '../contract/hypervisors.ts';
import { inLocal } from '../contract/places.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { driverUnderFaults } from './driver-faults.ts';

needing(...GUEST_NEEDS)('qemu: each program of a life fails once: what is there is found, and undone or finished', async () => {
  assert.ok((await driverUnderFaults((wrap) => inQemu(inLocal, wrap))) > 10);
});

test.run();
