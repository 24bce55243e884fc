import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../lib/base/result.ts';
import type { MachineGround } from '../../lib/machine/behind/ground.ts';
import { waitFor } from '../../lib/machine/behind/wait-for.ts';
import type { Failure } from '../../lib/model/failure.ts';
import { machineSpec } from '../rig/machine-spec.ts';

/** How long each try to get into a guest may take that answers nothing, and the time when it is over. */
async function tries(boot: number): Promise<{ readonly patiences: readonly number[]; readonly over: number }> {
  let now = 0;
  const patiences: number[] = [];
  const ground = {
    name: 'vm',
    spec: machineSpec({ boot, endpoint: { is: 'tunnel', port: 12222 } }),
    found: { id: 'vm-1' },
    clock: {
      now: () => now,
      monotonic: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    },
    driver: { state: async () => ok('running'), diagnostics: async () => ok({ said: [], serial: [] }) },
    guest: {
      knock: async (_endpoint: unknown, patience: number) => {
        patiences.push(patience);
        now += patience;
        return err<Failure>({ code: 'unreachable', message: 'no answer' });
      },
    },
  } as unknown as MachineGround;
  const waited = await waitFor(ground, { signal: new AbortController().signal, note: () => {} });
  assert.is(waited.ok ? '' : waited.error.code, 'machine-stuck');
  return { patiences, over: now };
}

test('one try to get into a guest takes no longer than what is left of `boot`, and never more than 20 s', async () => {
  assert.equal(await tries(2000), { patiences: [2000, 500], over: 3000 });
  assert.equal((await tries(60_000)).patiences, [20_000, 20_000, 19_000, 500]);
});

test.run();
