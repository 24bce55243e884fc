import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realClock } from '../../lib/io/io.ts';
import { bring, PATIENCES } from '../../lib/machine/bring.ts';
import { good, wishIn } from '../contract/drivers.ts';
import { inLocalQemu } from '../contract/hypervisors.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { pause, until } from '../rig/patience.ts';

const never = new AbortController().signal;
/** Milliseconds after its first deed began: in an import, a start, a snapshot, a removal, of the first or a later life. */
const MOMENTS = [40, 120, 250, 400, 600, 900];

needing(...GUEST_NEEDS)('sbx killed at any moment: what is there is found, and finished or undone; nothing else is left', () =>
  inLocalQemu(async (at) => {
    const { driver, owner, appliance } = at;
    for (const [n, moment] of MOMENTS.entries()) {
      const wish = wishIn(at, { id: randomUUID() });
      const words = [
        join(REPOSITORY, '.build/test/machine/driver-life.js'),
        at.folder,
        join(at.folder, 'machines of qemu'),
        appliance,
        wish.id,
      ];
      const life = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(life.stdout, 'data');
      await pause(moment);
      life.kill('SIGKILL');
      for (const one of good(await driver.listOwned(owner, never))) assert.is(one.wish, wish.id);
      // What it had begun may still come to its end; it holds the lock as long.
      if (n % 2 === 0) {
        await until('the same import', async () => (await driver.importAppliance(wish, never)).ok);
        await until('a start', async () => (await driver.start(wish.id, never)).ok);
      }
      const bringing = { driver, clock: realClock, owner, patiences: PATIENCES };
      await until('its end', async () => (await bring(bringing, wish.id, 'absent', never)).ok);
    }
  }),
);

test.run();
