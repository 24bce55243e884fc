import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realFiles } from '../../lib/io/io.ts';
import { localSandbox } from '../../lib/io/local.ts';
import { realSpawn } from '../../lib/io/process.ts';
import { shellProgram } from '../../lib/io/script.ts';
import type { Job } from '../../lib/model/sandbox.ts';
import type { Script } from '../../lib/model/script.ts';
import { withFolder } from '../rig/folder.ts';
import { needing } from '../rig/needing.ts';

const HOSTILE = [
  "it's",
  '"; touch canary; "',
  '$(touch canary)',
  '`touch canary`',
  '$' + '{IFS}',
  '-n',
  '--help',
  '*',
  '~',
  'a b  c',
  ' lead and trail ',
  'line\nbreak\n\n',
  '\t\r\x01\x7f',
  '\\',
  "\\'",
  '!history',
  '#no comment',
  'Grüße 💥',
  '',
  'x'.repeat(200_000),
];

async function run(script: Script, more: Partial<Job> = {}): Promise<{ readonly end: unknown; readonly output: string }> {
  const environment = new Map([
    ['PATH', process.env.PATH ?? ''],
    ['HOME', more.cwd ?? '/'],
  ]);
  const session = await localSandbox('local', { spawn: realSpawn(), files: realFiles, environment }).connect(new AbortController().signal);
  if (!session.ok) throw new Error('no session');
  let output = '';
  const job: Job = { script, cwd: '/', env: [], killGrace: 500, attempt: `script-${process.pid}`, run: 'r', ...more };
  const end = await session.value.supervise(job, {
    signal: new AbortController().signal,
    output: (chunk) => {
      output += Buffer.from(chunk).toString();
    },
  });
  return { end, output };
}

for (const shell of ['sh', 'bash'] as const) {
  const test = needing(shell);
  test(`${shell}: each value stays one word, whatever it contains`, async () => {
    await withFolder(async (cwd) => {
      const variables = HOSTILE.map((value, index) => ({ name: `v${index}`, value }));
      const words = variables.map(({ name }) => `"\${${name}}"`).join(' ');
      const { output } = await run({ shell, text: `for w in ${words}; do printf '<%s>' "$w"; done`, variables, source: '' }, { cwd });
      assert.is(output, HOSTILE.map((value) => `<${value}>`).join(''));
      assert.not(realFiles.existsSync(`${cwd}/canary`));
    });
  });

  test(`${shell}: the first failing command ends the script, and in bash a failing part of a pipe`, async () => {
    const { end, output } = await run({ shell, text: 'echo a\nfalse\necho b', variables: [], source: '' });
    assert.equal([end, output], [{ ok: true, value: { code: 1 } }, 'a\n']);
    const piped = await run({ shell, text: 'false | true\necho b', variables: [], source: '' });
    assert.is(piped.output, shell === 'sh' ? 'b\n' : '');
  });

  test(`${shell}: the line that the shell names is that of the text`, async () => {
    const variables = [{ name: 'v', value: 'x' }];
    const { output } = await run({ shell, text: `echo "$v"\n\nno-such-command`, variables, source: '' });
    assert.match(output, /^x\n.*\b3: no-such-command: (command )?not found\n$/);
  });

  test(`${shell}: a text of 1 MB runs, its commands read the empty input`, async () => {
    const text = `${'# padding\n'.repeat(100_000)}cat\necho end`;
    assert.equal(await run({ shell, text, variables: [], source: '' }), { end: { ok: true, value: { code: 0 } }, output: 'end\n' });
  });
}

test('argv: words arrive as they are, without any shell', async () => {
  const words = HOSTILE.slice(0, -1);
  const { output } = await run({ shell: 'argv', words: ['printf', '<%s>', ...words], source: '' });
  assert.is(output, words.map((value) => `<${value}>`).join(''));
});

test('argv: a missing command names its neighbour and the command as written', async () => {
  const { end } = await run({ shell: 'argv', words: ['catt', 'x'], source: 'catt x' });
  const error = { code: 'command-missing', message: 'the command "catt" is not on the PATH', hint: 'did you mean cat?', command: 'catt x' };
  assert.equal(end, { ok: false, error });
});

test('both streams arrive in the order in which they were written', async () => {
  const text = 'for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done';
  const { output } = await run({ shell: 'sh', text, variables: [], source: '' });
  assert.is(output, [1, 2, 3, 4, 5].map((i) => `o${i}\ne${i}\n`).join(''));
});

test('a sourced file sets variables, what the step declares wins, a missing file is nothing', async () => {
  await withFolder(async (cwd) => {
    writeFileSync(`${cwd}/it's env`, 'A=sourced B=sourced; export A B; false\n');
    const script: Script = { shell: 'sh', text: 'echo $A $B', variables: [], source: '' };
    assert.is((await run(script, { cwd, env: [['B', 'declared']], source: "$HOME/it's env" })).output, 'sourced declared\n');
    assert.is((await run(script, { cwd, env: [['B', 'declared']], source: '~/missing' })).output, 'declared\n');
  });
});

test('a program for a far side carries its whole environment and runs by any transport', async () => {
  const script: Script = { shell: 'argv', words: ['printenv', 'NASTY'], source: '' };
  const text = shellProgram(script, [['NASTY', `a'b"c\n$(d)`]]);
  assert.is((await run({ shell: 'sh', text, variables: [], source: '' })).output, `a'b"c\n$(d)\n`);
});

test('a mark is gone while the command runs and written after success only', async () => {
  await withFolder(async (cwd) => {
    const path = `${cwd}/.sbx/holds/build`;
    const mark = { path, value: 'key' };
    const script = (text: string): Script => ({ shell: 'sh', text, variables: [], source: '' });
    await run(script('true'), { cwd, mark });
    assert.is(realFiles.readFileSync(path, 'utf8'), 'key');
    assert.is((await run(script('test -e .sbx/holds/build || echo gone; false'), { cwd, mark })).output, 'gone\n');
    assert.not(realFiles.existsSync(path));
  });
});

test.run();
