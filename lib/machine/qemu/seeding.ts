import { ok } from '../../base/result.ts';
import { unreachable } from '../../base/unreachable.ts';
import type { Driver } from '../../model/machine.ts';
import { lacksCapability, refuse } from '../checks.ts';
import type { QemuPlace } from './place.ts';
import { SEED_CREDENTIALS, SEED_DISK, UNSEED } from './programs.ts';

/** What SMBIOS takes at all, bytes in base64. */
const MOST = 32 * 1024;

/** Seeds go by standard input into files of 0600, never through words that `ps` shows. */
export function seeding(place: QemuPlace, driver: string): Pick<Driver, 'seed'> {
  return {
    seed: async (id, seed, signal) => {
      const give = async (program: string, names: readonly string[], values: readonly Uint8Array[]): ReturnType<Driver['seed']> => {
        const lines = Buffer.from(values.map((value) => `${Buffer.from(value).toString('base64')}\n`).join(''));
        const given = await place.ask(program, id, names, signal, lines);
        return given.ok ? ok(undefined) : given;
      };
      switch (seed?.is) {
        case undefined:
          return give(UNSEED, [], []);
        case 'credentials': {
          const wrong = [...seed.values.keys()].find((name) => !/^[A-Za-z0-9_.-]{1,200}$/.test(name));
          if (wrong !== undefined) return refuse(`${JSON.stringify(wrong)} is no name of a credential`);
          const size = [...seed.values.values()].reduce((sum, value) => sum + Math.ceil(value.length / 3) * 4, 0);
          if (size > MOST) return refuse(`credentials of ${size} bytes are more than SMBIOS takes: use a seed disk`);
          return give(SEED_CREDENTIALS, [...seed.values.keys()], [...seed.values.values()]);
        }
        case 'nocloud':
          return give(SEED_DISK, [], [seed.userData, seed.metaData]);
        case 'folder':
          return lacksCapability(driver, 'shared folder', 'give a seed disk or credentials');
        default:
          return unreachable(seed);
      }
    },
  };
}
