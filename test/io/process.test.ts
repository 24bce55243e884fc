import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFolder } from '../rig/folder.ts';
import { held } from '../rig/memory.ts';
import { sh } from './spawning.ts';

test('an exit code, both streams and the input arrive', async () => {
  const { result, stdout, stderr } = await sh('cat; echo wrong >&2; exit 3', 'codes', { stdin: Buffer.from('in') });
  assert.equal(result, { ok: true, value: { code: 3 } });
  assert.equal([stdout, stderr], ['in', 'wrong\n']);
});

test('an endless input is fed with back-pressure and ends with the child', async () => {
  let sent = 0;
  async function* zeros(): AsyncGenerator<Uint8Array> {
    for (;;) {
      sent += 65_536;
      yield new Uint8Array(65_536);
    }
  }
  const { result, stdout } = await sh('head -c 1000000 | wc -c', 'endless', { stdin: zeros() });
  assert.equal(result, { ok: true, value: { code: 0 } });
  assert.is(stdout.trim(), '1000000');
  assert.ok(sent < 4_000_000, `${sent} bytes were made`);
});

test('an exit by signal is never a code', async () => {
  const { result } = await sh('kill -SEGV $$', 'segv');
  assert.equal(result, { ok: true, value: { signal: 'SIGSEGV' } });
});

test('only the given environment is visible', async () => {
  const { stdout } = await sh('env', 'bare');
  const names = stdout.split('\n').map((line) => line.split('=')[0]);
  assert.equal(names.filter((name) => name !== '' && name !== 'PWD' && name !== '_' && name !== 'SHLVL' && name !== 'OLDPWD').sort(), [
    'PATH',
    'SBX_ATTEMPT',
  ]);
});

test('a missing binary, a missing folder, a file without x and a NUL are told apart', async () => {
  const code = async (more: object): Promise<string> => {
    const { result } = await sh('true', 'missing', more);
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.message} ${result.error.hint ?? ''}`;
  };
  assert.is(await code({ file: 'catt', args: [] }), 'command-missing: the command "catt" is not on the PATH did you mean cat?');
  assert.is(await code({ file: '/etc/passwd' }), 'command-missing: /etc/passwd is not an executable file chmod +x /etc/passwd');
  assert.is(await code({ file: './nothing' }), 'command-missing: ./nothing does not exist ');
  assert.is(await code({ cwd: '/nowhere/at/all' }), 'local-io: the folder /nowhere/at/all does not exist ');
  assert.match(await code({ args: ['-c', 'true', 'a\0b'] }), /^task-refused: /);
  assert.match(await code({ args: ['-c', 'true', 'x'.repeat(200_000)] }), /^command-too-long: /);
});

test('a background child that holds the pipes does not hold the step', async () => {
  const { result, stdout } = await sh('sleep 60 & echo $!; echo done', 'holding');
  assert.equal(result, { ok: true, value: { code: 0 } });
  const [pid, done] = stdout.split('\n');
  assert.is(done, 'done');
  process.kill(Number(pid), 0); // it was left alone: a successful step may leave a daemon
  process.kill(Number(pid), 'SIGKILL');
});

test('what was written just before the exit arrives whole', async () => {
  const { stdout } = await sh('head -c 3000000 /dev/zero | tr "\\0" x', 'tail');
  assert.is(stdout.length, 3_000_000);
});

test('one line of 1 GB passes in bounded memory', async () => {
  let bytes = 0;
  let chunks = 0;
  let peak = 0;
  const before = held();
  const spawn = (await import('../../lib/io/process.ts')).realSpawn();
  const result = await spawn(
    { file: 'head', args: ['-c', '1000000000', '/dev/zero'], cwd: '/', env: [['PATH', process.env.PATH ?? '']], killGrace: 300 },
    {
      signal: new AbortController().signal,
      stdout: (chunk) => {
        bytes += chunk.length;
        chunks += 1;
        if (chunks % 1000 === 0) peak = Math.max(peak, held());
      },
      stderr: () => {},
    },
  );
  assert.equal(result, { ok: true, value: { code: 0 } });
  assert.is(bytes, 1_000_000_000);
  assert.ok(Math.max(peak, held()) - before < 60e6, `grew by ${(peak - before) / 1e6} MB`);
});

test('the folder is the working folder', async () => {
  await withFolder(async (folder) => {
    const { stdout } = await sh('pwd', 'pwd', { cwd: folder });
    assert.is(stdout, `${folder}\n`);
  });
});

test.run();
