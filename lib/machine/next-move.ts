import type { MachineState } from '../model/machine.ts';

/** What a machine can be wanted to be. */
export const WANTED = ['running', 'off', 'absent'] as const;
export type Wanted = (typeof WANTED)[number];

/** What can be done to bring it there. */
export const DEEDS = ['import', 'start', 'requestShutdown', 'powerOff', 'destroy'] as const;
export type Deed = (typeof DEEDS)[number];

/** What was tried so far on the way to what is wanted. */
interface Patience {
  readonly done: ReadonlySet<Deed>;
  /** Whether the time is up that the last of them, or the state that was found, is given. */
  readonly isOver: boolean;
}

type Move =
  | { readonly is: 'there' }
  | { readonly is: 'do'; readonly deed: Deed }
  | { readonly is: 'wait' }
  | { readonly is: 'give-up'; readonly why: string };

/** `first` is done at once, each of `later` when what was done before has had its time; nothing is done twice. */
interface Way {
  readonly first?: Deed;
  readonly later?: readonly Deed[];
  /** Why there is no more to do. */
  readonly otherwise: string;
}

const GONE = 'it was there and is gone';
const DEAF = 'it ignores the request to shut down, and power-off too';
const STAYS = 'it cannot be removed';

const WAYS: { readonly [wanted in Wanted]: { readonly [seen in MachineState]: Way | 'there' } } = {
  running: {
    absent: { first: 'import', otherwise: GONE },
    off: { first: 'start', otherwise: 'it was started and is off again' },
    starting: { otherwise: 'it does not come up' },
    running: 'there',
    paused: { first: 'start', otherwise: 'it does not go on' },
    stopping: { later: ['powerOff'], otherwise: 'it does not end what it began, nor can it be powered off' },
    unknown: { otherwise: 'the hypervisor does not say what it does' },
  },
  off: {
    absent: { first: 'import', otherwise: GONE },
    off: 'there',
    starting: { later: ['powerOff'], otherwise: DEAF },
    running: { first: 'requestShutdown', later: ['powerOff'], otherwise: DEAF },
    // A paused guest hears no request; what it has not written yet is lost either way.
    paused: { first: 'powerOff', otherwise: DEAF },
    stopping: { later: ['powerOff'], otherwise: DEAF },
    unknown: { later: ['powerOff'], otherwise: DEAF },
  },
  absent: {
    absent: 'there',
    off: { first: 'destroy', otherwise: STAYS },
    // Nobody needs what it would still write.
    starting: { first: 'powerOff', later: ['destroy'], otherwise: STAYS },
    running: { first: 'powerOff', later: ['destroy'], otherwise: STAYS },
    paused: { first: 'powerOff', later: ['destroy'], otherwise: STAYS },
    stopping: { first: 'powerOff', later: ['destroy'], otherwise: STAYS },
    unknown: { first: 'powerOff', later: ['destroy'], otherwise: STAYS },
  },
};

/** What to do next. Since nothing is done twice and every wait ends, whoever follows it comes to an end, whatever the hypervisor says. */
export function nextMove(seen: MachineState, wanted: Wanted, { done, isOver }: Patience): Move {
  const way = WAYS[wanted][seen];
  if (way === 'there') return { is: 'there' };
  if (way.first !== undefined && !done.has(way.first)) return { is: 'do', deed: way.first };
  if (!isOver) return { is: 'wait' };
  const deed = way.later?.find((one) => !done.has(one));
  return deed === undefined ? { is: 'give-up', why: way.otherwise } : { is: 'do', deed };
}
