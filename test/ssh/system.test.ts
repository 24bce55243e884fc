import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../lib/base/result.ts';
import type { Failure } from '../../lib/model/failure.ts';
import { connectRoute } from '../../lib/ssh/connect.ts';
import type { Link } from '../../lib/ssh/link.ts';
import { runProgram } from '../../lib/ssh/program.ts';
import { trust } from '../../lib/ssh/trust.ts';
import { type Far, withFar, withHome } from '../contract/places.ts';
import { pause } from '../rig/patience.ts';

// What only the system's ssh can, each with a real sshd of Debian.

const never = new AbortController().signal;

function linkTo(far: Far, more: Readonly<Record<string, string>> = {}): Promise<Result<Link, Failure>> {
  const io = { ...far.io, environment: new Map([...far.io.environment, ['XDG_RUNTIME_DIR', far.home], ...Object.entries(more)]) };
  return connectRoute({ named: 'far', state: join(far.home, 'state'), patience: 40_000 }, io, never);
}

/** Who carries it, once it has carried a command. */
async function carrier(far: Far, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const linked = await linkTo(far, more);
  if (!linked.ok) return `${linked.error.code}: ${linked.error.message}`;
  await using link = linked.value;
  const end = await runProgram(link, far.io.nonce(), 'exit 3', [], { signal: never });
  assert.equal(end.ok && end.value.exit, { code: 3 });
  return link.carrier ?? 'ssh2';
}

const keygen = (...words: readonly string[]): void => void execFileSync('ssh-keygen', ['-q', ...words]);

test('a plain host is left to ssh2; SBX_SSH takes the one or the other', () =>
  withFar({}, async (far) => {
    assert.is(await carrier(far), 'ssh2');
    assert.is(await carrier(far, { SBX_SSH: 'system' }), "the system's ssh, since SBX_SSH says so");
    assert.is(await carrier(far, { SBX_SSH: 'builtin' }), 'ssh2');
    assert.match(await carrier(far, { SBX_SSH: 'none' }), /ssh-config: SBX_SSH is "none"/);
    assert.equal(
      readdirSync(far.home).filter((name) => name.startsWith('sbx-')),
      [],
    );
  }));

test('a certificate of the user lets in, beside the key or in the agent', () =>
  withHome(async (ca) => {
    keygen('-t', 'ed25519', '-N', '', '-f', join(ca, 'ca'));
    await withFar({ serverLines: [`TrustedUserCAKeys "${ca}/ca.pub"`] }, async (far) => {
      execFileSync('chmod', ['755', ca]);
      writeFileSync(join(far.sshd.folder, 'authorized_keys'), '');
      assert.match(await carrier(far), /^auth-failed/);
      keygen('-s', join(ca, 'ca'), '-I', 'me', '-n', far.sshd.user, `${far.sshd.key}.pub`);
      assert.is(await carrier(far), `the system's ssh, since its key ${far.sshd.key} has a certificate`);
      assert.match(await carrier(far, { SBX_SSH: 'builtin' }), /^auth-failed/);
      const socket = join(far.home, 'agent');
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
      try {
        await new Promise((resolve) => agent.stdout.once('data', resolve));
        execFileSync('ssh-add', ['-q', far.sshd.key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
        for (const name of ['', '.pub', '-cert.pub']) rmSync(`${far.sshd.key}${name}`);
        const config = readFileSync(far.sshd.config, 'utf8');
        writeFileSync(far.sshd.config, config.replace('IdentityAgent none', `IdentityAgent "${socket}"`).replace('IdentitiesOnly yes', ''));
        assert.match(await carrier(far), /since the agent has certificates/);
      } finally {
        agent.kill();
      }
    });
  }));

test('a certified host key is believed for the sake of its authority, and no other', () =>
  withFar({}, async (far) => {
    const ca = join(far.home, 'ca');
    keygen('-t', 'ed25519', '-N', '', '-f', ca);
    const host = join(far.sshd.folder, 'host_key');
    keygen('-s', ca, '-I', 'far', '-h', '-n', '127.0.0.1', `${host}.pub`);
    appendFileSync(join(far.sshd.folder, 'sshd_config'), `HostCertificate "${host}-cert.pub"\n`);
    await far.sshd.start();
    writeFileSync(far.sshd.knownHosts, `@cert-authority * ${readFileSync(`${ca}.pub`, 'utf8')}`);
    assert.is(await carrier(far), "the system's ssh, since a @cert-authority of known_hosts is for it");
    keygen('-t', 'ed25519', '-N', '', '-f', `${ca}2`);
    writeFileSync(far.sshd.knownHosts, `@cert-authority * ${readFileSync(`${ca}2.pub`, 'utf8')}`);
    assert.match(await carrier(far), /^host-key-unknown/);
  }));

test('a server that takes sntrup761 alone is reached after all; its key must be known', () =>
  withFar({ serverLines: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] }, async (far) => {
    assert.is(await carrier(far), "the system's ssh, since its server has no algorithm that is built into sbx");
    assert.match(await carrier(far, { SBX_SSH: 'builtin' }), /^unreachable: .*no algorithm in common/);
    const known = readFileSync(far.sshd.knownHosts, 'utf8');
    writeFileSync(far.sshd.knownHosts, '');
    const unknown = await linkTo(far);
    assert.is(unknown.ok ? 'ok' : unknown.error.code, 'host-key-unknown');
    assert.match(unknown.ok ? '' : (unknown.error.hint ?? ''), /sbx trust far/);
    const route = { named: 'far', state: join(far.home, 'state'), patience: 40_000 };
    assert.is((await trust(route, 'SHA256:other', far.io, never)).ok, false);
    assert.match(await carrier(far), /^host-key-unknown/);
    const trusted = await trust(route, far.sshd.fingerprint, far.io, never);
    assert.is(trusted.ok && trusted.value.fingerprint, far.sshd.fingerprint);
    assert.match(await carrier(far), /^the system's ssh/);
    writeFileSync(far.sshd.knownHosts, known);
    far.sshd.changeHostKey();
    await far.sshd.start();
    const changed = await linkTo(far);
    assert.is(changed.ok ? 'ok' : changed.error.code, 'host-key-changed');
  }));

test('what Match exec finds out counts', () =>
  withFar({}, async (far) => {
    const config = readFileSync(far.sshd.config, 'utf8').replace(/ {2}Port \d+\n/, '');
    writeFileSync(far.sshd.config, `Match originalhost far exec "test -e ${far.home}"\n  Port ${far.sshd.port}\n${config}`);
    for (const by of ['builtin', 'system']) assert.not.match(await carrier(far, { SBX_SSH: by }), /unreachable/);
  }));

test('through a ProxyCommand, to a host that has no other way', () =>
  withFar({ clientLines: ['HostKeyAlias sbx-far'] }, async (far) => {
    const key = readFileSync(join(far.sshd.folder, 'host_key.pub'), 'utf8');
    appendFileSync(far.sshd.knownHosts, `sbx-far ${key}`);
    const proxy = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${far.sshd.port}; cat <&3 & cat >&3'`;
    const config = readFileSync(far.sshd.config, 'utf8');
    writeFileSync(far.sshd.config, `${config.replace('HostName 127.0.0.1', 'HostName nowhere.invalid')}  ProxyCommand ${proxy}\n`);
    assert.is(await carrier(far), "the system's ssh, since ssh_config has a ProxyCommand for it");
    assert.match(await carrier(far, { SBX_SSH: 'builtin' }), /^ssh-config: far: ssh_config has a ProxyCommand for it/);
    // As a jump host too, whoever carries what lies beyond.
    const beyond = config.replace('Host far', 'Host beyond').replace('HostKeyAlias sbx-far', 'HostKeyAlias sbx-far\n  ProxyJump far');
    appendFileSync(far.sshd.config, beyond);
    const linked = await connectRoute({ named: 'beyond', state: join(far.home, 'state'), patience: 40_000 }, far.io, never);
    assert.ok(linked.ok, linked.ok ? '' : linked.error.message);
    await using link = linked.value;
    assert.equal((await runProgram(link, far.io.nonce(), 'exit 4', [], { signal: never })).ok, true);
    assert.is(link.carrier, undefined);
  }));

test('a ProxyCommand that does not work: what it says is the reason', () =>
  withFar({ clientLines: ["ProxyCommand sh -c 'echo no such gate >&2; exit 1'"] }, async (far) => {
    const linked = await linkTo(far);
    const failure = linked.ok ? undefined : linked.error;
    assert.match(failure?.message ?? '', /no SSH connection \(no such gate\)/);
    assert.is(failure?.hint, 'does `ssh far` get in?');
    writeFileSync(far.sshd.config, readFileSync(far.sshd.config, 'utf8').replace(/sh -c .*/, 'true'));
    assert.match(await carrier(far), /^unreachable: .*connection reset before login/);
  }));

async function shared(far: Far, use: (master: ChildProcess) => Promise<void>): Promise<void> {
  const path = join(far.home, 'shared');
  const master = spawn('ssh', ['-M', '-N', '-S', path, '-F', far.sshd.config, 'far'], { stdio: 'ignore' });
  try {
    while (!existsSync(path)) await pause(20);
    appendFileSync(far.sshd.config, `  ControlPath "${path}"\n`);
    await use(master);
  } finally {
    master.kill('SIGKILL');
  }
}

test('the connection that an ssh of the user keeps open is used, if the host is known; one that hangs is passed by', () =>
  withFar({}, (far) =>
    shared(far, async (master) => {
      const authorized = join(far.sshd.folder, 'authorized_keys');
      const keys = readFileSync(authorized);
      writeFileSync(authorized, ''); // nobody gets in any more
      assert.is(await carrier(far), 'an ssh of yours, since it shares its connection');
      const known = readFileSync(far.sshd.knownHosts);
      writeFileSync(far.sshd.knownHosts, '');
      assert.match(await carrier(far), /^host-key-unknown/);
      writeFileSync(far.sshd.knownHosts, known);
      writeFileSync(authorized, keys);
      master.kill('SIGSTOP');
      assert.is(await carrier(far), 'ssh2');
    }),
  ));

test('an end of the connection is told, with what ssh says of it; nothing of it stays', () =>
  withFar({}, async (far) => {
    const linked = await linkTo(far, { SBX_SSH: 'system' });
    assert.ok(linked.ok);
    const running = runProgram(linked.value, far.io.nonce(), 'sleep 600', [], { signal: never });
    while (far.sshd.started().length === 0) await pause(20);
    far.sshd.cut();
    const ended = await running;
    assert.is(ended.ok ? 'ok' : ended.error.code, 'link-lost');
    await linked.value[Symbol.asyncDispose]();
    assert.equal(
      readdirSync(far.home).filter((name) => name.startsWith('sbx-')),
      [],
    );
  }));

test('its ssh and its folder go when sbx is killed', () =>
  withFar({}, async (far) => {
    const program = `
      const { connectRoute } = await import(${JSON.stringify(new URL('../../lib/ssh/connect.js', import.meta.url).href)});
      const { realIo } = await import(${JSON.stringify(new URL('../contract/places.js', import.meta.url).href)});
      const io = realIo(${JSON.stringify(far.home)}, ${JSON.stringify({ ...far.sshd.env, SBX_SSH: 'system', XDG_RUNTIME_DIR: far.home })});
      const link = await connectRoute({ named: 'far', state: ${JSON.stringify(join(far.home, 'state'))}, patience: 40000 }, io, new AbortController().signal);
      process.stdout.write(link.ok ? 'up' : link.error.message);
      setInterval(() => {}, 1000);`;
    const sbx = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = await new Promise((resolve) => sbx.stdout.once('data', (chunk) => resolve(String(chunk))));
    assert.is(said, 'up');
    const folder = readdirSync(far.home).find((name) => name.startsWith('sbx-')) ?? '';
    const mine = (): string[] =>
      readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(`${far.home}/${folder}`));
    assert.ok(mine().length > 0);
    sbx.kill('SIGKILL');
    for (let left = 400; left > 0 && (mine().length > 0 || existsSync(join(far.home, folder))); left--) await pause(25);
    assert.equal([mine(), existsSync(join(far.home, folder))], [[], false]);
  }));

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

test.run();
