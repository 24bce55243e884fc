import { test } from 'uvu';
import { driverContract } from '../contract/drivers.ts';
import { inQemu } from '../contract/hypervisors.ts';
import { inSsh } from '../contract/places.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const withQemu = needing(...GUEST_NEEDS, 'sshd');
driverContract((name, run) => withQemu(`qemu behind sshd: ${name}`, run), inQemu(inSsh));
test.run();
