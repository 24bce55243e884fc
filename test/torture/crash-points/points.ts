import type { Recorded } from './crash.ts';
import type { CrashPoint } from './dying.ts';
import type { Operation } from './operation.ts';
import { SCENARIOS } from './scenarios.ts';

export interface Attack {
  /** Of SCENARIOS. */
  readonly scenario: number;
  readonly point: CrashPoint;
  /** On the far side: what is called there. */
  readonly there?: string;
}

interface Ranked {
  readonly attack: Attack;
  readonly rank: number;
}

/** At most `count` crash points, spread over all scenarios; of those with a far side, which cost ten times as much, no more than must be, most of them there. */
export function pointsOf(recorded: readonly Recorded[], count: number): readonly Attack[] {
  const local = recorded.flatMap(({ operations }, number) => (SCENARIOS[number]?.kind === 'local' ? ranked(operations, number) : []));
  const far = recorded.flatMap(({ operations }, number) => (SCENARIOS[number]?.kind === 'far' ? ranked(operations, number) : []));
  const there = rankedThere(recorded);
  const farther = Math.max(Math.ceil(count / 7), count - local.length);
  const beyond = Math.min(there.length, Math.max(Math.ceil(farther * 0.6), farther - far.length));
  const nearer = Math.min(far.length, farther - beyond);
  return woven(best(local, count - nearer - beyond), turns(best(far, nearer), best(there, beyond)));
}

/** Of all scenarios each call once, before its repetitions. What is written through a bare `cat` (sentinel, receipt, holds) half done before all else. */
function rankedThere(recorded: readonly Recorded[]): readonly Ranked[] {
  const seen = new Set<string>();
  return recorded.flatMap(({ calls }, scenario) => {
    const counts = new Map<string, number>();
    return calls.flatMap(({ tool, says, tears }) => {
      const nth = counts.get(tool) ?? 0;
      counts.set(tool, nth + 1);
      const isBare = says === tool;
      const call = isBare ? `${says} ${nth}` : says;
      const again = seen.has(call) ? 1 : 0;
      seen.add(call);
      const ways = ['after', ...(tears ? ['torn' as const] : []), 'before'] as const;
      return ways.map((when) => ({
        attack: { scenario, point: { name: tool, nth, when }, there: says },
        rank: isBare && when === 'torn' && again === 0 ? -1 : again,
      }));
    });
  });
}

function turns<T>(some: readonly T[], others: readonly T[]): readonly T[] {
  return Array.from({ length: Math.max(some.length, others.length) }).flatMap((_, i) => [
    ...some.slice(i, i + 1),
    ...others.slice(i, i + 1),
  ]);
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
