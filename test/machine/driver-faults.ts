import * as assert from 'uvu/assert';
import { err } from '../../lib/base/result.ts';
import type { Hypervisor, MachineId } from '../../lib/model/machine.ts';
import { type DriverPlace, good, SSH_FORWARD, type WithDriver, wishIn } from '../contract/drivers.ts';

// One program of the hypervisor fails; then all is well again, and what is wanted must come to be by doing it once more.

/** Never begun; done, and the answer lost; ended in the middle. */
const FAULTS = ['before', 'after', 'amid'] as const;
type Fault = (typeof FAULTS)[number];

const never = new AbortController().signal;
/** Within the run of a program that writes. */
const AMID = 12;

/** A hypervisor on which the program with this number fails, counted from 0. */
interface Failing {
  readonly hypervisor: Hypervisor;
  /** How many were begun. */
  count(): number;
}

function failing(real: Hypervisor, at: number, fault: Fault): Failing {
  let begun = 0;
  const run: Hypervisor['run'] = async (words, streams) => {
    const isIt = begun === at;
    begun += 1;
    if (!isIt) return real.run(words, streams);
    if (fault === 'before') return err({ code: 'link-lost', message: 'lost before' });
    const stop = AbortSignal.any([streams.signal, ...(fault === 'amid' ? [AbortSignal.timeout(AMID)] : [])]);
    await real.run(words, { ...streams, signal: stop });
    return err({ code: 'link-lost', message: `lost ${fault}` });
  };
  return { hypervisor: { ...real, run }, count: () => begun };
}

/** A life of a machine; the first deed that fails ends it. Gives what failed, and what is known of the machine. */
async function live({ driver, owner }: DriverPlace, wish: ReturnType<typeof wishIn>): Promise<string> {
  const imported = await driver.importAppliance(wish, never);
  if (!imported.ok) return imported.error.code;
  const id: MachineId = imported.value;
  const seed = { is: 'nocloud', userData: Buffer.from('#cloud-config\n'), metaData: Buffer.alloc(0) } as const;
  const deeds = [
    () => driver.configure(id, { network: SSH_FORWARD }, never),
    () => driver.seed(id, seed, never),
    () => driver.note(id, 'seeded', 'x', never),
    () => driver.notes(id, never),
    () => driver.start(id, never),
    () => driver.endpoint(id, 22, never),
    () => driver.snapshots?.take(id, 'up', never) ?? driver.state(id, never),
    () => driver.powerOff(id, never),
    () => driver.destroy(id, owner, never),
  ];
  for (const deed of deeds) {
    const done = await deed();
    if (!done.ok) return done.error.code;
  }
  return 'ok';
}

/** Every so many-th program of a life fails in one of the ways, on a hypervisor that is well otherwise. Gives the number of trials. */
export async function driverUnderFaults(through: (wrap: (real: Hypervisor) => Hypervisor) => WithDriver, every: number): Promise<number> {
  let counted: Failing | undefined;
  const all = (real: Hypervisor): Hypervisor => {
    counted = failing(real, -1, 'before');
    return counted.hypervisor;
  };
  let programs = 0;
  await through(all)(async (at) => {
    assert.is(await live(at, wishIn(at)), 'ok');
    programs = counted?.count() ?? 0;
  });
  let trials = 0;
  for (let n = 0; n < programs; n += every) {
    const fault = FAULTS[trials % FAULTS.length] as Fault;
    await through((real) => failing(real, n, fault).hypervisor)(async (at) => {
      const where = `program ${n}, ${fault}`;
      const wish = wishIn(at);
      assert.is.not(await live(at, wish), 'ok', where);
      // What is there is ours and is found. It is undone, or switched off to live its life again.
      const found = good(await at.driver.listOwned(at.owner, never));
      for (const one of found) assert.is(one.wish, wish.id, where);
      const isUndone = trials % 2 === 0;
      trials += 1;
      for (const { id } of found)
        good<unknown>(isUndone ? await at.driver.destroy(id, at.owner, never) : await at.driver.powerOff(id, never));
      if (isUndone) return;
      const again = await live(at, wish);
      assert.ok(again === 'ok' || again === 'machine-state', `${where}: ${again}`); // it may have its snapshot already
    });
  }
  return trials;
}
