import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Row, Trial } from '../row.ts';
import { canMount, descriptorTrials, diskTrials } from './disks.ts';
import { findFaults, injectedTrial } from './injected.ts';
import { FAR_SITUATIONS, makeWorld, SITUATIONS, wrongAfter } from './world.ts';

export const row: Row = {
  name: 'syscall-faults',
  figure: 'calls of the system that fail',
  bar: '0 wrong, 0 manual repairs, 0 leaks',
  short: 100,
  long: 1500,
  slots: 2,
  patience: 900_000,
  async open({ random, folder }) {
    mkdirSync(join(folder, 'w'));
    const world = await makeWorld(join(folder, 'w'));
    const faults = await findFaults(world, random.fork('faults'), SITUATIONS);
    const farFaults = await findFaults(world, random.fork('far'), FAR_SITUATIONS);
    const mayMount = await canMount();
    const mounted = mayMount ? diskTrials(world) : [];
    const isWhole = ({ name }: Trial): boolean => /, (0 |read-only)/.test(name); // nothing at all can be written: these first
    const rest = random.fork('disks').shuffled([...mounted.filter((one) => !isWhole(one)), ...descriptorTrials(world, wrongAfter)]);
    const arranged = [...mounted.filter(isWhole), ...rest];
    return {
      lacking: mayMount ? [] : ['disks cannot be mounted here'],
      trials(count) {
        // A third are whole disks and limits, where there are enough of them; calls that fail for the rest, a quarter of those in runs with a far side.
        const whole = arranged.slice(0, Math.ceil(count / 3));
        const single = count - whole.length;
        const far = farFaults.slice(0, Math.ceil(single / 4));
        return [...whole, ...[...far, ...faults.slice(0, single - far.length)].map((fault) => injectedTrial(world, fault))];
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};
