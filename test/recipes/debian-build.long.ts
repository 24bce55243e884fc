// rig: timeout 1500s
// An image from Debian packages, looked into with debugfs, then booted under QEMU's software emulation: the machine comes up, calls home by its agent, is
// reached through the tunnel under the host key that it was given, and builds. Between runs the image is kept by the digest of what makes it.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, execute, REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { leftOut, needing } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { assertSealed, keysIn } from '../rig/sealed.ts';
import { freePort, startSshd } from '../rig/sshd.ts';

const IMAGES = join(REPOSITORY, '.build/images');
const PATIENCE = 600_000; // milliseconds: emulation on a machine with other work

const asRoot =
  process.getuid?.() !== 0
    ? leftOut('not root')
    : needing('mmdebstrap', 'sfdisk', 'mcopy', 'syslinux', 'mke2fs', 'debugfs', 'qemu-img', 'qemu-system-x86_64');

async function succeeds(home: string, file: string, ...args: readonly string[]): Promise<Ended> {
  const ended = await execute(file, args, { cwd: home, home, env: { TMPDIR: undefined } });
  assert.is(ended.code, 0, `${file} ${args.join(' ')}\n${ended.stdout}${ended.stderr}`);
  return ended;
}

function build(home: string): Promise<Ended> {
  return succeeds(
    home,
    join(REPOSITORY, 'recipes/debian-build/build-image'),
    '--output',
    join(home, 'image.qcow2'),
    '--cache',
    IMAGES,
    '--agent',
  );
}

asRoot('an image is built once; in it are no host key, no machine-id, no settings, no key of anybody, no history', () =>
  withFolder(async (home) => {
    await build(home);
    assert.match((await build(home)).stdout, /^build-image: kept from before: [0-9a-f]{64}\n$/);
    await succeeds(home, 'qemu-img', 'convert', '-O', 'raw', join(home, 'image.qcow2'), join(home, 'raw'));
    const inside = await assertSealed(home, join(home, 'raw'));
    for (const path of ['/usr/local/bin/build-agent', '/etc/build-agent.env.template'])
      assert.match(await inside(`stat ${path}`), /^Inode: /m, path);
    assert.equal(keysIn(home, 'raw'), []);
  }),
);

interface Hub {
  readonly port: number;
  readonly asked: readonly (readonly [method: string, path: string, body: string])[];
}

async function withHub(use: (hub: Hub) => Promise<void>): Promise<void> {
  const asked: [string, string, string][] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      asked.push([request.method ?? '', request.url ?? '', body]);
      response.end(request.method === 'POST' ? '{"id":"vm-1"}' : request.method === 'GET' ? '[]' : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use({ port: (server.address() as AddressInfo).port, asked });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What systemd takes from SMBIOS and writes before sshd starts: [path, mode, owner, content]. */
function credential(files: readonly (readonly [string, string, string, string])[]): string {
  const lines = files.map(
    ([path, mode, owner, text]) => `f~ ${path} ${mode} ${owner} ${owner} - ${Buffer.from(text).toString('base64')}\n`,
  );
  const all = `d /home/build/.ssh 0700 build build -\n${lines.join('')}`;
  return `io.systemd.credential.binary:tmpfiles.extra=${Buffer.from(all).toString('base64')}`;
}

asRoot(
  'the machine calls home: tunnel, then its entry; through the tunnel, under the host key that it was given, it builds; when it is switched off the entry goes',
  async () => {
    await using relay = await startSshd();
    await withFolder((home) =>
      withHub(async (hub) => {
        await build(home);
        const file = (name: string): string => join(home, name);
        const read = (path: string): string => readFileSync(path, 'utf8');
        await succeeds(home, 'qemu-img', 'create', '-q', '-f', 'qcow2', '-b', file('image.qcow2'), '-F', 'qcow2', file('disk.qcow2'));
        await succeeds(home, 'ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file('host'));
        const port = 12221 + ((await freePort()) % 10);
        const settings = {
          SSH_RELAY_HOST: '10.0.2.2',
          SSH_RELAY_PORT: relay.port,
          SSH_RELAY_USER: relay.user,
          REMOTE_PORT: port,
          STATE_HUB_RELAY_PORT: hub.port,
        };
        const told = credential([
          ['/etc/ssh/ssh_host_ed25519_key', '0600', 'root', read(file('host'))],
          [
            '/etc/build-agent.env',
            '0600',
            'root',
            Object.entries(settings)
              .map(([name, value]) => `${name}=${value}\n`)
              .join(''),
          ],
          ['/home/build/.ssh/id_build', '0600', 'build', read(relay.key)],
          ['/home/build/.ssh/authorized_keys', '0600', 'build', read(`${relay.key}.pub`)],
          ['/home/build/.ssh/known_hosts', '0600', 'build', read(relay.knownHosts).replace('[127.0.0.1]', '[10.0.2.2]')],
        ]);
        writeFileSync(file('credential'), told, { mode: 0o600 });
        writeFileSync(file('known_hosts'), `vm ${read(file('host.pub'))}`);
        const machine = boot(home);
        const console = (): string => `${read(file('serial.log')).slice(-2000)}\n${relay.log().slice(-1000)}`;
        try {
          const posted = (): string | undefined => hub.asked.find(([method]) => method === 'POST')?.[2];
          await until(
            () => `the machine registers:\n${console()}`,
            () => machine.exitCode !== null || posted() !== undefined,
            PATIENCE,
          );
          const entry = JSON.parse(posted() ?? '{}') as { readonly title: string; readonly keywords: readonly string[] };
          assert.is(entry.title, 'Haskell Build Agent — debian-build');
          assert.equal(entry.keywords, ['haskell', 'ghc', 'build-agent', 'cabal', 'host:debian-build', `tunnel-port:${port}`]);
          const options = [
            '-F',
            'none',
            '-i',
            relay.key,
            '-p',
            String(port),
            '-l',
            'build',
            '-o',
            'BatchMode=yes',
            '-o',
            'StrictHostKeyChecking=yes',
            '-o',
            `UserKnownHostsFile=${file('known_hosts')}`,
            '-o',
            'HostKeyAlias=vm',
          ];
          const over = (command: string): Promise<Ended> => succeeds(home, 'ssh', ...options, '127.0.0.1', command);
          const made = await over(
            `cd /build && printf 'int puts(const char *); int main(void) { return puts("built") < 0; }' >a.c && make -s a && ./a && build-agent status && systemctl --failed --no-legend && wc -c </etc/machine-id`,
          );
          assert.match(
            made.stdout,
            /^built\nrunning\ntunnel: up \(relay 10\.0\.2\.2, port \d+\)\nhub: registered \(id vm-1, tries \d+\)\n33\n$/,
          );
          // The connection ends with the tunnel, so its exit status says nothing.
          await execute('ssh', [...options, '127.0.0.1', 'sudo systemctl --no-block poweroff'], { cwd: home, home });
          await until(
            () => `the machine goes off:\n${console()}`,
            () => machine.exitCode !== null,
            PATIENCE,
          );
          assert.is(machine.exitCode, 0);
          assert.equal(hub.asked.at(-1)?.slice(0, 2), ['DELETE', '/capability-catalog/vm-1']);
        } finally {
          machine.kill('SIGKILL');
        }
      }),
    );
  },
);

function boot(home: string): ChildProcess {
  const words = `-accel tcg,thread=multi -cpu qemu64 -m 1024 -smp 2 -display none -monitor none -no-reboot -nodefaults -serial file:serial.log
    -drive file=disk.qcow2,format=qcow2,if=virtio,cache=unsafe -netdev user,id=n0 -device virtio-net-pci,netdev=n0,romfile= -device virtio-rng-pci -smbios type=11,path=credential`;
  writeFileSync(join(home, 'serial.log'), '');
  return spawn('qemu-system-x86_64', words.split(/\s+/), { cwd: home, stdio: 'ignore' });
}

test.run();
