import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sshdIsInstalled, startSshd } from './sshd.ts';

if (sshdIsInstalled()) {
  test('a real sshd answers, stops and starts again', async () => {
    await using sshd = await startSshd(process.getuid?.() === 0 ? { user: 'build' } : {});
    const whoami = (): string => execFileSync('ssh', ['-F', sshd.config, sshd.host, 'id -un'], { encoding: 'utf8', stdio: 'pipe' }).trim();
    assert.is(whoami(), sshd.user);
    sshd.stop();
    assert.throws(whoami, /refused/);
    await sshd.start();
    assert.is(whoami(), sshd.user);
  });
}
test.run();
