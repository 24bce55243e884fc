// What is promised of far sides, and by how much it is met or missed, within one run.
import type { Bound } from '../bounds.ts';
import type { Result } from '../cases.ts';
import { median } from '../measure.ts';
import { caseName, type FarCase } from './names.ts';
import { COLD, WARM } from './own.ts';
import { MASTER, PACKED, RSYNC } from './peers.ts';
import { BORROWED, SSH } from './working.ts';

interface Goal {
  readonly what: FarCase;
  readonly size: number;
  readonly wire: string;
  readonly tool: string;
  /** Times what another takes in the same rounds, or milliseconds. */
  readonly most: { readonly times: number; readonly of: string } | { readonly ms: number };
}

const times = (most: number, of: string = RSYNC): Goal['most'] => ({ times: most, of });
const goal = (what: FarCase, size: number, wire: string, tool: string, most: Goal['most']): Goal => ({ what, size, wire, tool, most });

const GOALS: readonly Goal[] = [
  goal('no change', 10_000, 'loopback', COLD, times(0.7)),
  goal('no change', 10_000, 'loopback', WARM, times(0.15)),
  goal('no change', 50_000, 'loopback', COLD, times(0.6)),
  goal('no change', 50_000, 'loopback', WARM, times(0.3)),
  goal('no change', 10_000, '20ms', WARM, { ms: 80 }),
  goal('1 edited', 10_000, '20ms', WARM, times(0.1)),
  goal('first sync', 10_000, 'loopback', COLD, times(0.6)),
  goal('first sync', 50_000, 'loopback', COLD, times(0.6)),
  goal('first sync', 10_000, '20ms-100mbit', COLD, times(0.9, PACKED)),
  goal('fetch, nothing changed', 10_000, '20ms', WARM, times(0.2)),
  goal('fetch, all of it', 200, 'loopback', COLD, times(0.6)),
  goal('exec', 0, 'loopback', BORROWED, { ms: 5 }),
  goal('exec', 0, '20ms', BORROWED, { ms: 20 + 5 }),
  goal('lines', 100, 'loopback', COLD, times(1, SSH)),
  goal('cancel', 0, 'loopback', COLD, { ms: 100 }),
  goal('cancel', 0, '20ms', COLD, { ms: 20 + 100 }),
];

/** One bound for each goal; one whose case was not measured, or is void, does not hold. */
export function farBounds(results: readonly Result[], goals: readonly Goal[] = GOALS): Bound[] {
  return goals.map(({ what, size, wire, tool, most }) => {
    const name = caseName(what, size, wire);
    const find = (wanted: string): Result | undefined => results.find((one) => one.case === name && one.tool === wanted);
    const own = find(tool);
    const other = 'ms' in most ? undefined : find(most.of);
    const limit = 'ms' in most ? most.ms : most.times;
    const unit = 'ms' in most ? 'ms' : `times ${most.of}`;
    const wrong = [own, other].find((one) => one?.void !== undefined);
    const value = 'ms' in most ? own?.wall : ratio(own, other);
    const says = `${name}, ${tool}: at most ${limit} ${unit}`;
    if (wrong !== undefined) return { says, measured: `void: ${wrong.tool}: ${wrong.void}`, holds: false };
    if (value === undefined) return { says, measured: 'not measured', holds: false };
    const holds = value <= limit;
    const figure = 'ms' in most ? `${value.toFixed(1)} ms` : `${value.toFixed(2)} times`;
    return { says, measured: holds ? figure : `${figure}, missed by ${Math.round((value / limit - 1) * 100)} %`, holds };
  });
}

/** The middle of what it was in rounds that followed each other: a busy moment of the machine meets both. */
export function ratio(own: Result | undefined, other: Result | undefined): number | undefined {
  const theirs = other?.walls ?? [];
  const pairs = (own?.walls ?? []).flatMap((wall, round) => (theirs[round] === undefined ? [] : [wall / theirs[round]]));
  return pairs.length === 0 ? undefined : median(pairs);
}

/** What the others are compared with where no goal says so. */
export const REFERENCES: readonly string[] = [RSYNC, MASTER, SSH];
