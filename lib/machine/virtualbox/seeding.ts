import { err, ok } from '../../base/result.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { Driver } from '../../model/machine.ts';
import { plainName } from '../appliance/names.ts';
import { lacksCapability, refuse } from '../checks.ts';
import { freeSlot, slotOf } from './output.ts';
import { inLines, type VirtualBoxPlace } from './place.ts';
import { SEED_DISK, SEED_FOLDER, UNSEED } from './programs.ts';

/** A disc for cloud-init, or a folder that the guest sees. What is secret goes by standard input into files of 0600. */
export function seeding(place: VirtualBoxPlace): Pick<Driver, 'seed'> {
  const unseed: (...at: Parameters<Driver['seed']>) => ReturnType<Driver['seed']> = async (id, _, signal) => {
    const info = await place.info(id, signal);
    if (!info.ok) return info;
    const slot = slotOf(info.value, (path) => path.endsWith('/seed.iso'));
    const folders = [...info.value].flatMap(([key, value]) => (key.startsWith('SharedFolderNameMachineMapping') ? [value] : []));
    const done = await place.ask(UNSEED, id, [slot?.controller ?? '', slot?.port ?? '', slot?.device ?? '', ...folders], signal);
    return done.ok ? ok(undefined) : done;
  };
  return {
    seed: async (id, seed, signal) => {
      if (seed?.is === 'credentials') return lacksCapability('virtualbox', 'credentials', 'give a seed disk or a folder');
      const before = await unseed(id, undefined, signal);
      if (!before.ok || seed === undefined) return before;
      switch (seed.is) {
        case 'nocloud': {
          const info = await place.info(id, signal);
          if (!info.ok) return info;
          const slot = freeSlot(info.value);
          if (slot === undefined) return err({ code: 'machine-state', message: `machine ${id} has no room for a disc` });
          const words = [slot.controller, slot.port, slot.device, slot.ports ?? ''];
          const given = await place.ask(SEED_DISK, id, words, signal, inLines([seed.userData, seed.metaData]));
          return given.ok ? ok(undefined) : given;
        }
        case 'folder': {
          const wrong = [seed.name, ...seed.files.keys()].find((name) => !plainName(name).ok);
          if (wrong !== undefined) return refuse(`${JSON.stringify(wrong)} is no name of a file`);
          const given = await place.ask(SEED_FOLDER, id, [seed.name, ...seed.files.keys()], signal, inLines(seed.files.values()));
          return given.ok ? ok(undefined) : given;
        }
        default:
          return unreachable(seed);
      }
    },
  };
}
