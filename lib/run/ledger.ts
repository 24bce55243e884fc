import type { Digest } from '../base/digest.ts';
import type { Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { Tree } from '../model/tree.ts';
import type { Made } from '../plan/planning.ts';
import type { Produced } from '../task.ts';
import type { Log } from './output.ts';
import type { Reading } from './reading.ts';

/** What executing asks of records and store: what is forgotten before, kept after, and brought back instead. Synchronous. */
export interface Ledger {
  /** What the step is going to read, as it was when that was decided: to be asked at once, while it is still known. */
  reads(planned: PlannedAction): Reading | undefined;
  /**
   * Before a step runs: what it may write over and somebody may miss is copied, its success is forgotten, here and for its place. Gives what is needed to tidy
   * up after a failure. `at`: now.
   */
  begin(planned: PlannedAction, reads: Reading | undefined, at: number): Result<Begun, Failure>;
  /** After a success: outputs are checked and captured, inputs looked at again, the record is written last. A failure if the outputs are not right. */
  succeed(planned: PlannedAction, begun: Begun, produced: Produced, spent: Spent): Result<Kept, Failure>;
  /** After a failure or the end by a signal: outputs that it touched are moved away. Says what is where. */
  fail(planned: PlannedAction, begun: Begun, spent: Spent, is: 'failed' | 'cancelled'): readonly string[];
  /** Brings the remembered outputs back; 'miss' if the store cannot: the step must run. */
  restore(planned: PlannedAction): Restored | 'miss' | Failure;
  /** For a place that is away: the outputs of the newest success, whatever its key. */
  restoreNewest(planned: PlannedAction): (Restored & { readonly at: number }) | undefined;
}

export interface Begun {
  /** Outputs as they were. */
  readonly before: unknown;
  /** What the step was going to read. */
  readonly inputs: Tree | undefined;
}

export interface Spent {
  /** When the attempt began, milliseconds since 1970; how long it took. */
  readonly at: number;
  readonly ms: number;
  /** Bytes that travelled. */
  readonly bytes: number | undefined;
  /** What it wrote, if anything. */
  readonly log: Log | undefined;
}

export interface Kept extends Made {
  /** Whether the success is remembered. */
  readonly cached: boolean;
  readonly key: Digest | undefined;
  readonly outputs: Digest | undefined;
  readonly notes: readonly string[];
}

export interface Restored extends Made {
  readonly files: number;
  readonly bytes: number;
  readonly outputs: Digest | undefined;
  readonly notes: readonly string[];
}
