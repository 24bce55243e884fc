import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pause, until } from '../rig/patience.ts';
import { STUBBORN } from '../rig/stubborn.ts';
import { everywhere, guard, living } from './guarded.ts';

everywhere('exit codes and output, of which nothing is kept once it was taken', async (shell) => {
  assert.is(await guard(shell, 'echo x; exit 0').end, '0');
  const failed = guard(shell, 'echo out; echo err >&2; exit 7');
  assert.is(await failed.end, '7');
  assert.match(failed.text(), /out\nerr\n/);
  assert.not(existsSync(failed.kept));
  assert.is(await guard(shell, 'kill -9 $$').end, '137');
});

everywhere('told to stop, everything is gone before it says so', async (shell) => {
  const guarded = guard(shell, STUBBORN);
  await until('it works', () => guarded.text().includes('working'));
  assert.ok(living(guarded.tree) >= 2);
  guarded.child.stdin?.write('beat\nstop\n');
  assert.is(await guarded.end, 'stopped');
  assert.is(living(guarded.tree), 0);
});

everywhere('beats keep it, silence and the grace end it', async (shell) => {
  const guarded = guard(shell, STUBBORN);
  await until('it works', () => guarded.text().includes('working'));
  const beats = setInterval(() => guarded.child.stdin?.write('beat\n'), 200);
  await pause(3600); // longer than silence and grace together
  assert.ok(living(guarded.tree) >= 2);
  clearInterval(beats);
  await until('it says so', () => existsSync(join(guarded.kept, 'end')));
  assert.is(living(guarded.tree), 0);
  guarded.child.stdin?.end();
  await guarded.end;
});

everywhere('output that nobody reads does not end the command by SIGPIPE', async (shell) => {
  const guarded = guard(shell, 'echo working; sleep 0.3; for i in 1 2 3; do echo more; done; sleep 0.3; exit 0', { grace: 60 });
  await until('it works', () => guarded.text().includes('working'));
  guarded.child.stdout?.destroy();
  await until('it ends', () => existsSync(join(guarded.kept, 'end')));
  guarded.child.stdin?.end();
  assert.is(await new Promise((resolve) => guarded.child.on('exit', resolve)), 0);
});

test.run();
