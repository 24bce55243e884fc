/** Counts in a file under the lock: `node lock-contender.js FOLDER TIMES`. Without the lock, counts get lost. */
import * as fs from 'node:fs';
import { acquireLock } from '../../lib/run/lock.ts';
import { whoAmI } from '../../lib/run/self.ts';
import { ioOf, real } from './store-fixture.ts';

const [, , folder = '', times = '0'] = process.argv;
for (let i = 0; i < Number(times); i++) {
  const wish = { path: `${folder}/lock`, self: whoAmI(real), command: 'count' };
  const lock = await acquireLock(ioOf(), wish, { signal: AbortSignal.timeout(60_000), waiting: () => {} });
  if (!lock.ok) throw new Error(lock.error.message);
  const count = Number(fs.readFileSync(`${folder}/count`, 'utf8'));
  await new Promise((wake) => setTimeout(wake, 1));
  fs.writeFileSync(`${folder}/count`, String(count + 1));
  lock.value.release();
}
