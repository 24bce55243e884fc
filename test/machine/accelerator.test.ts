import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hypervisorIn } from '../../lib/machine/hypervisor.ts';
import { acceleratorWords, chosenAccelerator, tryAccelerator } from '../../lib/machine/qemu/accelerator.ts';
import { qemuDriver } from '../../lib/machine/qemu/driver.ts';
import { qemuPlace } from '../../lib/machine/qemu/place.ts';
import { good, wishIn } from '../contract/drivers.ts';
import { inLocalQemu } from '../contract/hypervisors.ts';
import { inLocal } from '../contract/places.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const never = new AbortController().signal;
const withQemu = needing(...GUEST_NEEDS, 'timeout');

test('auto is KVM only where a guest executed with it; what was chosen stays', () => {
  assert.is(chosenAccelerator('auto', 'executes'), 'kvm');
  assert.is(chosenAccelerator('auto', 'fails'), 'tcg');
  assert.is(chosenAccelerator('auto', 'closed'), 'tcg');
  assert.is(chosenAccelerator('kvm', 'fails'), 'kvm');
  assert.is(chosenAccelerator('tcg', 'executes'), 'tcg');
});

withQemu('the trial: a guest that comes to 64-bit code executes; it is remembered until the computer boots again', () =>
  inLocal(async ({ session, folder }) => {
    const machines = join(folder, 'its machines');
    const place = qemuPlace(hypervisorIn('local', session), machines);
    const tried = async (device: string, words: readonly string[]) => good(await tryAccelerator(place, device, words, never));
    assert.is(await tried(join(folder, 'no-such-device'), acceleratorWords('tcg')), 'closed');
    assert.is(await tried('/dev/null', acceleratorWords('tcg')), 'executes');
    assert.is(await tried('/dev/null', ['-accel', 'none']), 'executes', 'as it was found');
    const remembered = readFileSync(join(machines, 'trial'), 'utf8');
    writeFileSync(join(machines, 'trial'), remembered.replace(/^\S+/, '00000000-0000-4000-8000-000000000000'));
    assert.is(await tried('/dev/null', ['-accel', 'none']), 'fails', 'it has booted since');
    assert.is(await tried('/dev/null', acceleratorWords('tcg')), 'fails', 'as it was found');
    assert.is(await tried(join(folder, 'no-such-device'), acceleratorWords('tcg')), 'closed', 'whether it opens is asked each time');
  }),
);

withQemu('auto: a machine runs, whatever /dev/kvm promises', () =>
  inLocalQemu((at) =>
    inLocal(async ({ session, folder }) => {
      const driver = qemuDriver(hypervisorIn('local', session), { accelerator: 'auto', folder });
      const id = good(await driver.importAppliance(wishIn(at), never));
      try {
        good(await driver.start(id, never));
        assert.is(good(await driver.state(id, never)), 'running');
      } finally {
        good(await driver.destroy(id, at.owner, never));
      }
    }),
  ),
);

test.run();
