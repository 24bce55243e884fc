/**
 * Counts in a file under the lock: `node lock-contender.js FOLDER TIMES`. Without the lock, counts get lost. In between it is
 * a holder that died. */
import * as fs from 'node:fs';
import { acquireLock, type Lock } from '../../lib/run/lock.ts';
import { type SelfFacts, whoAmI } from '../../lib/run/self.ts';
import { pause } from '../rig/patience.ts';
import { ioOf, real } from './store-fixture.ts';

const self = whoAmI(real);
const [, , folder = '', times = '0'] = process.argv;
for (let i = 0; i < Number(times); i++) {
  const lock = await taken(self);
  const count = Number(fs.readFileSync(`${folder}/count`, 'utf8'));
  await pause(1);
  fs.writeFileSync(`${folder}/count`, String(count + 1));
  lock.release();
  await taken({ ...self, start: '1' });
}
(await taken(self)).release();

async function taken(who: SelfFacts): Promise<Lock> {
  const wish = { path: `${folder}/lock`, self: who, command: 'count' };
  const lock = await acquireLock(ioOf(), wish, { signal: AbortSignal.timeout(60_000), waiting: () => {} });
  if (!lock.ok || !('release' in lock.value)) throw new Error(JSON.stringify(lock));
  return lock.value;
}
