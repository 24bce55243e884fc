import { err, ok } from '../../base/result.ts';
import type { MachineId } from '../../model/machine.ts';
import { making } from '../making.ts';
import { CLONE, DESTROY, DRY, FINISHED, IMPORT, LIST } from './making-programs.ts';
import { diskUnits } from './output.ts';
import type { VirtualBoxPlace } from './place.ts';

/** VirtualBox says which units the disks of an appliance are before it imports it, and gives the machine its id. */
export function virtualBoxMaking(place: VirtualBoxPlace): ReturnType<typeof making> {
  return making(place.hypervisor, {
    finished: async (wish, signal) => {
      const said = await place.ask(FINISHED, wish.id, [wish.owner], signal);
      return said.ok ? ok(said.value === '' ? undefined : uuidIn(said.value)) : said;
    },
    make: async ({ id, owner, name, appliance: path }, appliance, signal) => {
      const dry = await place.ask(DRY, undefined, [path], signal);
      if (!dry.ok) return dry;
      const units = diskUnits(dry.value);
      const ours = appliance.disks.map(({ file }) => units.get(file));
      if (units.size !== ours.length || ours.includes(undefined))
        return err({ code: 'appliance-refused', message: `${path}: VirtualBox finds other disks in it than there are` });
      const made = await place.ask(IMPORT, id, [owner, name, path, ...(ours as string[])], signal);
      return made.ok ? ok(uuidIn(made.value)) : made;
    },
    clone: async (of, wish, signal) => {
      const made = await place.ask(CLONE, of, [wish.id, wish.owner, wish.name], signal);
      return made.ok ? ok(uuidIn(made.value)) : made;
    },
    remove: (id, owner, signal) => place.ask(DESTROY, id, [owner], signal),
    list: async (pattern, signal) => {
      const said = await place.ask(LIST, undefined, [pattern], signal);
      if (!said.ok) return said;
      const entries = said.value
        .split('\0')
        .slice(0, -1)
        .map((entry) => entry.split('\n'));
      // A machine stands before its folder; a folder alone is what an import left that came no further.
      const found = new Map<string, readonly string[]>();
      for (const [id = '', wish = '', ...more] of entries) if (!found.has(wish)) found.set(wish, [id || wish, ...more]);
      return ok([...found].map(([wish, [id = wish, owner = '', name = '']]) => ({ id, wish, owner, name, whole: name !== '' })));
    },
  });
}

function uuidIn(said: string): MachineId {
  return /^uuid (\S+)$/m.exec(said)?.[1] ?? '';
}
