import type { Row, Trial } from '../row.ts';
import { Lanes, SLOTS } from './lanes.ts';
import type { Operation } from './operation.ts';
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
    const operations = (await Promise.all(asked)) as readonly (readonly Operation[])[];
    const trial = ({ scenario, point }: Attack): Trial => ({
      name: `${SCENARIOS[scenario]?.name}: ${point.when} ${point.name}${point.nth > 0 ? ` #${point.nth + 1}` : ''}`,
      async run() {
        const says = await lanes.ask(SCENARIOS[scenario]?.kind ?? 'local', { scenario, point });
        return typeof says === 'string' ? says : undefined;
      },
    });
    return {
      trials: (count) => pointsOf(operations, count).map(trial),
      [Symbol.asyncDispose]: () => lanes[Symbol.asyncDispose](),
    };
  },
};
