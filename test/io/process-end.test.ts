import { spawn as nodeSpawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endRun, realSpawn } from '../../lib/io/process.ts';
import { comes } from '../rig/patience.ts';
import { lives, processesWith } from '../rig/processes.ts';
import { sh } from './spawning.ts';

/** Starts the program, aborts once it has printed `ready` and `pids` process ids before it, and gives the ids. */
async function ended(text: string, tag: string): Promise<{ readonly pids: readonly number[]; readonly result: unknown }> {
  const stop = new AbortController();
  const { result, stdout } = await sh(text, tag, {
    signal: stop.signal,
    heard: (all) => {
      if (all.includes('ready')) stop.abort(new Error('stop'));
    },
  });
  return { pids: [...stdout.matchAll(/\d+/g)].map((m) => Number(m[0])), result };
}

const CASES: readonly (readonly [string, string])[] = [
  ['a sleeping child and its children', 'sleep 60 & echo $!; echo $$; echo ready; wait'],
  ['one that ignores TERM', 'trap "" TERM; sleep 60 & echo $!; echo $$; echo ready; while :; do sleep 1; done'],
  ['a stopped child', 'sleep 60 & kill -STOP $!; echo $!; echo $$; echo ready; wait'],
  ['a stopped shell', 'sleep 60 & echo $!; echo $$; echo ready; kill -STOP $$; wait'],
  ['a child in a session of its own', 'setsid sh -c "echo \\$\\$; exec sleep 60" & sleep 0.2; echo $$; echo ready; wait'],
  ['an orphan in a session of its own', '(setsid sh -c "echo \\$\\$; exec sleep 60" &) ; sleep 0.2; echo $$; echo ready; exec sleep 50'],
  [
    'an orphan that ignores TERM in a session of its own',
    '(setsid sh -c "trap : TERM; echo \\$\\$; while :; do sleep 1; done" &) ; sleep 0.2; echo $$; echo ready; exec sleep 50',
  ],
  ['one that starts others while it ends', 'trap "sleep 61 & sleep 62 & exit 0" TERM; echo $$; echo ready; while :; do sleep 0.1; done'],
  ['a child without the tag in a session of its own', 'env -i setsid sleep 60 & echo $!; sleep 0.2; echo $$; echo ready; wait'],
  ['a child without the tag in the same group', 'env -i sleep 60 & echo $!; echo $$; echo ready; wait'],
];

for (const [index, [name, text]] of CASES.entries()) {
  test(`aborting ends ${name}`, async () => {
    const { pids, result } = await ended(text, `abort-${process.pid}-${index}`);
    assert.ok(pids.length > 0);
    assert.equal(pids.filter(lives), []);
    assert.ok((result as { ok: boolean }).ok, 'it says how the child ended');
    const left = await sh(`grep -ls SBX_ATTEMPT=abort-${process.pid}-${index} /proc/[0-9]*/environ || true`, 'other');
    assert.is(left.stdout, '');
  });
}

test('aborted before the start, nothing is started', async () => {
  const { result, stdout } = await sh('echo ran', 'never', { signal: AbortSignal.abort() });
  assert.is(stdout, '');
  assert.not.ok(result.ok);
  assert.is(!result.ok && result.error.code, 'cancelled');
});

test('TERM is enough for a polite child: it may tidy up', async () => {
  const { result } = await ended('trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done', `polite-${process.pid}`);
  assert.equal(result, { ok: true, value: { code: 7 } });
});

test('kill -9 of the parent ends its commands, also those that left the group', async () => {
  const program = `
    import { realSpawn } from ${JSON.stringify(new URL('../../lib/io/process.js', import.meta.url).href)};
    const text = 'sleep 60 & echo $!; env -i PATH="$PATH" setsid sleep 60 & echo $!; (setsid sh -c "echo \\\\$\\\\$; exec sleep 60" &) ; sleep 0.2; trap "" TERM; echo $$; echo ready; while :; do sleep 1; done';
    realSpawn()(
      { file: 'sh', args: ['-c', text], cwd: '/', killGrace: 1000, env: [['PATH', process.env.PATH], ['SBX_RUN', 'killed-run-${process.pid}'], ['SBX_ATTEMPT', 'killed-${process.pid}']] },
      { signal: new AbortController().signal, stdout: (chunk) => process.stdout.write(chunk), stderr: () => {} },
    );`;
  const parent = nodeSpawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let seen = '';
  parent.stdout.on('data', (chunk) => {
    seen += chunk;
  });
  const told = (): number[] => [...seen.matchAll(/\d+\n/g)].map((m) => Number(m[0]));
  assert.ok(await comes(() => seen.includes('ready') && told().length === 4), seen);
  const pids = told();
  assert.is(pids.filter(lives).length, 4);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  assert.ok(await comes(() => pids.filter(lives).length === 0), 'all are gone');
});

test('kill -9 of the parent ends a command that shares its group, and nothing else in that group', async () => {
  const run = `shared-run-${process.pid}`;
  const program = `
    import { realSpawn } from ${JSON.stringify(new URL('../../lib/io/process.js', import.meta.url).href)};
    realSpawn()(
      { file: 'sh', args: ['-c', 'sleep 60 & echo ' + process.pid + ' $! $$; wait'], cwd: '/', killGrace: 1000, terminal: true, env: [['PATH', process.env.PATH], ['SBX_RUN', '${run}'], ['SBX_ATTEMPT', '${run}']] },
      { signal: new AbortController().signal, stdout: () => {}, stderr: () => {} },
    );`;
  // A script without job control: it, the parent and the command are one group.
  const script = nodeSpawn('sh', ['-c', '"$0" --input-type=module -e "$1"; echo after; exec sleep 60', process.execPath, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  try {
    let seen = '';
    script.stdout.on('data', (chunk) => {
      seen += chunk;
    });
    assert.ok(await comes(() => /^\d+ \d+ \d+\n/.test(seen)), seen);
    const [parent = 0, ...command] = seen.trim().split(' ').map(Number);
    assert.is(command.filter(lives).length, 2);
    process.kill(parent, 'SIGKILL');
    assert.ok(await comes(() => processesWith([run]).length === 0), 'the command and the watchdog are gone');
    assert.equal([seen.includes('after'), lives(script.pid as number)], [true, true]);
  } finally {
    process.kill(-(script.pid as number), 'SIGKILL');
  }
});

test('what a dead run left is killed at once when somebody is in a hurry', async () => {
  const run = `deaf-run-${process.pid}`;
  const child = nodeSpawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, SBX_RUN: run },
  });
  await once(child.stdout, 'data');
  const hurry = new AbortController();
  await endRun(run, 600_000, () => hurry.abort(), hurry.signal);
  assert.not(lives(child.pid as number));
});

test('the watchdog leaves when nothing runs any more, and is there again for the next command', async () => {
  const tag = `idle-${process.pid}`;
  const spawn = realSpawn();
  await sh('true', tag, { spawn });
  assert.ok(await comes(() => processesWith([tag]).length === 0), 'the watchdog is gone');
  let beside = 0;
  const heard = (): void => {
    beside = processesWith([tag]).length;
  };
  await sh('echo ready; sleep 0.1', tag, { spawn, heard });
  assert.ok(beside >= 2, 'the command and its watchdog');
});

test('a parent that leaves by itself leaves at once: the watchdog does not hold it', async () => {
  const program = `
    import { realSpawn } from ${JSON.stringify(new URL('../../lib/io/process.js', import.meta.url).href)};
    realSpawn()(
      { file: 'true', args: [], cwd: '/', killGrace: 1000, env: [['PATH', process.env.PATH], ['SBX_ATTEMPT', 'short']] },
      { signal: new AbortController().signal, stdout: () => {}, stderr: () => {} },
    ).then((result) => console.log(JSON.stringify(result)));`;
  const parent = nodeSpawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let seen = '';
  parent.stdout.on('data', (chunk) => {
    seen += chunk;
  });
  const [code] = await once(parent, 'close');
  assert.is(code, 0);
  assert.is(seen.trim(), '{"ok":true,"value":{"code":0}}');
});

test.run();
