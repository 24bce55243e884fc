import { ok } from '../../base/result.ts';
import type { ApplianceDisk } from '../../model/appliance.ts';
import type { Driver, LinkedClone } from '../../model/machine.ts';
import { bytesOn } from '../appliance/bytes.ts';
import { inspectAppliance } from '../appliance/inspect.ts';
import { checkOwner, checkWish } from '../checks.ts';
import type { QemuPlace } from './place.ts';
import { CLONE, DESTROY, FINISHED, IMPORT, LIST, SETTINGS } from './programs.ts';
import { machineText, type QemuMachine, readMachine } from './settings.ts';

// How machines come to be, are found, and go.

type Making = Pick<Driver, 'inspectAppliance' | 'importAppliance' | 'destroy' | 'listOwned'> & { readonly linkedClone: LinkedClone };

export function making(place: QemuPlace): Making {
  const inspect: Driver['inspectAppliance'] = (path, signal) => inspectAppliance(bytesOn(place.hypervisor, signal), path);
  return {
    inspectAppliance: inspect,
    importAppliance: async (wish, signal) => {
      const checked = checkWish(wish);
      if (!checked.ok) return checked;
      const finished = await place.ask(FINISHED, wish.id, [wish.owner], signal);
      if (!finished.ok) return finished;
      if (finished.value !== '') return ok(wish.id);
      const appliance = await inspect(wish.appliance, signal);
      if (!appliance.ok) return appliance;
      const { cpus, memory } = appliance.value;
      const disks = appliance.value.disks.map((_, n) => `disk-${n}.qcow2`);
      const { id, name } = wish;
      const machine: QemuMachine = { format: 1, id, name, whole: true, cpus, memory, network: { is: 'nat', forwards: [] }, disks };
      const sources = appliance.value.disks.flatMap((disk, n) => [sourceOf(disk), `disk-${n}.qcow2`]);
      const texts = [machineText({ ...machine, whole: false }), machineText(machine)];
      const made = await place.ask(IMPORT, id, [wish.owner, ...texts, ...sources], signal);
      return made.ok ? ok(id) : made;
    },
    linkedClone: async (of, wish, signal) => {
      const checked = checkWish(wish);
      if (!checked.ok) return checked;
      const text = await place.ask(SETTINGS, of, [], signal);
      if (!text.ok) return text;
      const base = readMachine(text.value, of);
      if (!base.ok) return base;
      const { id, name, owner } = wish;
      const clone: QemuMachine = { ...base.value, id, name, network: withoutPorts(base.value.network) };
      const texts = [machineText({ ...clone, whole: false }), machineText(clone)];
      const made = await place.ask(CLONE, of, [id, owner, ...texts], signal);
      return made.ok ? ok(id) : made;
    },
    destroy: async (id, owner, signal) => {
      const checked = checkOwner(owner);
      if (!checked.ok) return checked;
      const done = await place.ask(DESTROY, id, [owner], signal);
      if (done.ok) return ok('destroyed');
      return done.error.code === 'machine-absent' ? ok('absent') : done;
    },
    listOwned: async (owner, signal) => {
      const checked = checkOwner(owner);
      if (!checked.ok) return checked;
      const said = await place.ask(LIST, undefined, [owner], signal);
      if (!said.ok) return said;
      const entries = said.value.split('\0').slice(0, -1);
      return ok(
        entries.map((entry) => {
          const id = entry.slice(0, entry.indexOf('\n'));
          const machine = readMachine(entry.slice(id.length + 1), id);
          return machine.ok
            ? { id, wish: id, name: machine.value.name, whole: machine.value.whole }
            : { id, wish: id, name: '', whole: false };
        }),
      );
    },
  };
}

/** The disk where it lies, in the middle of an .ova as well: no copy is made first. Whatever it says, it builds on nothing else. */
function sourceOf({ path, offset, size }: ApplianceDisk): string {
  const file = { driver: 'raw', offset, size, file: { driver: 'file', filename: path } };
  return `json:${JSON.stringify({ driver: 'vmdk', file, backing: null })}`;
}

/** A port of the host that was chosen is one machine's alone. */
function withoutPorts(network: QemuMachine['network']): QemuMachine['network'] {
  return network.is === 'nat' ? { is: 'nat', forwards: network.forwards.map(({ guest }) => ({ guest })) } : network;
}
