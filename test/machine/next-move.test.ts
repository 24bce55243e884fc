import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEEDS, type Deed, nextMove, WANTED, type Wanted } from '../../lib/machine/next-move.ts';
import { MACHINE_STATES, type MachineState } from '../../lib/model/machine.ts';

const SUBSETS: readonly ReadonlySet<Deed>[] = Array.from(
  { length: 2 ** DEEDS.length },
  (_, bits) => new Set(DEEDS.filter((_, n) => bits & (1 << n))),
);

test('every state, wanted state and patience has a move, and none is repeated', () => {
  let cells = 0;
  for (const wanted of WANTED)
    for (const seen of MACHINE_STATES)
      for (const done of SUBSETS)
        for (const isOver of [false, true]) {
          cells += 1;
          const at = `${seen} > ${wanted}, done ${[...done]}, ${isOver ? 'over' : 'not over'}`;
          const move = nextMove(seen, wanted, { done, isOver });
          assert.is(move.is === 'there', seen === wanted, at);
          if (move.is === 'do') assert.not.ok(done.has(move.deed), at);
          if (move.is === 'wait') assert.not.ok(isOver, `waits for ever: ${at}`);
          if (move.is === 'give-up') assert.ok(isOver && move.why !== '', at);
        }
  assert.is(cells, 3 * 7 * 32 * 2);
});

test('what is removed is not asked first, what is to be off is asked before it is cut off', () => {
  const path = (wanted: Wanted, seen: MachineState): readonly string[] => {
    const done = new Set<Deed>();
    for (;;) {
      const move = nextMove(seen, wanted, { done, isOver: true });
      if (move.is !== 'do') return [...done, move.is];
      done.add(move.deed);
    }
  };
  assert.equal(path('off', 'running'), ['requestShutdown', 'powerOff', 'give-up']);
  assert.equal(path('off', 'paused'), ['powerOff', 'give-up']);
  assert.equal(path('absent', 'running'), ['powerOff', 'destroy', 'give-up']);
  assert.equal(path('absent', 'off'), ['destroy', 'give-up']);
  assert.equal(path('running', 'absent'), ['import', 'give-up']);
  assert.equal(path('running', 'stopping'), ['powerOff', 'give-up']);
  assert.equal(path('running', 'starting'), ['give-up']);
  assert.equal(path('running', 'running'), ['there']);
});

/** What a machine may be after a deed, if the hypervisor does its work: at once, and some time later. */
const DOES: { readonly [deed in Deed]: readonly MachineState[] } = {
  import: ['off'],
  start: ['starting', 'running'],
  requestShutdown: ['stopping', 'off'],
  powerOff: ['off'],
  destroy: ['absent'],
};

test('a hypervisor that obeys is brought from every state to every wanted one', () => {
  for (const wanted of WANTED)
    for (const from of MACHINE_STATES) {
      if (wanted === 'running' && from === 'unknown') continue; // given up: it could be anything
      let seen = from;
      const done = new Set<Deed>();
      for (let moves = 0; ; moves++) {
        assert.ok(moves < 20, `${from} > ${wanted}: ${seen} for ever`);
        const move = nextMove(seen, wanted, { done, isOver: false });
        if (move.is === 'there') break;
        if (move.is === 'do') {
          done.add(move.deed);
          seen = DOES[move.deed][0] as MachineState;
        } else if (seen === 'starting') seen = 'running';
        else if (seen === 'stopping' || seen === 'unknown') seen = 'off';
        else assert.unreachable(`${from} > ${wanted}: ${move.is} while ${seen}`);
      }
    }
});

test('whatever the hypervisor says, it ends: nothing is done twice, every wait is over once', () => {
  const visited = new Set<string>();
  let longest = 0;
  const visit = (wanted: Wanted, seen: MachineState, done: ReadonlySet<Deed>, isOver: boolean, depth: number): void => {
    longest = Math.max(longest, depth);
    const key = `${wanted} ${seen} ${[...done].sort()} ${isOver}`;
    if (visited.has(key)) return;
    visited.add(key);
    const move = nextMove(seen, wanted, { done, isOver });
    if (move.is === 'there' || move.is === 'give-up') return;
    const after = move.is === 'do' ? new Set([...done, move.deed]) : done;
    assert.ok(move.is === 'wait' || after.size > done.size);
    for (const next of MACHINE_STATES) visit(wanted, next, after, move.is === 'wait', depth + 1);
  };
  for (const wanted of WANTED) for (const seen of MACHINE_STATES) visit(wanted, seen, new Set(), false, 0);
  assert.ok(longest <= 2 * DEEDS.length + 2, String(longest));
});

test.run();
