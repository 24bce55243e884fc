import { digestOf } from '../base/digest.ts';

/** Milliseconds before a lost link is dialled anew: the first time, and at most, doubled in between. */
export interface Backoff {
  readonly first: number;
  readonly most: number;
}

/** Of whoever has a checkout for itself: all of its work that goes on in a place is under the claim, or nobody follows it any more. */
export interface Claim {
  /** A random word. */
  readonly id: string;
  /** Trees that are followed no more, though their end was not heard of. */
  readonly givenUp: Set<string>;
}

/** How remote work outlives a link. Milliseconds. */
export interface Patience {
  /** Work goes on for so long after the link was lost. */
  readonly grace: number;
  /** Time between heartbeats to the supervisor, and its silence after which the link counts as lost. */
  readonly beat: number;
  readonly silence: number;
  readonly backoff: Backoff;
  /** Bytes of a command's output that are kept on the far side. */
  readonly kept: number;
  readonly claim: Claim | undefined;
  /** Whose remote work it is: see ownerTag. */
  readonly owner: string;
}

const BEAT = 10_000;
const SILENCE = 45_000;
const BACKOFF: Backoff = { first: 500, most: 15_000 };
const KEPT = 256 * 2 ** 20;

/** What a sandbox says of it; `owner` in clear. */
export interface PatienceSettings {
  /** Milliseconds that supervised work goes on after the link was lost, or sbx was killed. */
  readonly grace: number;
  /** Whose remote work it is, the same in every run of one checkout: what its dead runs left is ended on the next connect of one with a claim. */
  readonly owner: string;
  /** Milliseconds between heartbeats, and without one until the far side counts the link as lost. */
  readonly beat?: number;
  readonly silence?: number;
  readonly backoff?: Backoff;
  readonly kept?: number;
  /** Absent: nothing that others left going on there is ended. */
  readonly claim?: Claim | undefined;
}

export function patienceOf({
  grace,
  owner,
  beat = BEAT,
  silence = SILENCE,
  backoff = BACKOFF,
  kept = KEPT,
  claim,
}: PatienceSettings): Patience {
  // Who takes work up must have said so before the grace is over.
  return { grace, beat: Math.min(beat, Math.max(100, grace / 3)), silence, backoff, kept, claim, owner: ownerTag(owner) };
}

/** The owner of remote work as it stands in environments: of one length, so that none contains another. */
export function ownerTag(owner: string): string {
  return digestOf(owner).slice(0, 32);
}
