import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedSandbox } from '../../lib/ssh/embedded.ts';
import { ownerTag } from '../../lib/ssh/patience.ts';
import { job, supervised } from '../contract/jobs.ts';
import { claim, connected, type Far, realIo, SOON, withFar, withHome } from '../contract/places.ts';
import { program } from '../contract/programs.ts';
import { until } from '../rig/patience.ts';
import { lives, processesWith } from '../rig/processes.ts';

const STUBBORN = `
  trap '' TERM HUP
  setsid sh -c 'trap "" TERM HUP; while :; do sleep 1; done' >/dev/null 2>&1 &
  (nohup sleep 1000 >/dev/null 2>&1 &)
  while :; do echo working; sleep 0.1; done`;

/** Processes of this computer that belong to a run or to its supervisor. */
function living(...words: readonly string[]): number {
  return processesWith(words).length;
}

interface Run {
  readonly child: ChildProcess;
  readonly id: string;
  text(): string;
}

function start(
  far: Pick<Far, 'home'> & { readonly sshd: { readonly host: string; readonly config: string } },
  script: string,
  grace: number,
  owner = 'checkout',
  mark = '',
): Run {
  const id = `run-${randomBytes(8).toString('hex')}`;
  const file = fileURLToPath(new URL('./lost-run.js', import.meta.url));
  const args = [file, script, far.home, far.sshd.host, far.sshd.config, owner, String(grace), id, mark];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  return { child, id, text: () => text };
}

test('sbx is killed: after the grace nothing is left on the far side, not even the supervisor', () =>
  withFar({}, async (far) => {
    const run = start(far, STUBBORN, 1000);
    await until('working', () => run.text().includes('working'));
    const started = far.sshd.started(); // supervisor, relay and watcher among them
    assert.ok(living(run.id) >= 3 && started.length >= 5, `${living(run.id)} of the run, ${started.length} below sshd`);
    run.child.kill('SIGKILL');
    await until('the end of all', () => living(run.id) === 0 && !started.some(lives));
  }));

test('the same for the embedded sandbox, whose server dies with sbx', () =>
  withHome(async (home) => {
    const run = start({ home, sshd: { host: 'embedded', config: '' } }, STUBBORN, 1000);
    await until('working', () => run.text().includes('working'));
    assert.ok(living(run.id) >= 3);
    run.child.kill('SIGKILL');
    await until('the end of all', () => living(run.id, home) === 0);
  }));

test('a command that a signal ends within the grace leaves nothing behind', () =>
  withHome(async (home) => {
    const script = `echo working; until [ -e '${home}/go' ]; do sleep 0.05; done; kill -s KILL $$`;
    const run = start({ home, sshd: { host: 'embedded', config: '' } }, script, 600_000);
    await until('working', () => run.text().includes('working'));
    run.child.kill('SIGKILL');
    await until('its end', () => !lives(run.child.pid ?? 0));
    writeFileSync(join(home, 'go'), '');
    await until('the end of all', () => living(run.id, home) === 0);
  }));

test('work that ends within the grace is held, and leaves nothing behind', () =>
  withFar({}, async (far) => {
    const mark = `/tmp/sbx-held-${randomBytes(8).toString('hex')}`;
    const run = start(far, 'sleep 1000 & echo working; sleep 1', 20_000, 'checkout', mark);
    await until('working', () => run.text().includes('working'));
    run.child.kill('SIGKILL');
    await using session = await connected(far.sandbox());
    const held = await program(
      { session, folder: '/' },
      'n=0; until [ -s "$1" ] || [ $n -gt 60 ]; do n=$((n+1)); sleep 0.1; done; cat "$1"; rm -f "$1"',
      [mark],
    );
    assert.is(Buffer.from(held.stdout).toString(), 'held');
    await until('the end of all', () => living(run.id) === 0);
  }));

test('the next run of the same checkout ends at once what a dead one left, another checkout does not', () =>
  withFar({}, async (far) => {
    const owner = `checkout ${randomBytes(8).toString('hex')}`;
    const run = start(far, STUBBORN, 600_000, owner);
    await until('working', () => run.text().includes('working'));
    run.child.kill('SIGKILL');
    await until('the loss is noticed', () => living(`SBX_LOST=${ownerTag(owner)}`) > 0);
    const other = await connected(far.sandbox({ owner: 'another checkout', claim: claim() }));
    assert.ok(living(run.id) > 0, 'not ours to end');
    await other[Symbol.asyncDispose]();
    const look = await connected(far.sandbox({ owner }));
    assert.ok(living(run.id) > 0, 'who only looks ends nothing');
    await look[Symbol.asyncDispose]();
    const session = await connected(far.sandbox({ owner, claim: claim() }));
    assert.is(living(run.id), 0, 'nothing works beside the next run');
    await session[Symbol.asyncDispose]();
  }));

test('ended work that nobody reaps, and a sleeper whose watch was killed, do not hold up the next run', () =>
  withHome(async (folder) => {
    const owner = `checkout ${randomBytes(8).toString('hex')}`;
    const env = { PATH: process.env.PATH, TAG: ownerTag(owner) };
    // `exec` keeps the child, and `sleep` reaps nobody: told to end, the watch becomes a zombie.
    const watch = `SBX_LOST=$1 sleep 60 & trap "kill $!; exit" TERM; wait`;
    const unreaped = spawn('sh', ['-c', `sh -c '${watch}' watch "$TAG" & exec sleep 60`], { env, detached: true, stdio: 'ignore' });
    const stranger = spawn('sh', ['-c', 'SBX_LOST=$TAG sleep 60 & wait'], { env, detached: true, stdio: 'ignore' });
    try {
      await until('both sleep', () => living(`SBX_LOST=${env.TAG}`) === 2);
      const session = await connected(embeddedSandbox({ name: 'vm', folder, ...SOON, owner, claim: claim() }, realIo(folder)));
      await session[Symbol.asyncDispose]();
      assert.is(living(`SBX_LOST=${env.TAG}`), 1, 'the watch was told to end');
      assert.is(stranger.signalCode, null, 'who is no watch was not');
    } finally {
      for (const { pid } of [unreaped, stranger]) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    }
  }));

test('sshd dies: the call says so, and the far side is clean after the grace', () =>
  withFar({}, async (far) => {
    await using session = await connected(far.sandbox());
    const wanted = job('/tmp', STUBBORN);
    let output = '';
    const running = session.supervise(wanted, {
      signal: new AbortController().signal,
      output: (chunk) => {
        output += Buffer.from(chunk).toString();
        if (output.includes('working')) far.sshd.stop();
      },
    });
    const exit = await running;
    assert.is(exit.ok ? 'ok' : exit.error.code, 'link-lost');
    await until('the end of all', () => living(wanted.run) === 0);
    assert.is((await supervised(session, job('/tmp', 'true'))).exit.ok, false);
    await far.sshd.start();
    await using again = await connected(far.sandbox());
    assert.equal((await supervised(again, job('/tmp', 'exit 2'))).exit, { ok: true, value: { code: 2 } });
  }));

test.run();
