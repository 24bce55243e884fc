import type { Row, Trial } from '../row.ts';
import { ANSWERS, SIZES } from './answers.ts';
import type { Case } from './case.ts';
import { DESTINATIONS, FOLDERS } from './destinations.ts';
import { LINKS, TREES } from './links.ts';
import { makeBenches } from './mutants.ts';
import { NAMES } from './names.ts';
import { makeStages } from './play.ts';
import { BUILDS, SYNCS } from './talk.ts';

const whole = (cases: readonly Case[]): readonly Case[] => cases.map((one) => ({ ...one, whole: true }));
const KINDS: readonly (readonly Case[])[] = [
  NAMES,
  LINKS,
  TREES,
  SIZES,
  ANSWERS,
  whole(SYNCS),
  whole(BUILDS),
  DESTINATIONS,
  whole(FOLDERS),
];

/** A far side that lies, over real SSH, and destinations that were tampered with: whole runs of sbx against each. The long part goes on with answers altered by chance, each for one fetch. */
export const row: Row = {
  name: 'hostile-fetch',
  figure: 'hostile archives, trees, servers',
  bar: '0 escapes, nothing left behind',
  short: 80,
  long: 10_188,
  slots: 3,
  patience: 120_000,
  async open({ random, folder }) {
    const stages = makeStages(folder);
    const benches = makeBenches(folder);
    function* trials(count: number): Generator<Trial> {
      const named = chosen(count, random.shuffled);
      for (const one of named) yield { name: one.name, run: () => stages.play(one) };
      for (let n = 1; n <= count - named.length; n++) {
        const name = `mutant ${n}`;
        yield { name, run: () => benches.play(random.fork(name)) };
      }
    }
    return {
      trials,
      async [Symbol.asyncDispose]() {
        await stages[Symbol.asyncDispose]();
        await benches[Symbol.asyncDispose]();
      },
    };
  },
};

/** Of every kind its share, in an order in which every beginning has that too. */
function chosen(count: number, shuffled: (these: readonly Case[]) => readonly Case[]): readonly Case[] {
  const placed = KINDS.flatMap((kind) => shuffled(kind).map((one, n) => ({ one, at: (n + 0.5) / kind.length })));
  return placed
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ one }) => one);
}
