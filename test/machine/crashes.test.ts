import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inLocalQemu, inLocalVirtualBoxStandIn } from '../contract/hypervisors.ts';
import { machineUnderCrashes, Span } from '../contract/machine-crashes.ts';
import { inMemory } from '../contract/memory-driver.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const withQemu = needing(...GUEST_NEEDS);
/** After the import, the start, the removal. */
const SPANS = [2, 13, 19];

test('killed at each point between intent and create, create and record, destroy and record: the next one finishes the machine, or takes it away', async () => {
  const span = new Span();
  assert.ok((await machineUnderCrashes(inMemory(span), span)) > 40);
});

withQemu('qemu: killed at those points that change its files: the same', async () => {
  assert.is(await machineUnderCrashes(inLocalQemu, new Span(), SPANS), SPANS.length);
});

withQemu("virtualbox's stand-in: the same", async () => {
  assert.is(await machineUnderCrashes(inLocalVirtualBoxStandIn, new Span(), SPANS), SPANS.length);
});

test.run();
