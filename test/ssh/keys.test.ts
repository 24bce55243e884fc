import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freshKey } from '../../lib/ssh/keys.ts';
import { parseKey } from '../../lib/ssh/ssh2.ts';

test('every fresh key can be read back and signs', () => {
  for (let n = 0; n < 600; n++) {
    const made = freshKey();
    const parsed = parseKey(made.private);
    if (parsed instanceof Error) throw parsed;
    const key = Array.isArray(parsed) ? parsed[0] : parsed;
    assert.ok(key?.getPublicSSH().equals(made.public));
    if (n > 2) continue;
    const signature = key?.sign(Buffer.from('text'));
    assert.is(signature instanceof Buffer && key?.verify(Buffer.from('text'), signature), true);
  }
});

test('no collection of garbage comes in the way of making a key', () => {
  // As often as can be. A hang is a thread that waits for itself: it heeds no timer of its own, so it is in a process that can be killed.
  const program = `import { freshKey } from ${JSON.stringify(new URL('../../lib/ssh/keys.js', import.meta.url).href)};
let kept = [];
for (let n = 0; n < 6000; n++) {
  freshKey();
  kept = Array.from({ length: n % 997 }, (_, i) => ({ i }));
}
process.stdout.write(String(kept.length));`;
  const args = ['--max-semi-space-size=1', '--input-type=module', '--eval', program];
  const ended = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' });
  assert.equal([ended.signal, ended.stdout], [null, String(5999 % 997)], ended.stderr);
});

test.run();
