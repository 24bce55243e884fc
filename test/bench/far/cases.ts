// Which case is measured with how much over which wire.
import type { Bench, Measure, Result } from '../cases.ts';
import { crossover } from './crossover.ts';
import { fetchAll, fetchNothing } from './fetching.ts';
import { again, edit, type FarBench, first } from './sending.ts';
import { atEnd, type End, type Wire, wireOf } from './wire.ts';
import { cancel, exec, lines } from './working.ts';

/** `size`: how many files, how many MiB, or nothing at all. */
type FarMeasure = (end: End, size: number, bench: FarBench) => Promise<Result[]>;

interface Wanted {
  readonly measure: FarMeasure;
  readonly unit: 'files' | 'MiB' | 'nothing';
  /** Sizes, and the wires they are measured over: those that have goals, and one that is quick. */
  readonly on: readonly (readonly [size: number, wire: string])[];
}

const ALL: { readonly [name: string]: Wanted } = {
  'far-first': {
    measure: first,
    unit: 'files',
    on: [
      [1000, 'loopback'],
      [10_000, 'loopback'],
      [50_000, 'loopback'],
      [1000, '20ms'],
      [10_000, '20ms-100mbit'],
    ],
  },
  'far-again': {
    measure: again,
    unit: 'files',
    on: [
      [1000, 'loopback'],
      [10_000, 'loopback'],
      [50_000, 'loopback'],
      [10_000, '20ms'],
      [10_000, '20ms-100mbit'],
    ],
  },
  'far-edit': {
    measure: edit,
    unit: 'MiB',
    on: [
      [400, 'loopback'],
      [400, '20ms-100mbit'],
    ],
  },
  'far-delta': {
    measure: crossover,
    unit: 'MiB',
    on: [
      [8, 'loopback'],
      [8, '20ms-100mbit'],
    ],
  },
  'far-fetch': {
    measure: fetchNothing,
    unit: 'files',
    on: [
      [10_000, 'loopback'],
      [10_000, '20ms'],
    ],
  },
  'far-binaries': { measure: fetchAll, unit: 'MiB', on: [[200, 'loopback']] },
  'far-exec': {
    measure: exec,
    unit: 'nothing',
    on: [
      [0, 'loopback'],
      [0, '20ms'],
    ],
  },
  'far-lines': { measure: lines, unit: 'MiB', on: [[100, 'loopback']] },
  'far-cancel': {
    measure: cancel,
    unit: 'nothing',
    on: [
      [0, 'loopback'],
      [0, '20ms'],
    ],
  },
};

export interface FarWish {
  readonly files: readonly number[];
  readonly mib: readonly number[];
  readonly wires: readonly Wire[];
  /** Names of peers that are not measured. */
  readonly without: readonly string[];
}

/** What was wished for replaces what a case is measured with by itself. */
export function farCases(wish: FarWish): { readonly [name: string]: Measure } {
  return Object.fromEntries(
    Object.entries(ALL).map(([name, wanted]) => [
      name,
      async (bench: Bench): Promise<Result[]> => {
        const results: Result[] = [];
        for (const [size, wire] of combined(wanted, wish)) {
          bench.say(`  ${[...(size > 0 ? [`${size} ${wanted.unit}`] : []), wire.name].join(', ')}`);
          results.push(
            ...(await atEnd(wire, bench.folder, (end) =>
              wanted.measure(end, size, { rounds: Math.min(bench.rounds, 7), say: bench.say, without: wish.without }),
            )),
          );
        }
        return results;
      },
    ]),
  );
}

function combined({ on, unit }: Wanted, { files, mib, wires }: FarWish): (readonly [number, Wire])[] {
  const own = on.flatMap(([size, name]): (readonly [number, Wire])[] => {
    const wire = wireOf(name);
    return wire === undefined ? [] : [[size, wire]];
  });
  const wished = unit === 'files' ? files : unit === 'MiB' ? mib : [];
  if (wished.length === 0 && wires.length === 0) return own;
  const sizes = wished.length > 0 ? wished : [...new Set(own.map(([size]) => size))];
  const over =
    wires.length > 0 ? wires : own.map(([, wire]) => wire).filter((one, n, all) => all.findIndex(({ name }) => name === one.name) === n);
  return sizes.flatMap((size) => over.map((wire) => [size, wire] as const));
}
