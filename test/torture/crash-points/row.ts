import { join } from 'node:path';
import type { Row, Trial } from '../row.ts';
import { Lane } from './lane.ts';
import type { Operation } from './operation.ts';
import { type Attack, pointsOf } from './points.ts';
import { SCENARIOS } from './scenarios.ts';

/** Lanes of runs on this computer alone, then those with a far side: these mostly wait. */
const LANES = { local: 2, far: 2 } as const;

export const row: Row = {
  name: 'crash-points',
  figure: 'crash points of the file operations',
  bar: '0 wrong, 0 manual repairs, 0 leaks',
  short: 300,
  long: 2000,
  slots: LANES.local + LANES.far,
  patience: 240_000,
  async open({ folder }) {
    const lanes = {
      local: Array.from({ length: LANES.local }, (_, n) => new Lane(join(folder, `local${n}`))),
      far: Array.from({ length: LANES.far }, (_, n) => new Lane(join(folder, `far${n}`))),
    };
    const turns = { local: 0, far: 0 };
    const laneFor = (kind: 'local' | 'far'): Lane => lanes[kind][turns[kind]++ % LANES[kind]] as Lane;
    const operations = await Promise.all(
      SCENARIOS.map(async ({ kind }, number) => (await laneFor(kind).ask(number)) as readonly Operation[]),
    );
    const trial = ({ scenario, point }: Attack): Trial => ({
      name: `${SCENARIOS[scenario]?.name}: ${point.when} ${point.name}${point.nth > 0 ? ` #${point.nth + 1}` : ''}`,
      async run() {
        const says = await laneFor(SCENARIOS[scenario]?.kind ?? 'local').ask(scenario, point);
        return typeof says === 'string' ? says : undefined;
      },
    });
    return {
      trials: (count) => pointsOf(operations, count).map(trial),
      async [Symbol.asyncDispose]() {
        await Promise.all([...lanes.local, ...lanes.far].map((lane) => lane[Symbol.asyncDispose]()));
      },
    };
  },
};
