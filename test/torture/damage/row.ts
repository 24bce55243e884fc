import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sshdIsInstalled, startSshd } from '../../rig/sshd.ts';
import type { Row, Trial } from '../row.ts';
import { codeTrials, makePress } from './code.ts';
import { farTrials, makeOutpost } from './far.ts';
import { folderTrials } from './folders.ts';
import { forgedTrials } from './forged.ts';
import { localTrials } from './local.ts';
import { poolOf } from './pool.ts';
import { watchReads } from './reads.ts';
import { makeStation } from './station.ts';

const SLOTS = 2;
/** Milliseconds by which the clock is ahead of the files: what was just written is at rest, as it would be two seconds later. */
const AHEAD = 10_000;
/** Of so many cases one harms what is kept of a place: that takes a connection. */
const FAR = 4;
/** Of so many cases one harms compiled code: that takes a process of its own. */
const CODE = 5;

export const row: Row = {
  name: 'damage',
  figure: 'flips, truncations and other damage of what sbx keeps',
  bar: '100 % found, 0 wrong, 0 manual repairs',
  short: 200,
  long: 10_000,
  slots: SLOTS,
  async open({ random, folder }) {
    const { now } = Date;
    Date.now = () => now() + AHEAD;
    const watch = watchReads(AHEAD);
    const inFolder = (name: string): string => {
      mkdirSync(join(folder, name));
      return join(folder, name);
    };
    const other = await makeStation(inFolder('other'));
    const stations = poolOf([await makeStation(inFolder('a'), other), await makeStation(inFolder('b'), other)]);
    const presses = poolOf([await makePress(inFolder('press-a')), await makePress(inFolder('press-b'))]);
    const sshd = sshdIsInstalled() ? await startSshd() : undefined;
    const posts = poolOf(sshd ? [await makeOutpost(inFolder('post-a'), sshd), await makeOutpost(inFolder('post-b'), sshd)] : []);
    return {
      lacking: sshd ? [] : ['sshd is not installed'],
      *trials(count): Iterable<Trial> {
        const fixed = [...folderTrials(stations), ...forgedTrials(stations, watch)];
        yield* fixed;
        const local = localTrials(random.fork('local'), stations, watch);
        const code = codeTrials(random.fork('code'), presses);
        const far = sshd ? farTrials(random.fork('far'), posts, watch) : local;
        for (let n = fixed.length; n < count; n++) yield (n % CODE === 0 ? code : n % FAR === 0 ? far : local).next().value as Trial;
      },
      async [Symbol.asyncDispose]() {
        watch[Symbol.dispose]();
        await sshd?.[Symbol.asyncDispose]();
        Date.now = now;
      },
    };
  },
};
