import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

// V8 says on standard error, and nowhere else, that it does not know a flag.
function spared(version: string): string {
  const engine = fileURLToPath(new URL('../../lib/cli/engine.js', import.meta.url));
  const program = `import { spareEngine } from ${JSON.stringify(engine)}; spareEngine(${JSON.stringify(version)});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  return stderr;
}

test('the flags for this version of Node are flags that it knows', () => {
  assert.is(spared(process.versions.node), '');
  const other = process.versions.node.startsWith('20.') ? '24.0.0' : '20.19.0';
  assert.match(spared(other), 'unrecognized flag', 'those of another one are not');
});

test('a version that was not tried is left alone', () => {
  assert.is(spared('99.0.0'), '');
});

test.run();
