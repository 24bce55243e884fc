import type { Row, Trial } from '../row.ts';
import type { Recorded } from './crash.ts';
import { Lanes, SLOTS } from './lanes.ts';
import { type Attack, pointsOf } from './points.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Question } from './worker.ts';

export const row: Row = {
  name: 'crash-points',
  figure: 'crash points of the file operations',
  bar: '0 wrong, 0 manual repairs, 0 leaks',
  short: 300,
  long: 2000,
  slots: SLOTS,
  patience: 240_000,
  async open({ folder }) {
    const lanes = new Lanes<Question>(new URL('worker.js', import.meta.url), folder);
    const asked = SCENARIOS.map(({ kind }, scenario) => lanes.ask(kind, { scenario }));
    const recorded = (await Promise.all(asked)) as readonly Recorded[];
    const trial = ({ scenario, point, there }: Attack): Trial => ({
      name: `${SCENARIOS[scenario]?.name}: ${point.when} ${there ?? point.name}${point.nth > 0 ? ` #${point.nth + 1}` : ''}${there ? ' there' : ''}`,
      async run() {
        const question = { scenario, point, ...(there === undefined ? {} : { there: true as const }) };
        const says = await lanes.ask(SCENARIOS[scenario]?.kind ?? 'local', question);
        return typeof says === 'string' ? says : undefined;
      },
    });
    return {
      trials: (count) => pointsOf(recorded, count).map(trial),
      [Symbol.asyncDispose]: () => lanes[Symbol.asyncDispose](),
    };
  },
};
