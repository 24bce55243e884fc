import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pause, until } from '../rig/patience.ts';
import { descendants, kill, processesWith } from '../rig/processes.ts';
import { everywhere, type Guarded, guard, living, output, takeUp } from './guarded.ts';

// Whatever of our own programs is killed while a command works: the end comes, and never a success of which output is missing unsaid.

const COMMAND = 'echo one; sleep 3; echo two; exit 6';

/** The programs around the command, in the order in which they began. The command itself may be killed by anybody. */
function parts({ child, tree }: Guarded): readonly number[] {
  const command = new Set(processesWith([`SBX_TREE=${tree}`]).map(({ pid }) => pid));
  return descendants(child.pid ?? 0).filter((pid) => !command.has(pid));
}

/** How it ends for somebody who takes it up whenever it ends without a word. */
async function followed(first: Guarded): Promise<{ readonly word: string; readonly given: string }> {
  let given = '';
  for (let now = first; ; now = takeUp(first, given.length)) {
    const { child } = now;
    const beats = setInterval(() => child.stdin?.write('beat\n'), 200);
    const word = (): string => now.text().split(`${now.mark} `)[1] ?? '';
    let isOver = false;
    void now.end.then(() => {
      isOver = true;
    });
    await until('it ends or parts', () => isOver || word() === 'parted\n');
    clearInterval(beats);
    given += output(now);
    child.stdin?.destroy();
    child.stdout?.destroy();
    if (word() !== '' && word() !== 'parted\n') return { word: word().trim(), given };
  }
}

/** Of the supervisor: who waits for the command, tee, cat, and what a shell forks beside them; of the watch: itself, its reader, its sleeper. */
const MOST_PARTS = 8;

everywhere('each program of the supervisor killed in turn', async (shell) => {
  await Promise.all(
    Array.from({ length: MOST_PARTS }, async (_, which) => {
      const guarded = guard(shell, COMMAND, { grace: 2 });
      await until('it works', () => guarded.text().includes('one\n') && existsSync(join(guarded.kept, 'watch')));
      await pause(500); // its sleeper
      const pids = parts(guarded);
      kill(pids[which % pids.length]);
      const { word, given } = await followed(guarded);
      if (word === '6') assert.is(given, 'one\ntwo\n', `program ${which}`);
      else assert.ok(['6 cut', 'gone', 'stopped'].includes(word), `program ${which}: ${word}`);
      await until('nothing is left', () => living(guarded.tree) === 0);
    }),
  );
});

test.run();
