import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND, cleanEnvironment } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { leftOf } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { type Terminal, withTerminal } from '../rig/tmux.ts';

const testing = needing('tmux');

const PROJECT = {
  'Sandboxfile.yaml': `version: 1
steps:
  count: { run: 'echo x >> .sbx/rounds; wc -l < .sbx/rounds', inputs: [src] }
  slow: { run: sleep 1000, inputs: [src] }
`,
  'src/a.c': 'zero\n',
};

/** A terminal in which the project is watched. What stands below it when it ended is the exit code. */
function watching(project: TestProject, step: string, use: (terminal: Terminal) => Promise<void>): Promise<void> {
  const env = Object.entries({ ...cleanEnvironment({ home: project.home, env: { NO_COLOR: undefined } }), TERM: 'tmux-256color' });
  const variables = Object.fromEntries(env.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  const options = { columns: 100, rows: 20, cwd: project.root, env: variables };
  return withTerminal(`${COMMAND} watch ${step}; echo "ended with $?"; stty -a | grep -ow '[-]*echo'`, options, use);
}

testing('Watch: shows what it waits for, and for how long; r and Enter run again, q quits with 0; the screen is left whole.', async () => {
  await withProject(PROJECT, async (project) => {
    await watching(project, 'count', async (terminal) => {
      await terminal.until(
        (screen) => /^watching 1 file of 1 step; last run: ok \d+ s ago; r or Enter run again, q quit$/m.test(screen),
        'it waits',
      );
      await terminal.until((screen) => /ok [1-9] s ago/.test(screen), 'the line grows older');
      await terminal.keys('r');
      await terminal.until((screen) => /\| 2\n[\s\S]*watching/.test(screen), 'the second round');
      await terminal.keys('Enter');
      await terminal.until((screen) => /\| 3\n[\s\S]*watching/.test(screen), 'the third round');
      project.write('src/a.c', 'one\n');
      const screen = await terminal.until((seen) => /changed: src\/a\.c\n[\s\S]*\| 4\n[\s\S]*watching/.test(seen), 'a round by a change');
      assert.is(screen.join('\n').match(/watching/g)?.length, 1, 'the line of before is gone');
      await terminal.keys('q');
      const end = await terminal.until((seen) => /ended with \d+\n-?echo/.test(seen), 'the end');
      assert.match(end.join('\n'), /ended with 0\necho/);
      assert.not.match(end.join('\n'), /watching/);
      assert.ok((await terminal.cursor()).shown);
    });
  });
});

testing('Watch: Ctrl-C ends with 130 cleanly (nothing left), while it waits and in a round.', async () => {
  await withProject(PROJECT, async (project) => {
    await watching(project, 'count', async (terminal) => {
      await terminal.until((screen) => /watching 1 file/.test(screen), 'it waits');
      await terminal.keys('C-c');
      const end = await terminal.until((seen) => /ended with \d+\n-?echo/.test(seen), 'the end');
      assert.match(end.join('\n'), /ended with 130\necho/);
    });
    await watching(project, 'slow', async (terminal) => {
      await terminal.until((screen) => /slow/.test(screen), 'it runs');
      await terminal.keys('C-c');
      const end = await terminal.until((seen) => /ended with \d+\n-?echo/.test(seen), 'the end');
      assert.match(end.join('\n'), /ended with 130\necho/);
      assert.equal(
        leftOf([project.root]).filter((line) => line.includes('sleep 1000')),
        [],
      );
    });
  });
});

test.run();
