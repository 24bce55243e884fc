import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asLine, programLine, START_PROGRAM } from '../../lib/ssh/start.ts';
import { SUPERVISOR } from '../../lib/ssh/supervisor.ts';
import { needing } from '../rig/needing.ts';
import { pause, until } from '../rig/patience.ts';
import { processesWith } from '../rig/processes.ts';

// The supervisor's text under every sh that a far side may have, without SSH in between.

interface Guarded {
  readonly child: ChildProcess;
  readonly tree: string;
  text(): string;
  /** How it ended: the word after the last mark. */
  readonly end: Promise<string>;
}

function guard(shell: readonly string[], job: string, grace = 1, owner = 'owner'): Guarded {
  const [mark, tree] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
  const line = asLine(job).toString('latin1').trimEnd();
  const words = [mark, tree, 'attempt', 'run', owner, String(grace), '2', '6', '/tmp', '', '', 'sh', START_PROGRAM, line];
  const [file = '', ...flags] = shell;
  const child = spawn(file, [...flags, '-c', START_PROGRAM, 'sbx'], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.write(programLine(SUPERVISOR, words, mark));
  const end = new Promise<string>((resolve) => child.on('close', () => resolve(text.split(`${mark} `)[1]?.trim() ?? 'nothing')));
  return { child, tree, text: () => text, end };
}

/** What still works in it. */
function living(tree: string): number {
  return processesWith([`SBX_TREE=${tree}`]).length;
}

function lost(owner: string): number {
  return processesWith([`SBX_LOST=${owner}`]).length;
}

const STUBBORN = `trap '' TERM HUP; setsid sh -c 'trap "" TERM; while :; do sleep 1; done' >/dev/null & env -i sleep 1000 & echo working; while :; do sleep 1; done`;

const SHELLS: readonly (readonly string[])[] = [['dash'], ['bash', '--posix'], ['busybox', 'sh'], ['zsh', '--emulate', 'sh']];

/** All shells at once, since each case waits more than it works. */
function everywhere(name: string, use: (shell: readonly string[]) => Promise<void>): void {
  needing(...SHELLS.map(([file = '']) => file))(name, async () => {
    await Promise.all(
      SHELLS.map((shell) =>
        use(shell).catch((error: Error) => {
          error.message = `${shell.join(' ')}: ${error.message}`;
          throw error;
        }),
      ),
    );
  });
}

everywhere('exit codes and output', async (shell) => {
  assert.is(await guard(shell, 'echo x; exit 0').end, '0');
  const failed = guard(shell, 'echo out; echo err >&2; exit 7');
  assert.is(await failed.end, '7');
  assert.match(failed.text(), /out\nerr\n/);
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
  assert.is(await guarded.end, 'stopped');
  assert.is(living(guarded.tree), 0);
});

everywhere('a beat after a silence within the grace is as if nothing had been', async (shell) => {
  const owner = randomBytes(16).toString('hex');
  const guarded = guard(shell, 'echo working; sleep 7; exit 6', 60, owner);
  await until('the loss is noticed', () => lost(owner) > 0);
  guarded.child.stdin?.write('beat\n');
  await until('the loss is over', () => lost(owner) === 0);
  assert.is(await guarded.end, '6');
});

everywhere('output that nobody reads does not end the command by SIGPIPE', async (shell) => {
  const guarded = guard(shell, 'echo working; sleep 0.3; for i in 1 2 3; do echo more; done; sleep 0.3; exit 0', 60);
  await until('it works', () => guarded.text().includes('working'));
  guarded.child.stdout?.destroy();
  assert.is(await new Promise((resolve) => guarded.child.on('exit', resolve)), 0);
});

test.run();
