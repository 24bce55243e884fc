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
        const first = [...lasting(lanes), ...missed(lanes), ...believed(lanes)];
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
  const [round, at] = [Math.floor(turn / all.length), turn % all.length];
  const scenario = all[at] as number;
  const fate = fates[(at + round) % fates.length] as string;
  const thenDown = kind === 'far' && random.oneIn(2);
  const part = random.oneIn(5) ? 1 : random.below(1000) / 1000;
  const cut = { part, fate, seed: String(random.below(2 ** 30)), ...(thenDown ? { thenDown } : {}) };
  return cutOf(scenario, cut, lanes, ` (${n})`);
}

function cutOf(scenario: number, cut: NonNullable<Question['cut']>, lanes: Lanes<Question>, last = ''): Trial {
  const { name = '', kind = 'local' } = SCENARIOS[scenario] ?? {};
  return {
    name: `${name}${cut.rested ? ' and a rest' : ''}, cut at ${(cut.part * 100).toFixed(1)} %${cut.thenDown ? ', then taken down' : ''}: ${cut.fate}${last}`,
    async run() {
      const says = await lanes.ask(kind, { scenario, cut });
      return typeof says === 'string' ? says : undefined;
    },
  };
}

/** At their very ends, whatever the seed: what was made by hand is in the trash, or it is still where it was. */
function missed(lanes: Lanes<Question>): readonly Trial[] {
  const cut = { part: 1, fate: 'all but names in the trash', seed: '' };
  return SCENARIOS.flatMap(({ kept = [] }, scenario) => (kept.length > 0 ? [cutOf(scenario, cut, lanes)] : []));
}

const RESTED = ['first run', 'run after an edit', 'restore of deleted outputs', 'restore of a former state'];

/** When all had been looked at and was believed by its times, which a power cut keeps where it takes the bytes. */
function believed(lanes: Lanes<Question>): readonly Trial[] {
  return RESTED.flatMap((name) =>
    ['all names, zeros in large files', 'this and that'].map((fate) =>
      cutOf(
        SCENARIOS.findIndex((scenario) => scenario.name === name),
        { part: 1, fate, seed: name, rested: true },
        lanes,
      ),
    ),
  );
}
