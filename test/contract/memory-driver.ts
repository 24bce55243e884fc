import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '../../lib/base/result.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Driver, MachineState, OwnedMachine, SettingsNow } from '../../lib/model/machine.ts';
import { withFolder } from '../rig/folder.ts';
import type { DriverPlace, WithDriver } from './drivers.ts';

interface Machine extends OwnedMachine {
  readonly state: MachineState;
  readonly settings: SettingsNow;
  readonly notes: ReadonlyMap<string, string>;
}

/** Told in the middle of what takes two steps. */
export interface Amid {
  now(deed: 'importAppliance' | 'destroy'): void;
}

type Done = Promise<Result<void, Failure>>;

/** A hypervisor in memory that promises what drivers promise. As VirtualBox it gives a machine another id than its wish has, and none to a half. */
export function memoryDriver(amid: Amid): Driver {
  const machines = new Map<string, Machine>();
  const absent = (id: string): Failure => ({ code: 'machine-absent', message: `there is no machine ${id}` });
  const change = async (id: string, more: Partial<Machine>): Done => {
    const found = machines.get(id);
    if (found === undefined) return err(absent(id));
    machines.set(id, { ...found, ...more });
    return ok(undefined);
  };
  const listed = (matches: (owner: string) => boolean) => ok([...machines.values()].filter(({ owner }) => matches(owner)));
  return {
    name: 'memory',
    probe: async () => ok({ version: '1.0', accelerators: [], networks: ['nat', 'none'], seeds: ['credentials'] }),
    inspectAppliance: async () => ok({ name: 'guest', cpus: 1, memory: 16, disks: [], verified: true }) as never,
    importAppliance: async ({ id: wish, owner, name }) => {
      const before = [...machines.values()].find((one) => one.wish === wish);
      if (before?.whole) return ok(before.id);
      const half = {
        id: wish,
        wish,
        owner,
        name,
        whole: false,
        state: 'absent',
        settings: { cpus: 1, memory: 16 },
        notes: new Map(),
      } as const;
      machines.set(wish, half);
      amid.now('importAppliance');
      const id = randomUUID();
      machines.delete(wish);
      machines.set(id, { ...half, id, whole: true, state: 'off' });
      return ok(id);
    },
    configure: (id, settings) => change(id, { settings: { cpus: 1, memory: 16, ...settings } }),
    settings: async (id) => ok((machines.get(id) as Machine).settings),
    notes: async (id) => ok((machines.get(id) as Machine).notes),
    note: (id, name, value) => {
      const notes = new Map(machines.get(id)?.notes);
      if (value === undefined) notes.delete(name);
      else notes.set(name, value);
      return change(id, { notes });
    },
    seed: async () => ok(undefined),
    start: (id) => change(id, { state: 'running' }),
    state: async (id) => ok(machines.get(id)?.state ?? 'absent'),
    endpoint: async () => ok({ address: '127.0.0.1', port: 22 }),
    requestShutdown: (id) => change(id, { state: 'off' }),
    powerOff: (id) => change(id, { state: 'off' }),
    waitOff: async () => ok(true),
    destroy: async (id) => {
      const found = machines.get(id);
      if (found === undefined) return ok('absent');
      machines.delete(id);
      if (found.whole) machines.set(found.wish, { ...found, id: found.wish, whole: false, state: 'absent', notes: new Map() });
      amid.now('destroy');
      machines.delete(found.wish);
      return ok('destroyed');
    },
    listOwned: async (owner) => listed((one) => one === owner),
    listAll: async (prefix) => listed((one) => one.startsWith(prefix)),
    bridges: async () => ok([]),
    diagnostics: async (id) => ok({ state: machines.get(id)?.state ?? 'absent', serial: [], said: [] }),
  };
}

export function inMemory(amid: Amid): WithDriver {
  return (use) =>
    withFolder(async (folder) => {
      const appliance = `${folder}/guest.ova`;
      const place: DriverPlace = { driver: memoryDriver(amid), owner: 'test-owner', appliance, deaf: appliance, folder };
      await use(place);
    });
}
