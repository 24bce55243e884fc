import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND, cleanEnvironment, SBX } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { pause, until } from '../rig/patience.ts';
import { leftOf } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';
import { type FarProject, runTo, withFarProject } from './far-project.ts';

const testing = needing('tmux');

/** A build that leaves its session, ignores TERM in one child, and tells when it stands. */
const STUBBORN = `mkdir -p out work
setsid sh -c 'exec sleep 7777' & one=$!
sh -c 'trap "" TERM; while :; do sleep 0.2; done' stubborn & two=$!
touch work/started
if [ -e src/slow ]; then sleep 8888; fi
cat src/* > out/app`;

/** Whoever still has to do with the far side of this story. */
function leftBehind(story: FarProject): readonly string[] {
  return leftOf([story.workspace]);
}

/** What ignores TERM is killed so soon; ten seconds are the default. */
const KILL_GRACE = { SBX_KILL_GRACE: '2s' };

const RELEASER = `  release:
    needs: [build]
    when: always
    run: echo released > released.txt
`;

testing(
  'Ctrl-C during a remote build in a real terminal (tmux): the remote tree is gone, releasers ran, exit 130, the screen whole.',
  async () => {
    await withFarProject({ run: STUBBORN, more: RELEASER }, async (story) => {
      story.project.write('src/slow', '');
      // With the grace of a lost link nothing would end in the time of this test: only a word of sbx ends the tree.
      story.project.write('Sandboxfile.yaml', story.project.read('Sandboxfile.yaml').replace('grace: 3s', 'grace: 10m'));
      const tmux = (...args: string[]): string =>
        execFileSync('tmux', ['-S', join(story.folder, 'tmux'), ...args], { encoding: 'utf8', env: terminal });
      const screen = (): string => tmux('capture-pane', '-p', '-t', 's');
      const comesTo = (what: string, holds: () => boolean): Promise<void> => until(() => `${what}\n${screen()}`, holds);
      const terminal = {
        ...cleanEnvironment({ home: story.project.home, env: { ...story.sshd.env, ...KILL_GRACE } }),
        TERM: 'xterm-256color',
        NO_COLOR: undefined,
      };
      try {
        tmux('-f', '/dev/null', 'new-session', '-d', '-s', 's', '-x', '100', '-y', '30', 'bash --norc');
        tmux('send-keys', '-t', 's', `PS1='READY> '; cd ${story.project.root}; clear`, 'Enter');
        await comesTo('the prompt', () => /^READY> *$/m.test(screen()));
        tmux('send-keys', '-t', 's', `${COMMAND} run build release; echo "ended with $?"`, 'Enter');
        await comesTo('the build', () => story.isThere('work/started'));
        assert.ok(leftBehind(story).length > 0, 'the build stands');
        tmux('send-keys', '-t', 's', 'C-c');
        await comesTo('the end', () => /ended with \d+/.test(screen()));
        assert.match(screen(), /ended with 130/);
        await until(
          () => `nothing is left on the far side\n${leftBehind(story).join('\n')}`,
          () => leftBehind(story).length === 0,
        );
        assert.ok(existsSync(join(story.project.root, 'released.txt')), 'the releaser ran');
        const explained = await story.sbx(['explain', 'build']);
        assert.match(explained.stdout, /cancelled when it last ran/);
        assert.match(explained.stdout, /Last run: cancelled in/);
        // Whole: the cursor shows, echo is on, the prompt is on a line of its own.
        tmux('send-keys', '-t', 's', 'stty -a | grep -o " echo " ; echo whole', 'Enter');
        await comesTo('the shell answers', () => /\nwhole/.test(screen()));
        assert.is(tmux('display-message', '-p', '-t', 's', '#{cursor_flag}').trim(), '1');
        assert.match(screen(), /\n echo/);
      } finally {
        try {
          tmux('kill-server');
        } catch {
          // it had ended
        }
      }
    });
  },
);

test('kill -9 of the run at ten moments: after grace nothing is left on the far side, and the next run is right without repair.', async () => {
  const run = `${STUBBORN}\nsleep 0.3\nkill -9 $one $two`;
  await withFarProject({ run }, async (story) => {
    const { spawn } = await import('node:child_process');
    const env = cleanEnvironment({ home: story.project.home, env: { ...story.sshd.env, ...KILL_GRACE } });
    for (let moment = 0; moment < 10; moment++) {
      story.project.write('src/a', `content ${moment}\n`);
      const child = spawn(process.execPath, [SBX, 'run', 'fetch-artifacts'], { cwd: story.project.root, env, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await pause(80 + moment * 110);
      child.kill('SIGKILL');
      await ended;
      if (moment % 3 === 0) {
        // Without waiting: the next run meets what the dead one left.
        assert.is((await runTo(story, 'fetch-artifacts'))['fetch-artifacts'] === undefined, false);
        assert.is(story.project.read('out/app').split('\n')[0], `content ${moment}`);
      }
      rmSync(join(story.project.root, 'released.txt'), { force: true });
    }
    await until(
      () => `grace is over\n${leftBehind(story).join('\n')}`,
      () => leftBehind(story).length === 0,
    );
    await runTo(story, 'fetch-artifacts');
    assert.is(story.project.read('out/app'), 'content 9\ntwo\n');
    assert.equal(leftBehind(story), []);
  });
});

test('after kill -9 during the first run of a step it is said to have been cut off', () =>
  withProject(
    { 'Sandboxfile.yaml': 'version: 1\nsteps:\n  build: { run: "kill -9 $PPID; sleep 60", outputs: [out] }\n' },
    async (project) => {
      await project.sbx(['run', 'build']);
      const explained = await project.sbx(['explain', 'build']);
      assert.match(explained.stdout, /cut off when it last ran[\s\S]*\nLast run: cut off; no success is known\n/);
      project.write('Sandboxfile.yaml', 'version: 1\nsteps:\n  build: { run: "echo >out", outputs: [out] }\n');
      assert.is((await project.sbx(['run', 'build'])).code, 0);
      project.write('Sandboxfile.yaml', 'version: 1\nsteps:\n  build: { run: "kill -9 $PPID; sleep 60", outputs: [out] }\n');
      await project.sbx(['run', 'build']);
      const again = await project.sbx(['explain', 'build']);
      assert.match(again.stdout, /Last run: cut off; before that: succeeded in .* ago\n/);
    },
  ));

test.run();
