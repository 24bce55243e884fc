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

test.run();
