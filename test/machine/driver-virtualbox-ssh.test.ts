import { test } from 'uvu';
import { driverContract } from '../contract/drivers.ts';
import { inVirtualBoxStandIn } from '../contract/hypervisors.ts';
import { inSsh } from '../contract/places.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const withGuest = needing(...GUEST_NEEDS, 'sshd');
driverContract((name, run) => withGuest(`virtualbox behind sshd, whose stand-in it is: ${name}`, run), inVirtualBoxStandIn(inSsh));
test.run();
