import { test } from 'uvu';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { driverContract } from './drivers.ts';
import { inLocalQemu } from './hypervisors.ts';

const withQemu = needing(...GUEST_NEEDS);
driverContract((name, run) => withQemu(`qemu: ${name}`, run), inLocalQemu);
test.run();
