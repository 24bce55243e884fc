import { digestOf } from '../base/digest.ts';

/** Milliseconds before a lost link is dialled anew: the first time, and at most, doubled in between. */
export interface Backoff {
  readonly first: number;
  readonly most: number;
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
  /** What becomes of work that earlier runs of this owner left going on. */
  readonly orphans: 'end' | 'stay';
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
  /** Whose remote work it is, the same in every run of one checkout: what its dead runs left is ended on the next connect. */
  readonly owner: string;
  /** Milliseconds between heartbeats, and without one until the far side counts the link as lost. */
  readonly beat?: number;
  readonly silence?: number;
  readonly backoff?: Backoff;
  readonly kept?: number;
  /** Whoever runs no steps lets what others left go on. */
  readonly orphans?: Patience['orphans'] | undefined;
}

export function patienceOf({
  grace,
  owner,
  beat = BEAT,
  silence = SILENCE,
  backoff = BACKOFF,
  kept = KEPT,
  orphans = 'end',
}: PatienceSettings): Patience {
  // Who takes work up must have said so before the grace is over.
  return { grace, beat: Math.min(beat, Math.max(100, grace / 3)), silence, backoff, kept, orphans, owner: ownerTag(owner) };
}

/** The owner of remote work as it stands in environments: of one length, so that none contains another. */
export function ownerTag(owner: string): string {
  return digestOf(owner).slice(0, 32);
}
