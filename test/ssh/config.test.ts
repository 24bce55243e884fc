import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConfigQuestion, resolveHost } from '../../lib/ssh/config.ts';
import type { HostSettings } from '../../lib/ssh/host.ts';
import { parseTarget } from '../../lib/ssh/target.ts';
import { realIo, withHome } from '../contract/places.ts';
import { needing } from '../rig/needing.ts';

const signal = new AbortController().signal;

async function resolved(text: string, question: ConfigQuestion, more: Record<string, string> = {}): Promise<HostSettings> {
  return withHome(async (home) => {
    const configFile = join(home, 'my config');
    writeFileSync(configFile, text);
    const result = await resolveHost(question, realIo(home, { USER: 'me', SBX_SSH_CONFIG: configFile, ...more }), signal);
    if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
    return JSON.parse(JSON.stringify(result.value).replaceAll(home, '/HOME'));
  });
}

test('targets', () => {
  assert.equal(parseTarget('far'), { host: 'far' });
  assert.equal(parseTarget('me@far:2222'), { host: 'far', user: 'me', port: 2222 });
  assert.equal(parseTarget('me@[::1]:22'), { host: '::1', user: 'me', port: 22 });
  assert.equal(parseTarget('::1'), { host: '::1' });
  assert.equal(parseTarget('fe80::1%eth0'), { host: 'fe80::1%eth0' });
  for (const bad of [
    '',
    '-oProxyCommand=x',
    'me@-far',
    '-me@far',
    'far:0',
    'far:70000',
    'far:x',
    'a b',
    'a\nb',
    'far;x',
    '$(x)',
    '@far',
    'far:',
  ])
    assert.is(parseTarget(bad), undefined, bad);
});

needing('ssh')('what ssh_config says of an alias', async () => {
  const text = `
Host far
  HostName 10.0.0.7
  Port 2022
  User build
  IdentityFile ~/.ssh/far
  IdentityFile %d/keys/%r@%h
  IdentityAgent /run/%u/agent.sock
  IdentitiesOnly yes
  ProxyJump me@one:2200,two
  UserKnownHostsFile ~/.ssh/kh "/with blank/kh"
  GlobalKnownHostsFile none
  HostKeyAlias machine-1
  ConnectTimeout 3
  ServerAliveInterval 2
`;
  const far = await resolved(text, { named: 'far' });
  assert.is(far.hostname, '10.0.0.7');
  assert.is(far.port, 2022);
  assert.is(far.user, 'build');
  assert.equal(far.identityFiles, ['/HOME/.ssh/far', '/HOME/keys/build@10.0.0.7']);
  assert.match(far.agent ?? '', /^\/run\/\w+\/agent\.sock$/);
  assert.ok(far.identitiesOnly);
  assert.equal(far.jumps, ['me@one:2200', 'two']);
  assert.match(far.knownHosts[0] ?? '', /^\/\S+\/\.ssh\/kh$/);
  assert.equal(far.knownHosts.slice(1), ['/with blank/kh', 'none']);
  assert.is(far.hostKeyAlias, 'machine-1');
  assert.is(far.connectTimeout, 3000);
  assert.equal(far.keepalive, { interval: 2000, most: 3 });
  const named = await resolved(text, { named: 'other@far:99', user: 'ignored' });
  assert.equal([named.user, named.port, named.hostname], ['other', 99, '10.0.0.7']);
});

needing('ssh')('a login name of the sandbox counts only where nothing else names one', async () => {
  const text = 'Host far\n  User build\nHost near\n  Port 1\n';
  assert.is((await resolved(text, { named: 'far', user: 'profile' })).user, 'build');
  assert.is((await resolved(text, { named: 'near', user: 'profile' })).user, 'profile');
  assert.is((await resolved(text, { named: 'near', user: 'profile' })).port, 1);
  assert.is((await resolved(text, { named: 'me2@near', user: 'profile' })).user, 'me2');
});

needing('ssh')('through a tunnel the port here is dialled, for the key of the host, as whom the configuration says', async () => {
  const text = 'Host far\n  HostName 10.0.0.7\n  Port 2022\n  User build\n  ProxyJump one\n';
  const far = await resolved(text, { named: 'far', tunnel: 12_222 });
  assert.equal([far.hostname, far.port, far.user, far.jumps, far.hostKeyAlias], ['localhost', 12_222, 'build', [], 'far']);
  const alias = await resolved('Host far\n  HostKeyAlias machine-1\n', { named: 'you@far', tunnel: 12_222 });
  assert.equal([alias.user, alias.hostKeyAlias], ['you', 'machine-1']);
});

needing('ssh')('what cannot be done is said', async () => {
  const fails = async (text: string, named: string): Promise<string> =>
    resolved(text, { named }).then(
      () => 'ok',
      (error: Error) => error.message,
    );
  assert.match(await fails('', '-oProxyCommand=touch /tmp/canary'), /ssh-config/);
  assert.match(await fails('Bad option\n', 'far'), /ssh-config: .*[Bb]ad/);
});

needing('ssh')('what only the system can do is found in the configuration and in the files that it names', async () => {
  const beyond = async (text: string, named = 'far'): Promise<string | undefined> =>
    (await resolved(`Host far\n${text}`, { named })).beyond?.why;
  assert.is(await beyond('  HostName 10.0.0.7\n'), undefined);
  assert.is(await beyond('  ProxyCommand nc %h %p\n'), 'ssh_config has a ProxyCommand for it');
  assert.is(await beyond('  ProxyCommand nc %h %p\n', 'near'), undefined);
  assert.is(await beyond('  ProxyCommand none\n'), undefined);
  assert.is(await beyond('  CertificateFile ~/c\n'), 'ssh_config has a CertificateFile for it');
  assert.is(await beyond('  PKCS11Provider /p.so\n'), 'ssh_config has a PKCS11Provider for it');
  assert.is(await beyond('  KnownHostsCommand /bin/true\n'), 'ssh_config has a KnownHostsCommand for it');
  assert.is(
    await beyond('  KexAlgorithms sntrup761x25519-sha512@openssh.com\n'),
    'KexAlgorithms of ssh_config has none that is built into sbx',
  );
  assert.is(await beyond('  MACs umac-64@openssh.com\n'), 'MACs of ssh_config has none that is built into sbx');
  assert.is(await beyond('  Ciphers aes128-cbc\n'), 'Ciphers of ssh_config has none that is built into sbx');
  assert.is(await beyond('  IdentityFile %d/no/such/key\n'), undefined);
  const tunnelled = await resolved('Host far\n  ProxyCommand nc %h %p\n', { named: 'far', tunnel: 12_222 });
  assert.is(tunnelled.beyond, undefined);
});

test('keys with certificates and on tokens are seen by the files beside them', () =>
  withHome(async (home) => {
    const key = join(home, 'key');
    const config = join(home, 'config');
    writeFileSync(config, `Host far\n  IdentityFile ${key}\n  UserKnownHostsFile ${home}/known_hosts\n`);
    const beyond = async (): Promise<string | undefined> => {
      const result = await resolveHost({ named: 'far' }, realIo(home, { SBX_SSH_CONFIG: config }), signal);
      return result.ok ? result.value.beyond?.why : result.error.message;
    };
    assert.is(await beyond(), undefined);
    writeFileSync(`${key}.pub`, 'sk-ssh-ed25519@openssh.com AAAA me\n');
    assert.is(await beyond(), `its key ${key} is on a token`);
    writeFileSync(`${key}-cert.pub`, '');
    assert.is(await beyond(), `its key ${key} has a certificate`);
  }));

test('a TMPDIR that cannot be written is a failure, not a fault', () =>
  withHome(async (home) => {
    const result = await resolveHost({ named: 'near', user: 'profile' }, realIo(home, { TMPDIR: `${home}/none` }), signal);
    assert.is(result.ok ? undefined : result.error.code, 'local-io');
  }));

test('without ssh, user@host:port works with defaults', () =>
  withHome(async (home) => {
    mkdirSync(join(home, 'empty'));
    const io = realIo(home, { PATH: join(home, 'empty'), USER: 'me', SSH_AUTH_SOCK: '/agent' });
    const result = await resolveHost({ named: 'build@far:2222' }, io, signal);
    assert.ok(result.ok);
    assert.equal([result.value.hostname, result.value.port, result.value.user, result.value.agent], ['far', 2222, 'build', '/agent']);
    assert.equal(result.value.identityFiles[0], `${home}/.ssh/id_ed25519`);
    const plain = await resolveHost({ named: 'far', user: 'profile' }, io, signal);
    assert.ok(plain.ok && plain.value.user === 'profile');
  }));

test.run();
