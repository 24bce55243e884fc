import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connected, withFar } from '../contract/places.ts';

test('a key file of any kind logs in by one request: sshd is not asked before whether it would take the key', () =>
  withFar({ serverLines: ['LogLevel VERBOSE'] }, async ({ sshd, sandbox }) => {
    const config = readFileSync(sshd.config, 'utf8');
    for (const type of ['ed25519', 'ecdsa', 'rsa']) {
      const key = join(sshd.folder, `by-${type}`);
      execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', key]);
      appendFileSync(join(sshd.folder, 'authorized_keys'), readFileSync(`${key}.pub`));
      appendFileSync(sshd.config, `\n${config.replace('Host far', `Host by-${type}`).replace(/IdentityFile .*/, `IdentityFile "${key}"`)}`);
      await using session = await connected(sandbox({ named: `by-${type}` }));
      const { signal } = new AbortController();
      const said = await session.program('printf in', [], { signal });
      assert.is(said.ok && Buffer.from(said.value.stdout).toString(), 'in', type);
    }
    const lines = sshd.log().split('\n');
    assert.is(lines.filter((line) => line.includes('Accepted publickey')).length, 3);
    assert.equal(
      lines.filter((line) => line.includes('Postponed publickey')),
      [],
      'what sshd says to a question',
    );
  }));

test.run();
