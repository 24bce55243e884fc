import { withFolder } from '../rig/folder.ts';
import { seeded } from './random.ts';
import type { Row, Trial } from './row.ts';

/** How one row went: what the report keeps. */
export interface RowReport {
  readonly row: string;
  readonly part: 'short' | 'long' | 'some';
  readonly cases: number;
  readonly wrong: readonly { readonly name: string; readonly says: string }[];
  readonly seconds: number;
  readonly seed: string;
  /** The time was up before the cases were. */
  readonly cut: boolean;
  /** What this computer lacks, so that a part of the cases could not be tried. */
  readonly lacking: readonly string[];
}

interface Effort {
  readonly part: 'short' | 'long';
  readonly seed: string;
  /** Milliseconds after which no further trial begins. */
  readonly box: number;
  /** Only trials whose name holds it. */
  readonly match?: string;
  /** Ends with the first wrong trial. */
  readonly untilWrong?: boolean;
  /** Told after each trial. */
  readonly ended?: (name: string, wrong: string | undefined) => void;
}

/** Runs the trials of one row, several at once where the row allows it. One that does not end is the last: it may still be at work beside others. */
export function drive(row: Row, effort: Effort): Promise<RowReport> {
  return withFolder(async (folder) => {
    const start = performance.now();
    const wrong: { name: string; says: string }[] = [];
    let cases = 0;
    let isCut = false;
    let isHung = false;
    await using arena = await row.open({ random: seeded(`${effort.seed}/${row.name}`), folder });
    const waiting = arena.trials(row[effort.part])[Symbol.iterator]();
    const next = (): Trial | undefined => {
      if (isHung || (effort.untilWrong && wrong.length > 0)) return undefined;
      for (let one = waiting.next(); !one.done; one = waiting.next()) {
        if (effort.match !== undefined && !one.value.name.includes(effort.match)) continue;
        isCut ||= performance.now() - start > effort.box;
        return isCut ? undefined : one.value;
      }
      return undefined;
    };
    const work = async (): Promise<void> => {
      for (let trial = next(); trial !== undefined; trial = next()) {
        const says = await outcomeOf(trial, row.patience ?? 60_000, () => {
          isHung = true;
        });
        cases += 1;
        if (says !== undefined) wrong.push({ name: trial.name, says });
        effort.ended?.(trial.name, says);
      }
    };
    await Promise.all(Array.from({ length: row.slots ?? 1 }, work));
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    const part = effort.match === undefined ? effort.part : 'some';
    return { row: row.name, part, cases, wrong, seconds, seed: effort.seed, cut: isCut, lacking: arena.lacking ?? [] };
  });
}

/** The trials that `drive` would try. */
export function trialNamesOf(row: Row, effort: Pick<Effort, 'part' | 'seed' | 'match'>): Promise<readonly string[]> {
  return withFolder(async (folder) => {
    await using arena = await row.open({ random: seeded(`${effort.seed}/${row.name}`), folder });
    return [...arena.trials(row[effort.part])].map(({ name }) => name).filter((name) => name.includes(effort.match ?? ''));
  });
}

async function outcomeOf(trial: Trial, patience: number, hung: () => void): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      hung();
      resolve(`did not end within ${patience / 1000} s; the row ends here`);
    }, patience);
  });
  try {
    return await Promise.race([trial.run(), late]);
  } catch (thrown) {
    return `threw ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
  } finally {
    clearTimeout(timer);
  }
}
