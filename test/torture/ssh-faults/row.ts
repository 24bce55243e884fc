import { join } from 'node:path';
import { sshdIsInstalled } from '../../rig/sshd.ts';
import type { Row, Trial } from '../row.ts';
import { PHASES } from './fault.ts';
import { KINDS } from './kinds.ts';
import { REAL_KINDS } from './real-kinds.ts';
import { strikeReal } from './real-strike.ts';
import { mayMount } from './stand.ts';
import { strikeIn } from './strike.ts';

/** Every kind of fault of the way to a place in every phase of a run; the long part again at other moments. */
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
    const pairs = PHASES.flatMap((phase) => kinds.map((kind) => ({ kind, phase })));
    function* trials(count: number): Generator<Trial> {
      for (let n = 0; n < count && n < pairs.length * 20; n++) {
        const pair = pairs[n % pairs.length];
        if (pair === undefined) return;
        const again = Math.floor(n / pairs.length);
        const name = `${pair.kind.name}: ${pair.phase}${again === 0 ? '' : ` #${again}`}`;
        const pause = again === 0 ? 0 : random.fork(name).below(400);
        yield { name, run: () => strikeIn(pair.kind, pair.phase, pause, join(folder, String(n))) };
      }
    }
    const hasSshd = sshdIsInstalled();
    /** With OpenSSH in place of a server of ours: in the short part each kind in two of the phases. */
    function* real(isLong: boolean): Generator<Trial> {
      const those = REAL_KINDS.filter(({ needsMount }) => mounts || !needsMount);
      for (const [k, kind] of those.entries()) {
        for (const [p, phase] of PHASES.entries()) {
          if (!isLong && (p - k) % 3 !== 0) continue;
          if (kind.strike === undefined && p !== k % 3) continue; // it is there in all of them
          yield {
            name: `OpenSSH, ${kind.name}${kind.strike ? `: ${phase}` : ''}`,
            run: () => strikeReal(kind, phase, join(folder, `real-${k}-${p}`)),
          };
        }
      }
    }
    return {
      lacking: [...(mounts ? [] : ['disks cannot be mounted here']), ...(hasSshd ? [] : ['sshd is not installed'])],
      *trials(count) {
        if (hasSshd) yield* real(count > pairs.length);
        yield* trials(Math.max(count, pairs.length));
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};
