import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execute, sbx } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { needing } from '../rig/needing.ts';
import { comes } from '../rig/patience.ts';
import { withRelayPorts } from '../rig/relay-ports.ts';
import { startSshd } from '../rig/sshd.ts';

interface Seen {
  readonly port: number;
  readonly is: string;
  readonly vm: string;
  readonly hostname?: string;
  readonly latency?: number;
  readonly failure?: { readonly code: string };
}

const REGISTRY = '# one port each\nports:\n  12224: { vm_name: alpha, host_machine: lap, status: reserved } # the first\n';

needing(
  'sshd',
  'ssh',
  'autossh',
)('bridge status, ssh-config and trust, through two tunnels on one connection of autossh', async () => {
  await using relay = await startSshd(); // the workstation
  await using vm = await startSshd();
  await relay.start();
  await vm.start();
  await withRelayPorts(() =>
    withFolder(async (folder) => {
      const hub = createServer((_, answer) => answer.end('hub')).listen(0, '127.0.0.1');
      await new Promise((listening) => hub.once('listening', listening));
      const forward = `${12_300 + (process.pid % 500)}`;
      const reverse = `12224:127.0.0.1:${vm.port}`;
      const through = `${forward}:127.0.0.1:${(hub.address() as AddressInfo).port}`;
      const tunnels = ['-M', '0', '-N', '-o', 'ExitOnForwardFailure=yes', '-F', relay.config, '-R', reverse, '-L', through, 'far'];
      const open = (): ChildProcess => spawn('autossh', tunnels, { stdio: 'ignore', detached: true });
      let autossh: ChildProcess | undefined;
      const close = (): void => {
        if (autossh?.pid !== undefined) process.kill(-autossh.pid, 'SIGTERM');
        autossh = undefined;
      };
      const home = join(folder, 'a home');
      mkdirSync(home);
      writeFileSync(join(folder, 'port-registry.yml'), REGISTRY);
      const config = join(home, 'ssh config');
      const invocation = { cwd: folder, home, env: { SBX_SSH_CONFIG: config } };
      const bridge = async (...args: string[]) => await sbx(['bridge', ...args], invocation);
      const look = async (...which: string[]): Promise<readonly Seen[]> => {
        const { stdout, stderr } = await bridge('status', '--json', '--user', vm.user, ...which);
        assert.is(stderr, '');
        return (JSON.parse(stdout) as { readonly ports: readonly Seen[] }).ports;
      };
      try {
        const closed = await look();
        assert.equal(
          closed.map(({ port, is }) => [port, is]),
          [12_221, 12_222, 12_223, 12_224, 12_225, 12_226, 12_227, 12_228, 12_229, 12_230].map((port) => [port, 'no-tunnel']),
        );

        autossh = open();
        assert.ok(await comes(async () => (await look('alpha'))[0]?.is === 'refused'), 'the tunnel is not up');
        const forwarded = await fetch(`http://127.0.0.1:${forward}`);
        assert.is(await forwarded.text(), 'hub');

        const written = await bridge('ssh-config', '--user', vm.user, '--identity', vm.key);
        assert.is(written.code, 0, written.stderr);
        assert.is(statSync(config).mode & 0o777, 0o600);
        const unknown = (await look('12224'))[0];
        assert.equal([unknown?.is, unknown?.failure?.code], ['refused', 'host-key-unknown']);
        const wrong = await sbx(['trust', 'alpha', '--fingerprint', `SHA256:${'A'.repeat(43)}`], invocation);
        assert.is(wrong.code, 4, wrong.stderr);
        const trusted = await sbx(['trust', 'alpha', '--fingerprint', vm.fingerprint], invocation);
        assert.is(trusted.code, 0, trusted.stderr);

        const [up] = await look('alpha');
        assert.equal([up?.is, up?.vm, up?.hostname], ['up', 'alpha', hostname()]);
        assert.type(up?.latency, 'number');
        const shown = await bridge('status', '--user', vm.user);
        assert.match(shown.stdout, new RegExp(`^ {2}12224 +alpha +up +${hostname()}, `, 'm'));
        assert.match(shown.stdout, /^ {2}12225 +no tunnel$/m);
        const plain = await execute('ssh', ['-F', config, '-o', 'BatchMode=yes', 'alpha', 'echo', 'there'], invocation);
        assert.is(plain.stdout, 'there\n', plain.stderr);

        vm.changeHostKey();
        vm.stop();
        await vm.start();
        const [changed] = await look('alpha');
        assert.equal([changed?.is, changed?.failure?.code], ['refused', 'host-key-changed']);
        close();
        assert.ok(await comes(async () => (await look('alpha'))[0]?.is === 'no-tunnel'), 'the tunnel is still up');
      } finally {
        close();
        hub.close();
      }
    }),
  );
});

test('ports: assigned, listed and released; what collides or is unknown is refused, and two at once do not get the same', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'port-registry.yml');
    writeFileSync(file, REGISTRY);
    const below = join(folder, 'a', 'b');
    mkdirSync(below, { recursive: true });
    const ports = async (...args: string[]) => await sbx(['bridge', 'ports', ...args], { cwd: below, home: folder });
    const names = ['beta', 'gamma', 'delta', 'epsilon'];
    const given = await Promise.all(names.map((name) => ports('assign', name, '--on', 'box')));
    assert.equal(
      given.map(({ stdout }) => /port (\d+)/.exec(stdout)?.[1]).sort(),
      ['12221', '12222', '12223', '12225'],
      given.map(({ stderr }) => stderr).join(''),
    );
    const listed = JSON.parse((await ports('--json')).stdout) as {
      readonly ports: readonly { vm: string; status: string; host: string }[];
    };
    assert.equal(
      listed.ports
        .filter(({ status }) => status === 'reserved')
        .map(({ vm }) => vm)
        .sort(),
      ['alpha', ...names].sort(),
    );
    assert.ok(readFileSync(file, 'utf8').includes('# one port each') && readFileSync(file, 'utf8').includes('# the first'));

    const taken = await ports('assign', 'zeta', '12224');
    assert.equal([taken.code, taken.stderr], [1, 'sbx: port 12224 is taken by alpha (reserved)\n']);
    const before = readFileSync(file, 'utf8');
    assert.is((await ports('assign', 'zeta', '80')).code, 1);
    assert.is((await ports('assign', 'a b')).code, 2);
    assert.match((await ports('assign', '12230')).stderr, 'sbx bridge ports assign VM 12230');
    assert.match((await ports('--registry', '.')).stderr, `cannot read ${below}: it is a folder (EISDIR)`);
    assert.is((await ports('release', 'alhpa')).code, 1);
    assert.is(readFileSync(file, 'utf8'), before);
    assert.is((await ports('release', 'alpha')).stdout, 'port 12224 is available\n');
    assert.is((await ports('assign', 'zeta', '12224')).stdout, 'zeta has port 12224\n');
  });
});

test('a registry that is faulty is told by its line, and nothing is written', async () => {
  await withFolder(async (folder) => {
    const text = 'ports:\n  12221: { vm_name: [a] }\n';
    writeFileSync(join(folder, 'port-registry.yml'), text);
    const { code, stderr } = await sbx(['bridge', 'ports', 'assign', 'b'], { cwd: folder, home: folder });
    assert.is(code, 2);
    assert.match(stderr, /port-registry\.yml:2:21: `vm_name` is text/);
    assert.is(readFileSync(join(folder, 'port-registry.yml'), 'utf8'), text);
  });
});

test('ssh-config: a backup of the file of before, a link stays one, the second time changes nothing, --remove takes it out', async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, 'port-registry.yml'), REGISTRY);
    mkdirSync(join(folder, '.ssh'));
    const mine = 'Host other\n  Port 7\n';
    const real = join(folder, 'dot files');
    writeFileSync(real, mine, { mode: 0o640 });
    const link = join(folder, '.ssh', 'config');
    symlinkSync(real, link);
    const run = async (...args: string[]) => await sbx(['bridge', 'ssh-config', ...args], { cwd: folder, home: folder });
    const shown = await run('-n');
    assert.match(shown.stdout, /^Host alpha$/m);
    assert.is(readFileSync(real, 'utf8'), mine);
    assert.is((await run()).code, 0);
    const written = readFileSync(link, 'utf8');
    assert.ok(written.endsWith(mine) && written.includes('HostKeyAlias alpha'));
    assert.is(statSync(real).mode & 0o777, 0o640);
    assert.is(readFileSync(`${real}.before-sbx`, 'utf8'), mine);
    assert.match((await run()).stdout, /as it should be/);
    assert.is((await run('nobody')).code, 2);
    assert.is((await run('--remove')).code, 0);
    assert.is(readFileSync(link, 'utf8'), mine);
    assert.is(execFileSync('readlink', [link], { encoding: 'utf8' }).trim(), real);
  });
});

test('catalog: the entry of a VM for ops-bridge, on standard output or in a file', async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, 'port-registry.yml'), REGISTRY);
    const run = async (...args: string[]) => await sbx(['bridge', 'catalog', ...args], { cwd: folder, home: folder });
    const { stdout } = await run('alpha');
    for (const line of [
      'name: alpha',
      'direction: reverse',
      'remote_port: 12224',
      'local_port: 22',
      'target_host: localhost',
      'auto_restart: false',
    ])
      assert.ok(stdout.includes(`${line}\n`), line);
    const check = /^check_cmd: (.*)$/m.exec(stdout)?.[1] ?? '';
    assert.is.not((await execute('sh', ['-c', check], { cwd: folder, home: folder })).code, 0);
    assert.is((await run('alpha', '-o', 'catalog/alpha.yml')).code, 0);
    assert.is(readFileSync(join(folder, 'catalog/alpha.yml'), 'utf8'), stdout);
    assert.is((await run('beta')).code, 2);
    assert.ok(!existsSync(join(folder, 'catalog/beta.yml')));
  });
});

test.run();
