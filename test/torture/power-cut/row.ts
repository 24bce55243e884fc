import { Lanes, SLOTS } from '../crash-points/lanes.ts';
import { SCENARIOS } from '../crash-points/scenarios.ts';
import type { Random } from '../random.ts';
import type { Row, Trial } from '../row.ts';
import { FATES } from './fates.ts';
import type { Question } from './worker.ts';

/** Of so many trials one has a far side: those cost ten times as much. */
const FAR = 8;

export const row: Row = {
  name: 'power-cut',
  figure: 'disks as a power cut leaves them',
  bar: '0 wrong, what a teardown needs is known',
  short: 100,
  long: 1000,
  slots: SLOTS,
  patience: 240_000,
  open({ folder, random }) {
    const lanes = new Lanes<Question>(new URL('worker.js', import.meta.url), folder);
    return Promise.resolve({
      *trials(count) {
        const first = lasting(lanes);
        yield* first;
        for (let n = 0; n < count - first.length; n++) yield trial(n, random.fork(String(n)), lanes);
      },
      [Symbol.asyncDispose]: () => lanes[Symbol.asyncDispose](),
    });
  },
};

/** What was promised, and the scenario in which it was. */
const LASTING: readonly (readonly [scenario: string, path: string])[] = [
  ['first run over SSH', 'home/.state/sbx/owned.ndjson'],
  ['first run over SSH', 'home/.state/sbx/machine-id'],
  ['first run over SSH', 'project/.sbx/receipts/box'],
  ['teardown', 'home/.state/sbx/owned.ndjson'],
  ['trust', 'home/.state/sbx/known_hosts'],
];
const LOSING = ['nothing that was not forced out', 'all names, no data', 'this and that'];

/** Few first: whether what was forced out lasts. */
function lasting(lanes: Lanes<Question>): readonly Trial[] {
  return LASTING.flatMap(([name, path]) =>
    LOSING.map((fate) => ({
      name: `${path} lasts after ${name}: ${fate}`,
      async run() {
        const found = SCENARIOS.findIndex((scenario) => scenario.name === name);
        const scenario = found < 0 ? SCENARIOS.length : found;
        const says = await lanes.ask('far', { scenario, lasting: { path, fate, seed: path } });
        return typeof says === 'string' ? says : undefined;
      },
    })),
  );
}

/** Scenarios and fates by turns, each scenario with each fate; the moments by chance, the last one often. */
function trial(n: number, random: Random, lanes: Lanes<Question>): Trial {
  const kind = n % FAR === FAR - 1 ? 'far' : 'local';
  const all = SCENARIOS.flatMap((scenario, number) => (scenario.kind === kind ? [number] : []));
  const fates = Object.keys(FATES);
  const turn = kind === 'far' ? Math.floor(n / FAR) : n - Math.floor(n / FAR);
  const scenario = all[turn % all.length] as number;
  const fate = fates[(turn + Math.floor(turn / (all.length * fates.length))) % fates.length] as string;
  const thenDown = kind === 'far' && random.oneIn(2);
  const part = random.oneIn(5) ? 1 : random.below(1000) / 1000;
  const seed = String(random.below(2 ** 30));
  return {
    name: `${SCENARIOS[scenario]?.name}, cut at ${(part * 100).toFixed(1)} %${thenDown ? ', then taken down' : ''}: ${fate} (${n})`,
    async run() {
      const says = await lanes.ask(kind, { scenario, cut: { part, fate, seed, ...(thenDown ? { thenDown } : {}) } });
      return typeof says === 'string' ? says : undefined;
    },
  };
}
