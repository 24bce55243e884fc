import { ok } from '../../base/result.ts';
import type { ApplianceDisk } from '../../model/appliance.ts';
import { making } from '../making.ts';
import type { QemuPlace } from './place.ts';
import { CLONE, DESTROY, FINISHED, IMPORT, LIST, SETTINGS } from './programs.ts';
import { machineText, type QemuMachine, readMachine } from './settings.ts';

/** A machine is a folder: it is made by one program, and found by its name. */
export function qemuMaking(place: QemuPlace): ReturnType<typeof making> {
  return making(place.hypervisor, {
    finished: async (wish, signal) => {
      const said = await place.ask(FINISHED, wish.id, [wish.owner], signal);
      return said.ok ? ok(said.value === '' ? undefined : wish.id) : said;
    },
    make: async ({ id, name, owner }, appliance, signal) => {
      const { cpus, memory } = appliance;
      const disks = appliance.disks.map((_, n) => `disk-${n}.qcow2`);
      const machine: QemuMachine = { format: 1, id, name, whole: true, cpus, memory, network: { is: 'nat', forwards: [] }, disks };
      const sources = appliance.disks.flatMap((disk, n) => [sourceOf(disk), `disk-${n}.qcow2`]);
      const texts = [machineText({ ...machine, whole: false }), machineText(machine)];
      const made = await place.ask(IMPORT, id, [owner, ...texts, ...sources], signal);
      return made.ok ? ok(id) : made;
    },
    clone: async (of, { id, name, owner }, signal) => {
      const text = await place.ask(SETTINGS, of, [], signal);
      if (!text.ok) return text;
      const base = readMachine(text.value, of);
      if (!base.ok) return base;
      const clone: QemuMachine = { ...base.value, id, name, network: withoutPorts(base.value.network) };
      const texts = [machineText({ ...clone, whole: false }), machineText(clone)];
      const made = await place.ask(CLONE, of, [id, owner, ...texts], signal);
      return made.ok ? ok(id) : made;
    },
    remove: (id, owner, signal) => place.ask(DESTROY, id, [owner], signal),
    list: async (pattern, signal) => {
      const said = await place.ask(LIST, undefined, [pattern], signal);
      if (!said.ok) return said;
      const entries = said.value.split('\0').slice(0, -1);
      return ok(
        entries.map((entry) => {
          const folder = entry.slice(0, entry.indexOf('\n'));
          const [id = '', owner = ''] = folder.split('.');
          const machine = readMachine(entry.slice(folder.length + 1), id);
          const { name, whole } = machine.ok ? machine.value : { name: '', whole: false };
          return { id, wish: id, owner, name, whole };
        }),
      );
    },
  });
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
