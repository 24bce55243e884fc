import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../lib/base/result.ts';
import { good } from '../contract/drivers.ts';
import { behind } from '../contract/machines.ts';
import { inMemory } from '../contract/memory-driver.ts';

const inDriver = inMemory({ now: () => {} });

test('clones of killed runs go before another one is made, and that is said; Ctrl-C ends it where the hypervisor hangs', () =>
  inDriver((at) =>
    behind(at, {}, async ({ machine, again, ground, scope, said }) => {
      good(await machine.make(undefined, scope));
      const { listOwned } = ground.driver;
      const lost = { ...ground, owner: `${ground.owner}-lost`, found: {} };
      const driver = { ...ground.driver, linkedClone: async () => ok('the clone'), note: async () => ok(undefined) };
      const clone = { driver, owner: `${ground.owner}-mine`, base: ground, lost: () => [lost] };
      good(await again({ owner: lost.owner }).make(undefined, scope));

      let asked = (): void => {};
      const begun = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const hangs: typeof listOwned = (owner, signal) => {
        if (owner !== lost.owner) return listOwned(owner, signal);
        asked();
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      };
      const stop = new AbortController();
      const stuck = { ...lost, driver: { ...ground.driver, listOwned: hangs } };
      const making = again({ ...clone, lost: () => [stuck] }).make(undefined, { ...scope, signal: stop.signal });
      await begun;
      stop.abort(new Error('Ctrl-C'));
      assert.is(await making.catch((error: Error) => error.message), 'Ctrl-C');

      said();
      good(await again(clone).make(undefined, scope));
      assert.match(said().join(), /removed \S+, of a run that was killed/);
      assert.equal(good(await listOwned(lost.owner, scope.signal)), []);
    }),
  ));

test.run();
