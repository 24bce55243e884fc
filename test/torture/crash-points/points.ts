import type { CrashPoint } from './dying.ts';
import type { Operation } from './operation.ts';
import { SCENARIOS } from './scenarios.ts';

export interface Attack {
  /** Of SCENARIOS. */
  readonly scenario: number;
  readonly point: CrashPoint;
}

interface Ranked {
  readonly attack: Attack;
  readonly rank: number;
}

/** At most `count` crash points, spread over all scenarios; of those with a far side, which cost ten times as much, no more than must be. */
export function pointsOf(operations: readonly (readonly Operation[])[], count: number): readonly Attack[] {
  const local = operations.flatMap((all, number) => (SCENARIOS[number]?.kind === 'local' ? ranked(all, number) : []));
  const far = operations.flatMap((all, number) => (SCENARIOS[number]?.kind === 'far' ? ranked(all, number) : []));
  const farther = Math.min(far.length, Math.max(Math.ceil(count / 12), count - local.length));
  return woven(best(local, count - farther), best(far, farther));
}

/** The most telling first: each kind of operation once, before its repetitions; after it, half done, and before it, which is mostly after another one. */
function ranked(all: readonly Operation[], scenario: number): readonly Ranked[] {
  const counts = new Map<string, number>();
  return all.flatMap(({ name, tears }, i) => {
    const nth = counts.get(name) ?? 0;
    counts.set(name, nth + 1);
    // What happened since the operation before is not the work of this process alone: children ran.
    const beforehand = all[i - 1]?.name.startsWith('spawn ') ? 1 : 2;
    // What a teardown needs to know: around each word of it.
    if (name.endsWith('owned.ndjson'))
      return (['before', 'after', 'torn'] as const).map((when) => ({ attack: { scenario, point: { name, nth, when } }, rank: -1 }));
    const ways = [['after', 0], ...(tears ? [['torn', 1] as const] : []), ['before', beforehand]] as const;
    return ways.map(([when, more]) => ({ attack: { scenario, point: { name, nth, when } }, rank: Math.min(nth, 3) * 3 + more }));
  });
}

function best(all: readonly Ranked[], count: number): readonly Attack[] {
  const sorted = [...all].sort((a, b) => a.rank - b.rank); // stable
  const last = sorted[Math.min(count, sorted.length) - 1]?.rank ?? 0;
  const certain = sorted.filter(({ rank }) => rank < last);
  const others = sorted.filter(({ rank }) => rank === last);
  const wanted = count - certain.length;
  const share = (i: number): number => Math.floor(((i + 1) * wanted) / others.length);
  return [...certain, ...others.filter((_, i) => share(i) > share(i - 1))].slice(0, count).map(({ attack }) => attack);
}

/** The few among the many, evenly, but no more than one to six: those that are left come last. */
function woven(many: readonly Attack[], few: readonly Attack[]): readonly Attack[] {
  const each = Math.max(6, Math.floor(many.length / Math.max(1, few.length)));
  return [
    ...many.flatMap((one, i) => (i % each === 0 && few[i / each] ? [few[i / each] as Attack, one] : [one])),
    ...few.slice(Math.ceil(many.length / each)),
  ];
}
