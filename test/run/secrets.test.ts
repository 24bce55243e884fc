import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realFiles } from '../../lib/io/io.ts';
import { secretsOf } from '../../lib/run/secrets.ts';
import { withFolder } from '../rig/folder.ts';

const code = (file: string): string => {
  const result = secretsOf([{ name: 'KEY', file }], { files: realFiles, environment: new Map() }).variables(['KEY']);
  return result.ok ? (result.value[0]?.[1] ?? '') : result.error.code;
};

test('a file of mode 0600 gives its text less the last line break; any other mode is refused', () =>
  withFolder((folder) => {
    const file = join(folder, 'key');
    writeFileSync(file, 'line one\nline two\n', { mode: 0o600 });
    assert.is(code(file), 'line one\nline two');
    for (const mode of [0o640, 0o604, 0o644, 0o660]) {
      chmodSync(file, mode);
      assert.is(code(file), 'secret-unsafe', mode.toString(8));
    }
  }));

test('a missing file, a folder, a pipe, a short value and a value with NUL are refused', () =>
  withFolder((folder) => {
    assert.is(code(join(folder, 'none')), 'secret-missing');
    mkdirSync(join(folder, 'dir'), { mode: 0o700 });
    assert.is(code(join(folder, 'dir')), 'secret-unsafe');
    execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')]);
    assert.is(code(join(folder, 'pipe')), 'secret-unsafe');
    writeFileSync(join(folder, 'short'), 'abcde\n', { mode: 0o600 });
    assert.is(code(join(folder, 'short')), 'secret-unsafe');
    writeFileSync(join(folder, 'nul'), 'abc\0defgh', { mode: 0o600 });
    assert.is(code(join(folder, 'nul')), 'secret-unsafe');
  }));

test('what is wrong with the file of a secret comes with the command that mends it, whatever the file is called', () =>
  withFolder((folder) => {
    const file = join(folder, "it's a key");
    const hint = (): string | undefined => {
      const result = secretsOf([{ name: 'KEY', file }], { files: realFiles, environment: new Map() }).variables(['KEY']);
      return result.ok ? undefined : result.error.hint;
    };
    const mended = (): void =>
      void execFileSync('sh', ['-c', (hint() ?? '').replace(/^.*for you alone: /, '')], { input: 'long enough\n' });
    mended();
    assert.is(code(file), 'long enough');
    chmodSync(file, 0o644);
    assert.match(hint() ?? '', /^chmod 600 /);
    mended();
    assert.is(code(file), 'long enough');
  }));

test('the mask knows the secrets of all steps, also where the asking step has none', () => {
  const secrets = secretsOf([{ name: 'A' }, { name: 'B' }], { files: realFiles, environment: new Map([['A', 'value-of-a']]) });
  const mask = secrets.mask();
  assert.is(Buffer.concat([mask.push(Buffer.from('is value-of-a!')), mask.end()]).toString(), 'is ***!');
  assert.is(secrets.hide('Received "value-of-a", é'), 'Received "***", é');
});

test.run();
