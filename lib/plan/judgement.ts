import type { Digest } from '../base/digest.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { Decision } from '../model/plan.ts';

export interface PlanOptions {
  /** The store is neither asked nor filled: `--no-cache`. */
  readonly noCache?: boolean;
}

/** A decision on an action by itself: whether somebody needs it is another question (demand). */
export interface Judgement {
  readonly decision: Decision;
  readonly record: FingerprintRecord;
  /** Absent as long as something that enters the fingerprint is not known, and for what is never remembered. */
  readonly key?: Digest;
  /** Expressions whose values are not known yet, or never will be; absent: none. */
  readonly open?: readonly string[];
}

/** What a needed step means for the fingerprint of its dependents. */
export type Upstream =
  | { readonly is: 'nothing' } // adds nothing: a sync, whoever brings up or releases a place, a step that does not run
  | { readonly is: 'digest'; readonly digest: Digest }
  | { readonly is: 'ran'; readonly settled: boolean } // not remembered: dependents run whenever it ran
  | { readonly is: 'unknown' }; // known only after it ran
