import { digestOf } from '../base/digest.ts';

/** How remote work outlives a link. Milliseconds. */
export interface Patience {
  /** Work goes on for so long after the link was lost. */
  readonly grace: number;
  /** Time between heartbeats to the supervisor, and its silence after which the link counts as lost. */
  readonly beat: number;
  readonly silence: number;
  /** Whose remote work it is: see ownerTag. */
  readonly owner: string;
}

const BEAT = 10_000;
const SILENCE = 45_000;

/** What a sandbox says of it; `owner` in clear. */
export interface PatienceSettings {
  /** Milliseconds that supervised work goes on after the link was lost, or sbx was killed. */
  readonly grace: number;
  /** Whose remote work it is, the same in every run of one checkout: what its dead runs left is ended on the next connect. */
  readonly owner: string;
  /** Milliseconds between heartbeats, and without one until the far side counts the link as lost. */
  readonly beat?: number;
  readonly silence?: number;
}

export function patienceOf({ grace, owner, beat = BEAT, silence = SILENCE }: PatienceSettings): Patience {
  return { grace, beat, silence, owner: ownerTag(owner) };
}

/** The owner of remote work as it stands in environments: of one length, so that none contains another. */
export function ownerTag(owner: string): string {
  return digestOf(owner).slice(0, 32);
}
