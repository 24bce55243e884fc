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

export const BEAT = 10_000;
export const SILENCE = 45_000;

/** The owner of remote work as it stands in environments: of one length, so that none contains another. */
export function ownerTag(owner: string): string {
  return digestOf(owner).slice(0, 32);
}
