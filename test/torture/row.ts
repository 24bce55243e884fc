import type { Random } from './random.ts';

/** One case. It leaves nothing behind, whatever came of it. */
export interface Trial {
  /** Says what is done to sbx; unique in its row, the same for the same seed and count, so that `--match` finds it again. */
  readonly name: string;
  /** What was wrong, for a reader; undefined if sbx did what it promises. What it throws is wrong too. */
  run(): Promise<string | undefined>;
}

/** What all trials of a row share: a server, a project built once. */
interface Arena extends AsyncDisposable {
  /** What this computer lacks, so that a part of the trials is left out: `sshd is not installed`. */
  readonly lacking?: readonly string[];
  /** At most `count` trials, spread over all that there is to try; fewer if there is no more. Made lazily if they are many. */
  trials(count: number): Iterable<Trial>;
}

/** One way to attack sbx: a line of the published table. */
export interface Row {
  readonly name: string;
  /** What is counted, as the table says it. */
  readonly figure: string;
  /** What must hold for every case, as the table says it. */
  readonly bar: string;
  /** Cases with every test run. */
  readonly short: number;
  /** Cases of the long run, which ends earlier when its time is up. */
  readonly long: number;
  /** Trials at once; 1 by default. */
  readonly slots?: number;
  /** Milliseconds after which a trial is wrong because it did not end; 60,000 by default. */
  readonly patience?: number;
  /** `folder` is empty, absolute, without links in its path, and removed afterwards. */
  open(given: { readonly random: Random; readonly folder: string }): Promise<Arena>;
}
