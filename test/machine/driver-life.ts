// Lives of one machine, one after the other, until this process is killed: node driver-life.js HOME MACHINES APPLIANCE ID

import { localSandbox } from '../../lib/io/local.ts';
import { hypervisorIn } from '../../lib/machine/hypervisor.ts';
import { qemuDriver } from '../../lib/machine/qemu/driver.ts';
import { good, SSH_FORWARD, wishIn } from '../contract/drivers.ts';
import { connected, realIo } from '../contract/places.ts';

const [home = '', folder = '', appliance = '', id = ''] = process.argv.slice(2);
const never = new AbortController().signal;

async function main(): Promise<void> {
  const session = await connected(localSandbox('local', realIo(home)));
  const driver = qemuDriver(hypervisorIn('local', session), { accelerator: 'tcg', folder });
  const owner = 'test-owner';
  process.stdout.write('begun\n');
  for (;;) {
    good(await driver.importAppliance(wishIn({ owner, appliance }, { id }), never));
    good(await driver.configure(id, { network: SSH_FORWARD }, never));
    good(await driver.start(id, never));
    good((await driver.snapshots?.take(id, 'up', never)) ?? { ok: true, value: undefined });
    good(await driver.destroy(id, owner, never));
  }
}

await main();
