import type { Outcome } from '../model/outcome.ts';
import type { Settled } from '../plan/planning.ts';

/** What came of a step that had to be restored or executed. */
export interface Performed {
  readonly outcome: Outcome;
  readonly settled: Settled;
  readonly ms: number;
  /** What is done once this is told, before any that waited for the step goes on. */
  readonly before?: () => Promise<void>;
}

/** Of a step that made nothing that counts, and did not begin. */
export function gone(outcome: Outcome, ms = 0): Performed {
  return { outcome, settled: { is: 'gone' }, ms };
}

/** Of a step that began and made nothing that counts. */
export function spoilt(outcome: Outcome, ms: number): Performed {
  return { outcome, settled: { is: 'gone', begun: true }, ms };
}

/** Of a step that goes on beside others. */
export interface Life {
  /** Called once, when it is ready. */
  readonly up: () => void;
  /** Aborted when nobody needs it any more. */
  readonly over: AbortSignal;
}
