import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../lib/base/result.ts';
import type { Failure } from '../../lib/model/failure.ts';
import { fetchHostKey, trust } from '../../lib/ssh/trust.ts';
import { type Far, withFar } from '../contract/places.ts';

const signal = new AbortController().signal;
const code = (result: Result<unknown, Failure>): string => (result.ok ? 'ok' : result.error.code);

async function connects(far: Far): Promise<Result<unknown, Failure>> {
  const session = await far.sandbox().connect(signal);
  if (session.ok) await session.value[Symbol.asyncDispose]();
  return session;
}

/** What sshd heard: a login attempt would stand in its log. */
const loginTried = (far: Far): boolean => /Accepted|Failed|userauth|Postponed/.test(far.sshd.log());

test('an unknown key is refused before login, then accepted by its fingerprint', () =>
  withFar({}, async (far) => {
    writeFileSync(far.sshd.knownHosts, '');
    const refused = await connects(far);
    assert.is(code(refused), 'host-key-unknown');
    const { message = '', hint = '' } = refused.ok ? {} : refused.error;
    assert.ok(message.includes(far.sshd.fingerprint), message);
    assert.ok(hint.includes(`sbx trust ${far.sshd.host} --fingerprint ${far.sshd.fingerprint}`), hint);
    assert.not(loginTried(far));

    const route = { named: far.sshd.host, state: join(far.home, 'state') };
    const shown = await fetchHostKey(route, far.io, signal);
    assert.ok(shown.ok && shown.value.fingerprint === far.sshd.fingerprint && !shown.value.known);
    assert.not(loginTried(far));
    assert.is(code(await trust(route, `SHA256:${'A'.repeat(43)}`, far.io, signal)), 'host-key-changed');
    assert.not(existsSync(join(far.home, 'state/known_hosts')));
    assert.is(code(await trust(route, far.sshd.fingerprint, far.io, signal)), 'ok');
    assert.is(statSync(join(far.home, 'state/known_hosts')).mode & 0o777, 0o600);
    assert.is(code(await connects(far)), 'ok');
    assert.is(readFileSync(far.sshd.knownHosts, 'utf8'), '', "the user's file is not ours to write");
  }));

test('a changed key is refused with both fingerprints, and can be accepted anew', () =>
  withFar({}, async (far) => {
    const before = far.sshd.fingerprint;
    far.sshd.changeHostKey();
    await far.sshd.start();
    const refused = await connects(far);
    assert.is(code(refused), 'host-key-changed');
    const text = refused.ok ? '' : `${refused.error.message} ${refused.error.hint}`;
    for (const part of [before, far.sshd.fingerprint, `sbx trust ${far.sshd.host} --fingerprint ${far.sshd.fingerprint}`])
      assert.ok(text.includes(part), text);
    assert.not(loginTried(far));
    const route = { named: far.sshd.host, state: join(far.home, 'state') };
    assert.is(code(await trust(route, far.sshd.fingerprint, far.io, signal)), 'ok');
    assert.is(code(await connects(far)), 'ok');
    // Another change: the line of sbx's own file is replaced, not added to.
    far.sshd.changeHostKey();
    await far.sshd.start();
    assert.is(code(await connects(far)), 'host-key-changed');
    assert.is(code(await trust(route, far.sshd.fingerprint, far.io, signal)), 'ok');
    assert.is(readFileSync(join(far.home, 'state/known_hosts'), 'utf8').trim().split('\n').length, 1);
  }));

test('a configuration that asks for no checking is not followed', () =>
  withFar({ clientLines: ['StrictHostKeyChecking no'] }, async (far) => {
    const config = readFileSync(far.sshd.config, 'utf8').replace(/UserKnownHostsFile .*/, 'UserKnownHostsFile /dev/null');
    writeFileSync(far.sshd.config, config);
    assert.is(code(await connects(far)), 'host-key-unknown');
    assert.not(loginTried(far));
    const route = { named: far.sshd.host, state: join(far.home, 'state') };
    assert.is(code(await trust(route, far.sshd.fingerprint, far.io, signal)), 'ok');
    assert.is(code(await connects(far)), 'ok');
  }));

test('a revoked key is refused though it is also known', () =>
  withFar({}, async (far) => {
    const line = readFileSync(far.sshd.knownHosts, 'utf8');
    appendFileSync(far.sshd.knownHosts, `@revoked * ${line.split(' ').slice(1).join(' ')}`);
    assert.is(code(await connects(far)), 'host-key-revoked');
  }));

test('hashed names, and a key of another type known: the known one is asked for', () =>
  withFar({ secondHostKey: true }, async (far) => {
    const other = readFileSync(join(far.sshd.folder, 'host_key_ecdsa.pub'), 'utf8');
    const name = readFileSync(far.sshd.knownHosts, 'utf8').split(' ')[0];
    writeFileSync(far.sshd.knownHosts, `${name} ${other}`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', far.sshd.knownHosts], { stdio: 'ignore' });
    assert.match(readFileSync(far.sshd.knownHosts, 'utf8'), /^\|1\|/);
    assert.is(code(await connects(far)), 'ok');
  }));

test.run();
