import { type Digest, digestOf } from '../base/digest.ts';
import type { AskedVariables } from './asked.ts';

/** What the environment was asked, and the digest of what it said: values are never kept. No names: all of them. */
export interface Answers {
  readonly names: readonly string[] | undefined;
  readonly digest: Digest;
}

/** What it was asked for until now. */
export function answersOf(environment: AskedVariables): Answers {
  const names = environment.asked;
  return { names, digest: digestOf(JSON.stringify(environment.tell(names))) };
}

/** Whether it would say the same to the same questions. */
export function saysTheSame(environment: AskedVariables, { names, digest }: Answers): boolean {
  return digestOf(JSON.stringify(environment.tell(names))) === digest;
}
