import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../lib/base/result.ts';
import { bring, PATIENCES } from '../../lib/machine/bring.ts';
import type { Deed, Wanted } from '../../lib/machine/next-move.ts';
import type { Clock } from '../../lib/model/io.ts';
import type { Driver, MachineState } from '../../lib/model/machine.ts';

const never = new AbortController().signal;

/** A clock that is ahead as soon as somebody waits for it. */
function clock(): Clock & { slept: number } {
  return {
    slept: 0,
    now() {
      return this.slept;
    },
    monotonic() {
      return this.slept;
    },
    async sleep(ms, signal) {
      signal.throwIfAborted();
      this.slept += ms;
    },
  };
}

/** What a machine becomes, deed by deed; each list is what it is asked after asked. */
function machine(from: MachineState, becomes: Partial<Record<Deed, readonly MachineState[]>>) {
  let coming: MachineState[] = [from];
  const did: Deed[] = [];
  const deed =
    <T>(name: Deed, value: T) =>
    async () => {
      did.push(name);
      coming = [...(becomes[name] ?? [coming[0] as MachineState])];
      return ok(value);
    };
  const driver = {
    state: async () => ok(coming.length > 1 ? (coming.shift() as MachineState) : (coming[0] as MachineState)),
    start: deed('start', undefined),
    requestShutdown: deed('requestShutdown', undefined),
    powerOff: deed('powerOff', undefined),
    destroy: deed('destroy', 'destroyed'),
    diagnostics: async () => ok({ state: coming[0] as MachineState, serial: ['Kernel panic'], said: [] }),
  } as unknown as Driver;
  const make = deed('import', 'new-id');
  const at = clock();
  const to = (wanted: Wanted, more: object = {}, signal = never) =>
    bring({ driver, clock: at, owner: 'me', patiences: PATIENCES, make, ...more }, 'old-id', wanted, signal);
  return { to, did, at };
}

test('it is imported, started and waited for; what is there already is left', async () => {
  const one = machine('absent', { import: ['off'], start: ['off', 'starting', 'starting', 'running'] });
  assert.equal(await one.to('running'), ok({ id: 'new-id', did: ['import', 'start'] }));
  assert.ok(one.at.slept > 0);
  assert.equal(await one.to('running'), ok({ id: 'old-id', did: [] }));
});

test('a guest that does not shut down is cut off after its time, and not before', async () => {
  const one = machine('running', { requestShutdown: ['running', 'stopping'], powerOff: ['stopping', 'off'] });
  assert.equal(await one.to('off'), ok({ id: 'old-id', did: ['requestShutdown', 'powerOff'] }));
  assert.ok(one.at.slept >= PATIENCES.requestShutdown && one.at.slept < PATIENCES.requestShutdown + PATIENCES.powerOff);
});

test('a guest that still boots does not hear that it should shut down: it is asked again', async () => {
  const one = machine('running', {});
  let asked = 0;
  const states: MachineState[] = ['running'];
  const deaf = {
    state: async () => ok(asked < 3 ? 'running' : (states.shift() ?? 'off')),
    requestShutdown: async () => {
      asked += 1;
      return ok(undefined);
    },
  } as unknown as Driver;
  assert.equal(await one.to('off', { driver: deaf }), ok({ id: 'old-id', did: ['requestShutdown'] }));
  assert.is(asked, 3);
  assert.ok(one.at.slept > 4000 && one.at.slept < 10_000, 'not all the time');
});

test('what cannot be reached is given up with the reason, what was tried and what the guest said', async () => {
  const one = machine('off', { start: ['starting', 'off'] });
  const gone = await one.to('running');
  assert.ok(!gone.ok);
  assert.is(gone.error.code, 'machine-stuck');
  assert.is(gone.error.message, 'machine old-id should be running and is off: it was started and is off again (done: start)');
  assert.equal(gone.error.lastLines, ['Kernel panic']);
  assert.equal(one.did, ['start']);
});

test('where nobody can make it, it is absent', async () => {
  const missing = await machine('absent', {}).to('running', { make: undefined });
  assert.ok(!missing.ok && missing.error.code === 'machine-absent');
});

test('a deed that is refused ends it with that failure', async () => {
  const refused = { code: 'machine-busy', message: 'a window of VirtualBox has it' } as const;
  assert.equal(await machine('absent', {}).to('off', { make: async () => err(refused) }), err(refused));
});

test('aborted, it waits no more', async () => {
  const stop = new AbortController();
  const one = machine('starting', {});
  const at = { ...clock(), sleep: async () => stop.abort(new Error('enough')) };
  await one.to('running', { clock: at }, stop.signal).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'enough'),
  );
});

test.run();
