import type { Digest } from '../base/digest.ts';
import type { Difference } from './difference.ts';
import type { FingerprintRecord } from './fingerprint.ts';
import type { Outcome } from './outcome.ts';
import type { Decision } from './plan.ts';
import type { StepId } from './project.ts';
import type { Tree } from './tree.ts';

/** What is known of a step of a run that is over. */
export interface PastStep {
  /** Absent: it was cut off. */
  readonly outcome?: Outcome;
  /** Why it executed or was restored; absent if it was neither. */
  readonly decision?: Decision;
  /** The key, or the digest of the same for a step that is never remembered; absent: nothing is known of what counted. */
  readonly key?: Digest;
  /** Of a step that executed. */
  readonly record?: FingerprintRecord;
  readonly inputs?: Tree;
}

export interface PastRun {
  readonly run: string;
  /** When it began, milliseconds since 1970. */
  readonly at: number;
  /** Absent: it was killed, or the journal is damaged. */
  readonly exit?: number;
  /** In the order of the plan. */
  readonly steps: ReadonlyMap<StepId, PastStep>;
}

/** A step that two runs tell of differently. */
export interface StepChange {
  readonly step: StepId;
  /** Absent: the run had no such step. */
  readonly from?: PastStep;
  readonly to?: PastStep;
  /** Absent: of one of the two it is not known what counted, or it is in one only. */
  readonly changed?: readonly Difference[];
}

export interface RunChanges {
  readonly steps: readonly StepChange[];
  /** Steps of both with the same outcome and key. */
  readonly alike: number;
}
