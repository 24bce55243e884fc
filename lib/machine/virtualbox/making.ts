import { err, ok } from '../../base/result.ts';
import type { Driver, LinkedClone, MachineId } from '../../model/machine.ts';
import { bytesOn } from '../appliance/bytes.ts';
import { inspectAppliance } from '../appliance/inspect.ts';
import { checkOwner, checkWish } from '../checks.ts';
import { CLONE, DESTROY, DRY, FINISHED, IMPORT, LIST } from './making-programs.ts';
import { diskUnits } from './output.ts';
import type { VirtualBoxPlace } from './place.ts';

type Making = Pick<Driver, 'inspectAppliance' | 'importAppliance' | 'destroy' | 'listOwned'> & { readonly linkedClone: LinkedClone };

/** How machines come to be, are found, and go. */
export function making(place: VirtualBoxPlace): Making {
  const inspect: Driver['inspectAppliance'] = (path, signal) => inspectAppliance(bytesOn(place.hypervisor, signal), path);
  return {
    inspectAppliance: inspect,
    importAppliance: async (wish, signal) => {
      const checked = checkWish(wish);
      if (!checked.ok) return checked;
      const finished = await place.ask(FINISHED, wish.id, [wish.owner], signal);
      if (!finished.ok) return finished;
      if (finished.value !== '') return ok(uuidIn(finished.value));
      const appliance = await inspect(wish.appliance, signal);
      if (!appliance.ok) return appliance;
      const dry = await place.ask(DRY, undefined, [wish.appliance], signal);
      if (!dry.ok) return dry;
      const units = diskUnits(dry.value);
      const ours = appliance.value.disks.map(({ file }) => units.get(file));
      if (units.size !== ours.length || ours.includes(undefined))
        return err({ code: 'appliance-refused', message: `${wish.appliance}: VirtualBox finds other disks in it than there are` });
      const made = await place.ask(IMPORT, wish.id, [wish.owner, wish.name, wish.appliance, ...(ours as string[])], signal);
      return made.ok ? ok(uuidIn(made.value)) : made;
    },
    linkedClone: async (of, wish, signal) => {
      const checked = checkWish(wish);
      if (!checked.ok) return checked;
      const made = await place.ask(CLONE, of, [wish.id, wish.owner, wish.name], signal);
      return made.ok ? ok(uuidIn(made.value)) : made;
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
      const entries = said.value
        .split('\0')
        .slice(0, -1)
        .map((entry) => entry.split('\n'));
      // A machine stands before its folder; a folder alone is what an import left that came no further.
      const found = new Map<string, readonly string[]>();
      for (const [id = '', wish = '', name = ''] of entries) if (!found.has(wish)) found.set(wish, [id || wish, name]);
      return ok([...found].map(([wish, [id = wish, name = '']]) => ({ id, wish, name, whole: name !== '' })));
    },
  };
}

function uuidIn(said: string): MachineId {
  return /^uuid (\S+)$/m.exec(said)?.[1] ?? '';
}
