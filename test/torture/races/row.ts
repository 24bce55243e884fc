import type { Row, Trial } from '../row.ts';
import { openCrew } from './crew.ts';
import { editedRounds, flippedRounds, tickRounds } from './inputs-round.ts';
import { projectRounds, storeOfManyRounds } from './project-round.ts';
import { type Kind, trialsOf } from './round.ts';
import { storeRounds } from './store-round.ts';

const WIDTH = 8;

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
    return {
      *trials(count) {
        const width = count > 1000 ? 64 : WIDTH;
        const kinds: readonly Kind[] = [
          projectRounds(crew, folder, width),
          editedRounds(crew, folder, WIDTH),
          storeRounds(crew, folder, 16),
          storeOfManyRounds(crew, folder, width),
          flippedRounds(crew, folder, WIDTH),
          tickRounds(crew, WIDTH),
        ];
        let made = 0;
        for (let n = 0; made < count; n++) {
          const kind = kinds[n % kinds.length] as Kind;
          for (const trial of trialsOf(kind(random.fork(`${n}`), n))) {
            made += 1;
            yield trial satisfies Trial;
          }
        }
      },
      async [Symbol.asyncDispose]() {
        await crew[Symbol.asyncDispose]();
      },
    };
  },
};
