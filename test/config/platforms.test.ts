import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ask } from '../../lib/config/ask.ts';
import { loadText, projectOf, shown } from './loading.ts';

const FILE = `
version: 1
steps:
  any: { run: a, platforms: [] }
  linux: { run: a, platforms: linux }
  mac: { run: a, platforms: [darwin/arm64, windows] }
  off: { run: a, platforms: [linux], if: false }
`;

async function runnable(ask: Partial<Ask>): Promise<readonly string[]> {
  const { steps } = await projectOf(FILE, ask);
  return [...steps.values()].filter(({ enabled }) => enabled).map(({ id }) => id);
}

test('platforms: a system, or a system and an architecture', async () => {
  assert.equal(await runnable({ os: 'linux', arch: 'x64' }), ['any', 'linux']);
  assert.equal(await runnable({ os: 'darwin', arch: 'arm64' }), ['any', 'mac']);
  assert.equal(await runnable({ os: 'darwin', arch: 'x64' }), ['any']);
  const { steps } = await projectOf(FILE);
  assert.equal(steps.get('mac')?.onlyOn, ['darwin/arm64', 'windows']);
  assert.is(steps.get('off')?.onlyOn, undefined);
});

test('a platform that is none: what it is called here', async () => {
  const { diagnostics } = await loadText(`
version: 1
steps:
  a: { run: a, platforms: [macos, amd64, Linux/amd64, linux/x86_64/v2, plan9, linx, "\${{ os }}"] }
`);
  assert.equal(diagnostics.map(shown), [
    'Sandboxfile.yaml:4:28-33 bad-value: `macos` is not a platform\n    Did you mean `darwin`?',
    'Sandboxfile.yaml:4:35-40 bad-value: `amd64` is not a platform\n    Did you mean `linux/x64`?',
    'Sandboxfile.yaml:4:42-53 bad-value: `Linux/amd64` is not a platform\n    Did you mean `linux/x64`?',
    'Sandboxfile.yaml:4:55-70 bad-value: `linux/x86_64/v2` is not a platform\n    Write a system (linux, darwin, windows, freebsd), or one with an architecture, as in linux/x64.',
    'Sandboxfile.yaml:4:72-77 bad-value: `plan9` is not a platform\n    Write a system (linux, darwin, windows, freebsd), or one with an architecture, as in linux/x64.',
    'Sandboxfile.yaml:4:79-83 bad-value: `linx` is not a platform\n    Did you mean `linux`?',
    'Sandboxfile.yaml:4:85-96 bad-value: an expression cannot stand here\n    Write the value itself.',
  ]);
});

test.run();
