import { sshdIsInstalled } from '../../rig/sshd.ts';
import type { Row } from '../row.ts';
import { besideRounds } from './beside-round.ts';
import { clockRounds } from './clock-round.ts';
import { openCrew } from './crew.ts';
import { editedRounds, flippedRounds, tickRounds } from './inputs-round.ts';
import { FarSide, placeRounds } from './place-round.ts';
import { projectRounds, storeOfManyRounds } from './project-round.ts';
import { trialsOf } from './round.ts';
import { storeRounds } from './store-round.ts';

const WIDTH = 8;

/** What costs little comes often; the short part goes through it twice. */
const ORDER = [
  ...['project', 'edited', 'store', 'clock', 'shared', 'store', 'project', 'beside'],
  ...['store', 'place', 'project', 'flipped', 'shared', 'store', 'project', 'beside'],
  ...['tick', 'store', 'shared', 'project', 'edited', 'store'],
] as readonly ('project' | 'store' | 'shared' | 'edited' | 'flipped' | 'tick' | 'clock' | 'beside' | 'place')[];

export const row: Row = {
  name: 'races',
  figure: 'concurrent runs',
  bar: '0 wrong',
  short: 400,
  long: 64_000,
  slots: 2 * WIDTH,
  patience: 180_000,
  async open({ random, folder }) {
    const crew = openCrew();
    const farSide = new FarSide();
    return {
      lacking: sshdIsInstalled() ? [] : ['sshd is not installed'],
      *trials(count) {
        const width = count > 1000 ? 64 : WIDTH;
        const kinds = {
          project: projectRounds(crew, folder, width),
          store: storeRounds(crew, folder, 16),
          shared: storeOfManyRounds(crew, folder, width),
          edited: editedRounds(crew, folder, WIDTH),
          flipped: flippedRounds(crew, folder, WIDTH),
          tick: tickRounds(crew, WIDTH),
          clock: clockRounds(folder, WIDTH),
          beside: besideRounds(crew, folder, WIDTH),
          place: placeRounds(farSide, folder),
        };
        let made = 0;
        for (let n = 0; made < count; n++) {
          const kind = kinds[ORDER[n % ORDER.length] ?? 'project'];
          for (const trial of kind === undefined ? [] : trialsOf(kind(random.fork(`${n}`), n))) {
            made += 1;
            yield trial;
          }
        }
      },
      async [Symbol.asyncDispose]() {
        await crew[Symbol.asyncDispose]();
        await farSide[Symbol.asyncDispose]();
      },
    };
  },
};
