import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../lib/base/result.ts';
import { guarded } from '../../lib/machine/guarded.ts';
import type { Driver, Hypervisor } from '../../lib/model/machine.ts';

const never = new AbortController().signal;
const hypervisor: Hypervisor = { name: 'local', run: never as never, write: never as never, read: never as never };
const within = <T>(work: () => Promise<T>): Promise<T> => work();
const opened = (driver: object): Driver => guarded({ name: 'mine', open: () => driver as Driver }, within)(hypervisor, {});

test('a driver of an extension gives results, whatever its code does', async () => {
  const driver = opened({
    state: async () => ok('off'),
    start: () => {
      throw new Error('no power');
    },
    destroy: async () => Promise.reject('a text'),
    bridges: async () => [],
  });
  assert.is(driver.name, 'mine');
  assert.equal(await driver.state('x', never), ok('off'));
  const messageOf = async (result: Promise<{ readonly ok: boolean; readonly error?: unknown }>): Promise<unknown> => (await result).error;
  assert.equal(await messageOf(driver.start('x', never)), { code: 'extension-failed', message: 'the driver mine: no power' });
  assert.equal(await messageOf(driver.destroy('x', 'o', never)), { code: 'extension-failed', message: 'the driver mine: a text' });
  assert.equal(await messageOf(driver.bridges(never)), {
    code: 'extension-failed',
    message: 'the driver mine: its bridges gave no result',
  });
  assert.equal(await messageOf(driver.powerOff('x', never)), { code: 'extension-failed', message: 'the driver mine: it has no powerOff' });
});

test('one that cannot be opened says so at each deed; what it cannot do is absent; an abort still rejects', async () => {
  const open = (): never => {
    throw new Error('wrong options');
  };
  const broken = guarded({ name: 'mine', open }, within)(hypervisor, {});
  const probed = await broken.probe(never);
  assert.equal(!probed.ok && probed.error.message, 'the driver mine: wrong options');
  assert.equal([broken.snapshots, broken.linkedClone], [undefined, undefined]);
  const own = {
    names: ['a'],
    async list() {
      return ok(this.names);
    },
  };
  const driver = opened({ snapshots: own, linkedClone: async () => ok('id'), waitOff: () => Promise.reject(new Error('stopped')) });
  assert.equal(await driver.snapshots?.list('x', never), ok(['a']));
  assert.equal(await driver.linkedClone?.('x', { id: '', owner: '', name: '' }, never), ok('id'));
  const thrown = await driver.waitOff('x', 1, AbortSignal.abort()).catch((error: Error) => error.message);
  assert.is(thrown, 'stopped');
});

test.run();
