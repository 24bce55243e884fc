import { mkdirSync, rmSync } from 'node:fs';
import type { Random } from '../random.ts';
import type { Trial } from '../row.ts';

/** Several processes at once, then a look at what they left. Each of them is a case: they cannot be run one without the other. */
interface Round {
  readonly name: string;
  /** One name for each case. */
  readonly cases: readonly string[];
  /** What was wrong with each case, in their order. Called once. */
  play(): Promise<readonly (string | undefined)[]>;
}

/** Makes the n-th round of its kind. */
export type Kind = (random: Random, n: number) => Round;

export function* trialsOf(round: Round): Generator<Trial> {
  let played: Promise<readonly (string | undefined)[]> | undefined;
  for (const [index, name] of round.cases.entries()) {
    yield {
      name: `${round.name}: ${name}`,
      async run() {
        played ??= round.play();
        return (await played)[index];
      },
    };
  }
}

/** What concerns the round as a whole is told with its first case. */
export function verdicts(each: readonly (readonly string[])[], whole: readonly string[]): readonly (string | undefined)[] {
  return each.map((one, index) => {
    const all = index === 0 ? [...one, ...whole] : one;
    return all.length === 0 ? undefined : [...new Set(all)].slice(0, 5).join('\n');
  });
}

/** What was wrong with one case; what it throws is its own, not its neighbours'. Its folder is gone afterwards. */
export async function caseIn(folder: string, run: () => Promise<readonly string[]>): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  try {
    return await run();
  } catch (thrown) {
    return [`threw ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
