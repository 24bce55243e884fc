import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needing } from '../rig/needing.ts';
import { kill } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';
import { withWatch } from './watching.ts';

const PROJECT = {
  'Sandboxfile.yaml': 'version: 1\nsteps:\n  show: { run: cat src/*.c, inputs: ["src/**/*.c"], outputs: [] }\n',
  'src/a.c': 'zero\n',
  'src/deep/b.c': 'deep\n',
};

/** What inotify answers, in place of the system: root has no limit that a test could reach. */
function answering(call: string, errno: string): readonly string[] {
  return ['strace', '-D', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${errno}`];
}

for (const [call, errno, limit] of [
  ['inotify_add_watch', 'ENOSPC', 'fs.inotify.max_user_watches'],
  ['inotify_init1', 'EMFILE', 'fs.inotify.max_user_instances'],
] as const) {
  needing('strace')(`Watch: ${errno} of inotify: falls back to polling and says so, with the sysctl to set.`, async () => {
    await withProject(PROJECT, async (project) => {
      await withWatch(
        project,
        ['show'],
        async (watch) => {
          const first = await watch.waits();
          assert.match(first, new RegExp(`the system watches no more folders \\(${errno}\\): what counts is looked at every 1 s instead`));
          assert.match(first, new RegExp(`sudo sysctl ${limit.replaceAll('.', '\\.')}=\\d+`));
          assert.match(first, /watching 2 files/);
          project.write('src/a.c', 'one\n');
          assert.match(await watch.waits(), /\| one\n/);
          project.write('src/new/c.c', 'new\n');
          assert.match(await watch.waits(), /watching 3 files/);
        },
        { under: answering(call, errno) },
      );
    });
  });
}

test('Watch: --poll looks by itself: changes, new and deleted files, a folder moved in.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, ['show', '--poll=100ms'], async (watch) => {
      await watch.waits();
      project.write('src/a.c', 'one\n');
      assert.match(await watch.waits(), /\| one\n/);
      project.write('src/far/away/c.c', 'new\n');
      assert.match(await watch.waits(), /watching 3 files/);
      project.remove('src/deep');
      assert.match(await watch.waits(), /watching 2 files/);
    });
  });
});

test('Watch: events lost (IN_Q_OVERFLOW) cost nothing: what changed behind a full queue is seen.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, ['show'], async (watch) => {
      await watch.waits();
      // Nothing of the noise counts, so the only hint that anything changed is that the queue was full.
      kill(watch.pid, 'SIGSTOP');
      const noise = [0, 1].map((n) => join(project.root, `src/noise${n}`));
      for (let n = 0; n < 20_000; n++) appendFileSync(noise[n % 2] as string, 'x');
      project.write('src/a.c', 'behind a full queue\n');
      mkdirSync(join(project.root, 'src/later'));
      project.write('src/later/c.c', 'a folder that nobody was told of\n');
      kill(watch.pid, 'SIGCONT');
      assert.match(await watch.waits(), /\| behind a full queue\n[\s\S]*watching 3 files/);
      project.write('src/later/c.c', 'is listened to\n');
      assert.match(await watch.waits(), /inputs changed: src\/later\/c\.c/);
    });
  });
});

test.run();
