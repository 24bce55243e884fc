import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Driver, Hypervisor, MachineSettings } from '../../model/machine.ts';
import { checkSettings, lacksCapability } from '../checks.ts';
import { hasSettings } from '../has-settings.ts';
import { notes } from '../notes.ts';
import type { Accelerator } from './accelerator.ts';
import { qemuMaking } from './making.ts';
import { type QemuPlace, qemuPlace } from './place.ts';
import { power } from './power.ts';
import { CHANGE, NOTE, NOTES, PROBE, SETTINGS } from './programs.ts';
import { seeding } from './seeding.ts';
import { machineText, type QemuMachine, readMachine } from './settings.ts';
import { snapshots } from './snapshots.ts';

interface QemuOptions {
  /** `auto`: KVM if a trial shows that guests execute with it, else software emulation. */
  readonly accelerator: Accelerator | 'auto';
  /** Holds all machines, absolute on the hypervisor's computer; absent: `$XDG_STATE_HOME/sbx/machines` there. */
  readonly folder?: string;
}

const NAME = 'qemu';

/** QEMU on Linux: a folder and at most one process for each machine. */
export function qemuDriver(hypervisor: Hypervisor, { accelerator, folder }: QemuOptions): Driver {
  const place = qemuPlace(hypervisor, folder);
  const powered = power(place, accelerator);
  return {
    name: NAME,
    probe: (signal) => probe(place, signal),
    ...qemuMaking(place),
    ...powered,
    ...seeding(place, NAME),
    snapshots: snapshots(place, powered.start),
    ...notes({
      read: (id, signal) => place.ask(NOTES, id, [], signal),
      write: (id, name, word, signal) => place.ask(NOTE, id, [name, word], signal),
    }),
    settings: async (id, signal) => {
      const text = await place.ask(SETTINGS, id, [], signal);
      const machine = text.ok ? readMachine(text.value, id) : text;
      if (!machine.ok) return machine;
      const { cpus, memory, network } = machine.value;
      return ok({ cpus, memory, network });
    },
    configure: async (id, settings, signal) => {
      const refused = refusedSettings(settings);
      if (!refused.ok) return refused;
      const text = await place.ask(SETTINGS, id, [], signal);
      if (!text.ok) return text;
      const before = readMachine(text.value, id);
      if (!before.ok) return before;
      if (hasSettings(before.value, settings)) return ok(undefined);
      const after: QemuMachine = { ...before.value, ...settings };
      const changed = await place.ask(CHANGE, id, [text.value.trimEnd(), machineText(after)], signal);
      return changed.ok ? ok(undefined) : changed;
    },
    bridges: async () => ok([]),
  };
}

function refusedSettings(settings: MachineSettings): Result<void, Failure> {
  if (settings.network?.is !== 'bridged') return checkSettings(settings);
  return lacksCapability(NAME, 'bridged network', 'use network: nat with forwards, or the driver virtualbox');
}

async function probe(place: QemuPlace, signal: AbortSignal): ReturnType<Driver['probe']> {
  const said = await place.ask(PROBE, undefined, [], signal);
  if (!said.ok) return said;
  const lines = said.value.split('\n');
  const missing = lines.flatMap((line) => /^missing (.+)/.exec(line)?.[1] ?? []);
  const on = place.hypervisor.name === 'local' ? 'here' : `on ${place.hypervisor.name}`;
  if (missing.length > 0) return err({ code: 'hypervisor-unfit', message: `QEMU cannot be used ${on}: missing are ${missing.join(', ')}` });
  const version = /version (\d+)\.(\d+)\S*/.exec(said.value);
  if (version === null || Number(version[1]) < MINIMUM)
    return err({ code: 'hypervisor-unfit', message: `QEMU ${version?.[0] ?? 'of an unknown version'} ${on} is older than ${MINIMUM}` });
  const after = lines.findIndex((line) => line.startsWith('Accelerators'));
  return ok({
    version: version[0].slice('version '.length),
    accelerators: lines.slice(after + 1).filter((line) => line === 'tcg' || line === 'kvm'),
    networks: ['nat', 'none'],
    seeds: lines.includes('has xorriso') ? ['credentials', 'nocloud'] : ['credentials'],
  });
}

/** The first whose `-chardev`, `-smbios path=` and JSON of disks are as they are used here. */
const MINIMUM = 5;
