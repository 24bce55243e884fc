import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../rig/patience.ts';
import { kill } from '../rig/processes.ts';
import { STUBBORN } from '../rig/stubborn.ts';
import { everywhere, type Guarded, guard, living, lost, output, takeUp } from './guarded.ts';

// Work that lost its link, taken up again over another one.

const COUNTING = 'for i in 1 2 3 4 5 6 7 8; do echo "line $i"; sleep 0.2; done; exit 6';
const LINES = Array.from({ length: 8 }, (_, n) => `line ${n + 1}\n`).join('');

/** The link is gone: nobody reads, nobody speaks. */
function cut({ child }: Guarded): void {
  child.stdout?.destroy();
  child.stdin?.destroy();
}

function facts(guarded: Guarded): string[] {
  return readFileSync(join(guarded.kept, 'job'), 'utf8').trim().split('\n');
}

everywhere('from the byte on that arrived last, to the end, and then nothing is kept', async (shell) => {
  const guarded = guard(shell, COUNTING, { grace: 60 });
  await until('it works', () => output(guarded).includes('line 2'));
  const first = output(guarded);
  cut(guarded);
  const again = takeUp(guarded, first.length);
  const beats = setInterval(() => again.child.stdin?.write('beat\n'), 200);
  assert.is(await again.end, '6');
  clearInterval(beats);
  assert.is(first + output(again), LINES);
  assert.not(existsSync(guarded.kept));
});

everywhere('after its end as well, however often', async (shell) => {
  const guarded = guard(shell, 'echo one; sleep 0.3; echo two; exit 6', { grace: 60 });
  await until('it works', () => output(guarded).includes('one'));
  cut(guarded);
  await until('it ends', () => existsSync(join(guarded.kept, 'end')));
  const away = takeUp(guarded, 0, false);
  assert.is(await away.end, '6');
  assert.is(output(away), 'one\ntwo\n');
  const again = takeUp(guarded, 4);
  assert.is(await again.end, '6');
  assert.is(output(again), 'two\n');
});

everywhere('told to stop over the new link, everything is gone before it says so', async (shell) => {
  const guarded = guard(shell, STUBBORN, { grace: 60 });
  await until('it works', () => guarded.text().includes('working'));
  cut(guarded);
  const again = takeUp(guarded, 8);
  again.child.stdin?.write('beat\nstop\n');
  assert.is(await again.end, 'stopped');
  assert.is(living(guarded.tree), 0);
});

everywhere('lost once more it has its grace, and the end says so', async (shell) => {
  const guarded = guard(shell, STUBBORN);
  await until('it works', () => guarded.text().includes('working'));
  cut(guarded);
  const again = takeUp(guarded, 8);
  again.child.stdin?.write('beat\n');
  await until('it is on again', () => existsSync(join(guarded.kept, 'again')));
  cut(again);
  await until('it ends', () => existsSync(join(guarded.kept, 'end')));
  assert.is(living(guarded.tree), 0);
  assert.is(await takeUp(guarded, 8).end, 'stopped');
});

everywhere('a beat over a link that was silent: it parts, and the rest is had from what is kept', async (shell) => {
  const owner = randomBytes(16).toString('hex');
  const guarded = guard(shell, `echo working; sleep 4; echo more; sleep 1; exit 6`, { grace: 60, owner });
  await until('the loss is noticed', () => lost(owner) > 0);
  guarded.child.stdin?.write('beat\n');
  await until('it says so', () => guarded.text().endsWith(`${guarded.mark} parted\n`));
  assert.is(lost(owner), 0);
  const again = takeUp(guarded, output(guarded).length);
  assert.is(await again.end, '6');
  assert.is(output(guarded) + output(again), 'working\nmore\n');
  cut(guarded);
});

everywhere('after a reboot there is nothing to be taken up', async (shell) => {
  const guarded = guard(shell, STUBBORN);
  await until('it works', () => guarded.text().includes('working'));
  const [mark, run, step, , ...rest] = facts(guarded);
  writeFileSync(join(guarded.kept, 'job'), `${[mark, run, step, 'another boot', ...rest].join('\n')}\n`);
  assert.is(await takeUp(guarded, 0).end, 'rebooted');
  cut(guarded);
  await until('the end', () => living(guarded.tree) === 0);
});

everywhere('a supervisor that was killed is gone, and so is what it left', async (shell) => {
  const guarded = guard(shell, STUBBORN, { grace: 60 });
  await until('it works', () => guarded.text().includes('working'));
  kill(-(guarded.child.pid ?? 0)); // with its relay; the command and who watches it have sessions of their own
  const again = takeUp(guarded, 8);
  assert.is(await again.end, 'gone');
  await until('the end', () => living(guarded.tree) === 0);
  cut(guarded);
});

everywhere('of two who follow it at once, the one who comes too late for its end is told so', async (shell) => {
  const guarded = guard(shell, 'echo one; sleep 2; exit 6', { grace: 60 });
  await until('it works', () => output(guarded).includes('one'));
  cut(guarded);
  const late = takeUp(guarded, 0, false);
  await until('both follow', () => output(late) === 'one\n');
  kill(-(late.child.pid ?? 0), 'SIGSTOP');
  assert.is(await takeUp(guarded, 0).end, '6');
  kill(-(late.child.pid ?? 0), 'SIGCONT');
  assert.is(await late.end, 'elsewhere');
});

everywhere('what was never kept, or is kept no more', async (shell) => {
  const guarded = guard(shell, 'exit 0');
  assert.is(await guarded.end, '0');
  assert.is(await takeUp(guarded, 0).end, 'none');
});

everywhere('more output than is kept: the end is right, and says that something is missing', async (shell) => {
  const guarded = guard(shell, 'head -c 300000 /dev/zero; echo working; sleep 1; exit 6', { grace: 60, most: 65_536 });
  await until('it works', () => guarded.text().includes('working'));
  cut(guarded);
  const again = takeUp(guarded, 300_008);
  assert.is(await again.end, '6 cut');
  assert.is(output(again), '');
});

test.run();
