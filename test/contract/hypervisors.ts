import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { hypervisorIn } from '../../lib/machine/hypervisor.ts';
import { qemuDriver } from '../../lib/machine/qemu/driver.ts';
import { virtualBoxDriver } from '../../lib/machine/virtualbox/driver.ts';
import type { Hypervisor } from '../../lib/model/machine.ts';
import { guestAppliance } from '../rig/guest.ts';
import { endAll, processesWith } from '../rig/processes.ts';
import { startVirtualBoxStandIn } from '../rig/virtualbox-stand-in/server.ts';
import type { DriverPlace, WithDriver } from './drivers.ts';
import { inLocal, type WithPlace } from './places.ts';

/** Made once for all tests of a file. */
function memo<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export const guest: () => Buffer = memo(() => guestAppliance());
const deaf = memo(() => guestAppliance({ deaf: true }));

/** QEMU on the computer of a place. When it is through, no machine of it lives, and what is left of its folder is empty if all were destroyed. */
export function inQemu(place: WithPlace, through: (hypervisor: Hypervisor) => Hypervisor = (one) => one): WithDriver {
  return (use) =>
    place(async ({ session, folder }) => {
      const machines = join(folder, 'machines of qemu');
      const hypervisor = through(hypervisorIn('local', session));
      const driver = qemuDriver(hypervisor, { accelerator: 'tcg', folder: machines });
      const appliances = appliancesIn(folder);
      try {
        await use({ driver, owner: 'test-owner', ...appliances, folder });
        const signal = new AbortController().signal;
        const left = await driver.listOwned('test-owner', signal);
        for (const { id } of left.ok ? left.value : []) assert.ok((await driver.destroy(id, 'test-owner', signal)).ok);
        assert.equal(lists(machines), []);
        assert.equal(processesWith([machines]), []);
      } finally {
        endAll([machines]);
      }
    });
}

export const inLocalQemu: WithDriver = inQemu(inLocal);

/** VirtualBox's stand-in on the computer of a place. When it is through, it has no machine any more. */
export function inVirtualBoxStandIn(place: WithPlace, through: (hypervisor: Hypervisor) => Hypervisor = (one) => one): WithDriver {
  return (use) =>
    place(async ({ session, folder }) => {
      await using standIn = await startVirtualBoxStandIn(folder);
      const own = join(folder, 'machines of virtualbox');
      const hypervisor = through(hypervisorIn('local', session));
      const driver = virtualBoxDriver(hypervisor, { program: standIn.program, folder: own, lockTries: 40 });
      await use({ driver, owner: 'test-owner', ...appliancesIn(folder), folder, standIn: standIn.state });
      const signal = new AbortController().signal;
      for (let round = 0; round < 2; round++) {
        // A base goes after what hangs on it.
        const left = await driver.listOwned('test-owner', signal);
        for (const { id } of left.ok ? [...left.value].reverse() : []) assert.ok((await driver.destroy(id, 'test-owner', signal)).ok);
      }
      assert.equal(lists(own), []);
      assert.equal(standIn.state.machines, []);
    });
}

export const inLocalVirtualBoxStandIn: WithDriver = inVirtualBoxStandIn(inLocal);

function appliancesIn(folder: string): Pick<DriverPlace, 'appliance' | 'deaf'> {
  const at = join(folder, "the user's images");
  mkdirSync(at, { recursive: true });
  const put = (name: string, content: Uint8Array): string => {
    writeFileSync(join(at, name), content);
    return join(at, name);
  };
  return { appliance: put('guest.ova', guest()), deaf: put('deaf.ova', deaf()) };
}

function lists(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
