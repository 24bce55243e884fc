import { test } from 'uvu';
import { inLocalQemu } from '../contract/hypervisors.ts';
import { machineContract } from '../contract/machines.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const withQemu = needing(...GUEST_NEEDS);
machineContract((name, run) => withQemu(`qemu: ${name}`, run), inLocalQemu);
test.run();
