import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sshdIsInstalled, startSshd } from './sshd.ts';

if (sshdIsInstalled()) {
  test('a real sshd answers, stops and starts again, and its sessions have a home of their own', async () => {
    await using sshd = await startSshd(process.getuid?.() === 0 ? { user: 'build' } : {});
    const far = (text: string): string =>
      execFileSync('ssh', ['-F', sshd.config, sshd.host, text], { encoding: 'utf8', stdio: 'pipe' }).trim();
    assert.is(far('id -un'), sshd.user);
    assert.is(far('cd && touch mine && pwd && ls -A'), `${sshd.home}\nmine`);
    sshd.stop();
    assert.throws(() => far('true'), /refused/);
    await sshd.start();
    assert.is(far('id -un'), sshd.user);
  });
}
test.run();
