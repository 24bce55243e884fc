import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connectRoute } from '../../lib/ssh/connect.ts';
import { runProgram } from '../../lib/ssh/program.ts';
import { type Far, withFar } from '../contract/places.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';

const never = new AbortController().signal;

/** A real sshd that lets in the key on our stand-in of a token, which really signs, alone. */
function withToken(options: readonly string[], use: (far: Far) => Promise<void>): Promise<void> {
  return withFar({}, async (far) => {
    const token = join(far.home, 'token.so');
    execFileSync('gcc', ['-shared', '-fPIC', '-o', token, join(REPOSITORY, 'test/rig/token-stand-in.c'), '-l:libcrypto.so.3']);
    const pin = join(far.home, 'pin');
    writeFileSync(pin, '#!/bin/sh\necho 1234\n', { mode: 0o700 });
    rmSync(far.sshd.key);
    rmSync(`${far.sshd.key}.pub`);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519-sk', '-w', token, ...options, '-N', '', '-f', far.sshd.key], {
      env: { ...process.env, SSH_ASKPASS: pin, SSH_ASKPASS_REQUIRE: 'force' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    writeFileSync(join(far.sshd.folder, 'authorized_keys'), readFileSync(`${far.sshd.key}.pub`));
    writeFileSync(far.sshd.config, `${readFileSync(far.sshd.config, 'utf8')}  SecurityKeyProvider "${token}"\n`);
    await use(far);
  });
}

async function visit(
  far: Far,
  asks: (file: string, what: string | undefined) => string | undefined,
): Promise<readonly (string | undefined)[]> {
  const notes: string[] = [];
  const route = { named: 'far', state: join(far.home, 'state'), patience: 40_000, note: (text: string) => void notes.push(text) };
  const linked = await connectRoute({ ...route, ask: async (file, _over, what) => asks(file, what) }, far.io, never);
  if (!linked.ok) return [linked.error.code];
  await using link = linked.value;
  const end = await runProgram(link, far.io.nonce(), 'exit 3', [], { signal: never });
  assert.equal(end.ok && end.value.exit, { code: 3 });
  return [link.carrier, ...notes];
}

const testing = needing('gcc');

testing('a key on a token lets in; that it wants to be touched is told', () =>
  withToken([], async (far) => {
    const [carrier, note] = await visit(far, () => undefined);
    assert.is(carrier, `the system's ssh, since its key ${far.sshd.key} is on a token`);
    assert.match(note ?? '', /^Confirm user presence for key ED25519-SK SHA256:/);
  }),
);

testing('the PIN of a token is asked for by sbx', () =>
  withToken(['-O', 'verify-required'], async (far) => {
    const asked: unknown[] = [];
    const [carrier] = await visit(far, (file, what) => {
      asked.push([file, what]);
      return '1234';
    });
    assert.match(carrier ?? '', /is on a token$/);
    assert.equal(asked, [[far.sshd.key, 'PIN']]);
    assert.equal(await visit(far, () => undefined), ['auth-failed']);
  }),
);

test.run();
