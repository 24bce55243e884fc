import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Driver, Hypervisor } from '../../model/machine.ts';
import { checkSettings, checkSnapshotName } from '../checks.ts';
import { lastLines } from '../hypervisor.ts';
import { notes } from '../notes.ts';
import { virtualBoxMaking } from './making.ts';
import { natRules, readBridges, readInfo, snapshotNames, stateOf } from './output.ts';
import { type VirtualBoxOptions, type VirtualBoxPlace, virtualBoxPlace } from './place.ts';
import {
  ADDRESS,
  BRIDGES,
  CONFIGURE,
  CONTROL,
  DIAGNOSTICS,
  NOTE,
  NOTES,
  PROBE,
  RESTORE,
  SNAPSHOT,
  START,
  STATE,
  WAIT_OFF,
} from './programs.ts';
import { seeding } from './seeding.ts';
import { changeOf, knownAdapter, settingsOf } from './settings.ts';

/** VirtualBox by its VBoxManage. What only a real one can show stands in docs/unverified.md. */
export function virtualBoxDriver(hypervisor: Hypervisor, options: VirtualBoxOptions = {}): Driver {
  const place = virtualBoxPlace(hypervisor, options);
  const bridges: Driver['bridges'] = async (signal) => {
    const said = await place.ask(BRIDGES, undefined, [], signal);
    return said.ok ? ok(readBridges(said.value)) : said;
  };
  const state: Driver['state'] = async (id, signal) => {
    const said = await place.ask(STATE, id, [], signal);
    if (!said.ok) return said.error.code === 'machine-absent' ? ok('absent') : said;
    return ok(stateOf(readInfo(said.value)));
  };
  return {
    name: 'virtualbox',
    probe: (signal) => probe(place, signal),
    ...virtualBoxMaking(place),
    ...seeding(place),
    configure: async (id, settings, signal) => {
      const checked = checkSettings(settings);
      if (!checked.ok) return checked;
      const info = await place.info(id, signal);
      if (!info.ok) return info;
      if (settings.network?.is === 'bridged') {
        const known = await bridges(signal);
        if (!known.ok) return known;
        const adapter = knownAdapter(settings.network.adapter, known.value);
        if (!adapter.ok) return adapter;
      }
      const change = changeOf(info.value, settings);
      return change === undefined ? ok(undefined) : done(await place.ask(CONFIGURE, id, [change.any, ...change.words], signal));
    },
    settings: async (id, signal) => {
      const info = await place.info(id, signal);
      return info.ok ? ok(settingsOf(info.value)) : info;
    },
    ...notes({
      read: (id, signal) => place.ask(NOTES, id, [], signal),
      write: (id, name, word, signal) => place.ask(NOTE, id, [name, word], signal),
    }),
    start: async (id, signal) => done(await place.ask(START, id, [], signal)),
    state,
    endpoint: async (id, guestPort, signal) => {
      const info = await place.info(id, signal);
      if (!info.ok) return info;
      if (stateOf(info.value) !== 'running') return ok(undefined);
      const rule = natRules(info.value).find(({ guest }) => guest === guestPort);
      if (rule !== undefined) return ok({ address: '127.0.0.1', port: rule.host });
      if (info.value.get('nic1') !== 'bridged') return ok(undefined);
      const said = await place.ask(ADDRESS, id, [], signal);
      if (!said.ok) return said;
      const address = /^Value: (\d+\.\d+\.\d+\.(\d+))$/m.exec(said.value);
      // Before it has a lease a guest tells 0.0.0.0, or the gateway of an adapter of its own.
      return ok(address === null || ['0', '1'].includes(address[2] ?? '') ? undefined : { address: address[1] as string, port: guestPort });
    },
    requestShutdown: async (id, signal) => done(await place.ask(CONTROL, id, ['acpipowerbutton'], signal)),
    powerOff: async (id, signal) => done(await place.ask(CONTROL, id, ['poweroff'], signal)),
    waitOff: async (id, patience, signal) => {
      const said = await place.ask(WAIT_OFF, id, [Math.ceil(patience / 100)], signal);
      if (said.ok) return ok(said.value.trim() === 'yes');
      return said.error.code === 'machine-absent' ? ok(true) : said;
    },
    snapshots: {
      take: async (id, name, signal) => {
        const checked = checkSnapshotName(name);
        const info = checked.ok ? await place.info(id, signal) : checked;
        if (!info.ok) return info;
        if (snapshotNames(info.value).includes(name))
          return err({ code: 'machine-state', message: `machine ${id} has a snapshot ${name} already` });
        return done(await place.ask(SNAPSHOT, id, ['take', name], signal));
      },
      restore: async (id, name, signal) => {
        const info = await place.info(id, signal);
        if (!info.ok) return info;
        if (!snapshotNames(info.value).includes(name))
          return err({ code: 'machine-state', message: `machine ${id} has no snapshot ${JSON.stringify(name)}` });
        return done(await place.ask(RESTORE, id, [name], signal));
      },
      list: async (id, signal) => {
        const info = await place.info(id, signal);
        return info.ok ? ok(snapshotNames(info.value).filter((name) => !name.startsWith('sbx-'))) : info;
      },
    },
    bridges,
    diagnostics: async (id, signal) => {
      const seen = await state(id, signal);
      if (!seen.ok) return seen;
      const said = await place.ask(DIAGNOSTICS, id, [], signal);
      if (!said.ok) return said.error.code === 'machine-absent' ? ok({ state: seen.value, serial: [], said: [] }) : said;
      const [serial = '', log = ''] = said.value.split('\0');
      return ok({ state: seen.value, serial: lastLines(serial, 40), said: lastLines(log) });
    },
  };
}

function done(result: Result<unknown, Failure>): Result<void, Failure> {
  return result.ok ? ok(undefined) : result;
}

async function probe(place: VirtualBoxPlace, signal: AbortSignal): ReturnType<Driver['probe']> {
  const said = await place.ask(PROBE, undefined, [], signal);
  if (!said.ok) return said;
  // Warnings, of a kernel module that is missing for instance, come before it.
  const version = /^(\d+)\.\d+\.\d+\S*$/m.exec(said.value);
  if (version === null || Number(version[1]) < 5)
    return err({ code: 'hypervisor-unfit', message: `VirtualBox is older than 5: ${JSON.stringify(said.value.trim().slice(0, 80))}` });
  const seeds = /^has xorriso$/m.test(said.value) ? (['nocloud', 'folder'] as const) : (['folder'] as const);
  return ok({ version: version[0], accelerators: [], networks: ['nat', 'bridged', 'none'], seeds });
}
