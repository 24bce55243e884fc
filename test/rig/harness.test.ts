import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFolder } from './folder.ts';
import { until } from './patience.ts';
import { processesWith } from './processes.ts';

const HARNESS = `
  const { startHarness } = await import(process.argv[1]);
  const { withFolder } = await import(process.argv[2]);
  const { spawn } = await import('node:child_process');
  startHarness(() => console.log('3 passed so far'));
  await withFolder((folder) => new Promise(() => {
    spawn('setsid', ['sleep', '9000'], { cwd: folder, env: { PATH: process.env.PATH }, stdio: 'ignore' });
    spawn('setsid', ['sleep', '8000'], { cwd: '/', stdio: 'ignore' });
    setInterval(() => {}, 1000);
  }));`;

for (const [signal, exit] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`told to end by ${signal}, a harness says what it did, and its folders and processes are gone`, () =>
    withFolder(async (folder) => {
      const words = [new URL('harness.js', import.meta.url).href, new URL('folder.js', import.meta.url).href];
      const harness = spawn(process.execPath, ['--input-type=module', '-e', HARNESS, ...words], {
        env: { ...process.env, TMPDIR: folder },
      });
      let said = '';
      harness.stdout.on('data', (text) => {
        said += text;
      });
      const marks = [`${folder}/`];
      await until('both sleep', () => processesWith(marks).filter(({ command }) => /^sleep [89]000$/.test(command)).length === 2);
      assert.is(readdirSync(folder).length, 1);
      harness.kill(signal);
      await until('it ends', () => harness.exitCode !== null && said !== '');
      assert.is(harness.exitCode, exit);
      assert.is(said, '3 passed so far\n');
      assert.equal([...readdirSync(folder), ...processesWith(marks)], []);
    }));
}

test.run();
