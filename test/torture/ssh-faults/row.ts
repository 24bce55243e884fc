import { join } from 'node:path';
import { sshdIsInstalled } from '../../rig/sshd.ts';
import type { Row, Trial } from '../row.ts';
import { makeHunger } from './hunger.ts';
import { KINDS, SPOTS } from './kinds.ts';
import { PHASES } from './phases.ts';
import { MORE_KINDS, realKinds } from './real-kinds.ts';
import { strikeReal } from './real-strike.ts';
import { mayMount } from './stand.ts';
import { strikeIn } from './strike.ts';

/** Every kind of fault of the way to a place in every phase of a run, with OpenSSH; what OpenSSH never does by a server of ours. The long part has all of that, again at other moments. */
export const row: Row = {
  name: 'ssh-faults',
  figure: 'SSH faults x phases',
  bar: '0 false successes',
  short: 96,
  long: 96 * 20,
  slots: 4,
  patience: 240_000,
  async open({ random, folder }) {
    const mounts = mayMount();
    const kinds = mounts ? KINDS : KINDS.filter(({ needsMount }) => !needsMount);
    const pairs = SPOTS.flatMap((spot) => kinds.map((kind) => ({ kind, spot })));
    /** With the server of ours as the far side. */
    const trial = (n: number, { kind, spot }: (typeof pairs)[number]): Trial => {
      const again = Math.floor(n / pairs.length);
      const name = `${kind.name}: ${spot}${again === 0 ? '' : ` #${again}`}`;
      const pause = again === 0 ? 0 : random.fork(name).below(400);
      return { name, run: () => strikeIn(kind, spot, pause, join(folder, String(n))) };
    };
    function* all(count: number): Generator<Trial> {
      for (let n = 0; n < count && n < pairs.length * 20; n++) {
        const pair = pairs[n % pairs.length];
        if (pair !== undefined) yield trial(n, pair);
      }
    }
    function* some(): Generator<Trial> {
      for (const [n, pair] of pairs.entries()) {
        const third = (KINDS.indexOf(pair.kind) + SPOTS.indexOf(pair.spot)) % 3;
        if (pair.kind.short === 'all' || (pair.kind.short === 'two' && third === 0)) yield trial(n, pair);
      }
    }
    const hasSshd = sshdIsInstalled();
    const hunger = makeHunger();
    const matrixKinds = realKinds(hunger);
    for (const { name, standIn } of matrixKinds) if (standIn !== undefined) console.log(`ssh-faults: ${name} is ${standIn}`);
    /** The matrix, with OpenSSH as the far side. */
    function* matrix(isLong: boolean): Generator<Trial> {
      const those = [...matrixKinds, ...(isLong ? MORE_KINDS : [])].filter(({ needsMount }) => mounts || !needsMount);
      for (const [k, kind] of those.entries()) {
        for (const [p, phase] of PHASES.entries()) {
          if (kind.strike === undefined && p > 0) break; // it is there in all of them
          const where = kind.strike === undefined ? 'in all phases' : phase;
          const standIn = kind.standIn === undefined ? '' : ` (${kind.standIn})`;
          yield { name: `OpenSSH, ${kind.name}${standIn}: ${where}`, run: () => strikeReal(kind, phase, join(folder, `real-${k}-${p}`)) };
        }
      }
    }
    return {
      lacking: [...(mounts ? [] : ['disks cannot be mounted here']), ...(hasSshd ? [] : ['sshd is not installed'])],
      *trials(count) {
        if (hasSshd) yield* matrix(count > pairs.length);
        yield* count > pairs.length ? all(count) : some();
      },
      async [Symbol.asyncDispose]() {
        hunger[Symbol.dispose]();
      },
    };
  },
};
