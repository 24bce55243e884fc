import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND, cleanEnvironment } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { pause } from '../rig/patience.ts';
import { withProject } from '../rig/project.ts';
import { type Sshd, sshdIsInstalled, startSshd } from '../rig/sshd.ts';
import { type Terminal, withTerminal } from '../rig/tmux.ts';

const testing = needing('tmux');

/** sbx in a terminal, over SSH with a key that has the passphrase `geheim`. */
async function withEncryptedKey(words: string, use: (terminal: Terminal) => Promise<void>, by = ''): Promise<void> {
  await using far: Sshd = await startSshd();
  await far.start();
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'geheim', '-f', far.key]);
  const steps = "  sync: { task: sync, in: vm }\n  build: { task: remote-build, in: vm, needs: [sync], run: 'echo built' }\n";
  const file = `version: 1\ndefault: [build]\nsandboxes:\n  vm: { host: ${far.host}, files: all }\nsteps:\n${steps}`;
  await withProject({ 'Sandboxfile.yaml': file, 'a.txt': 'a' }, async ({ root, home }) => {
    const env = { ...cleanEnvironment({ home, env: { ...far.env, SBX_SSH: by } }), TERM: 'tmux-256color' } as Record<string, string>;
    const command = `${COMMAND} ${words}; echo "exit $?"`;
    await withTerminal(command, { columns: 100, rows: 20, cwd: root, env }, use);
  });
}

const stands = (text: string): boolean => /passphrase of \S+: *$/.test(text);

testing('a question for a passphrase stands alone on the screen, is not echoed, and the run goes on', async () => {
  if (!sshdIsInstalled()) throw new Error('openssh-server is missing');
  await withEncryptedKey('run', async (terminal) => {
    await terminal.until(stands, 'the question');
    await pause(400); // several frames would have been drawn
    assert.ok(stands((await terminal.screen()).join('\n')), 'nothing was drawn over the question');
    assert.is((await terminal.cursor()).shown, true);
    await terminal.keys('geheim', 'Enter');
    const last = (await terminal.until((text) => text.includes('exit '), 'the end')).join('\n');
    assert.match(last, 'exit 0');
    assert.not.match(last, 'geheim');
    assert.match(last, '2 steps: 2 succeeded');
  });
});

testing("the system's ssh has it asked by sbx", () =>
  withEncryptedKey(
    'run',
    async (terminal) => {
      await terminal.until(stands, 'the question');
      await terminal.keys('geheim', 'Enter');
      const last = (await terminal.until((text) => text.includes('exit '), 'the end')).join('\n');
      assert.match(last, 'exit 0');
      assert.not.match(last, 'geheim');
    },
    'system',
  ),
);

testing('Ctrl-C at the question ends the run', () =>
  withEncryptedKey('run', async (terminal) => {
    await terminal.until(stands, 'the question');
    await terminal.keys('C-c');
    const last = (await terminal.until((text) => text.includes('exit '), 'the end')).join('\n');
    assert.match(last, 'exit 130');
    assert.match(last, 'stopping (SIGINT)');
  }),
);

testing('Ctrl-C at the question ends other commands, too, and nothing more is said', () =>
  withEncryptedKey('vm-info', async (terminal) => {
    await terminal.until(stands, 'the question');
    await terminal.keys('C-c');
    const last = await terminal.until((text) => text.includes('exit '), 'the end');
    assert.match(last.join('\n'), /passphrase of \S+:\nexit 130$/);
  }),
);

test.run();
