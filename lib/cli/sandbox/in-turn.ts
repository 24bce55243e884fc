import { type Failure, UNREACHABLE } from '../../model/failure.ts';

/** What became of one thing that was looked at. */
export interface Reaped {
  readonly id: string;
  readonly is: 'ended' | 'left';
  readonly why: string;
  /** Of what was ended. */
  readonly did: readonly string[];
  /** Why it is still there. */
  readonly failure?: Pick<Failure, 'code' | 'message'>;
}

/** What is said of one thing, and why it could not be ended. */
export interface Seen {
  readonly said: Reaped;
  readonly failure?: Failure;
}

/** What lies on one computer, one after the other: once that was not reached, nothing more there waits for it. Undefined of one: nothing is to be said. */
export async function reapInTurn<T>(
  group: readonly T[],
  reapOne: (thing: T, away: Failure | undefined) => Promise<Seen | undefined>,
): Promise<readonly Reaped[]> {
  const reaped: Reaped[] = [];
  let away: Failure | undefined;
  for (const thing of group) {
    const one = await reapOne(thing, away);
    if (one === undefined) continue;
    reaped.push(one.said);
    if (one.failure && UNREACHABLE.has(one.failure.code)) away = one.failure;
  }
  return reaped;
}
