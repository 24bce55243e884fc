import { test } from 'uvu';
import { driverContract } from '../contract/drivers.ts';
import { inLocalVirtualBoxStandIn } from '../contract/hypervisors.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const withGuest = needing(...GUEST_NEEDS);
driverContract((name, run) => withGuest(`virtualbox, whose stand-in it is: ${name}`, run), inLocalVirtualBoxStandIn);
test.run();
