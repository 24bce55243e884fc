import { type Failure, INFRASTRUCTURE } from '../model/failure.ts';
import type { Step } from '../model/project.ts';

const LONGEST = 5 * 60_000;

/** Milliseconds to wait before the next attempt, or undefined: only failures of the infrastructure are tried again. `random` from 0 to 1. */
export function retryDelay(retry: Step['retry'], failure: Failure, attempt: number, random: number): number | undefined {
  if (attempt > retry.times || !INFRASTRUCTURE.has(failure.code)) return undefined;
  const delay = Math.min(retry.delay * 2 ** (attempt - 1), LONGEST);
  return Math.round(delay * (0.75 + random / 2)); // many runs that lost one host do not come back at once
}
