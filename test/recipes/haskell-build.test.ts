// The template and the answers to the installer, judged by Packer and cloud-init themselves. Nobody installs Ubuntu here: docs/unverified.md.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { cleanEnvironment, type Ended, execute, REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { findProgram, leftOut, needing } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { kill } from '../rig/processes.ts';

const RECIPE = join(REPOSITORY, 'recipes/haskell-build');
const TEMPLATE = 'haskell-build.pkr.hcl';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk7bU0yaLVBcyN1nCTPCsS6XCH1S8pZfY0Vc9jC3Vjq me@here';

interface Autoinstall {
  readonly [key: string]: unknown;
  readonly storage: unknown;
  readonly packages: readonly string[];
  readonly 'user-data': { readonly users: readonly { readonly [key: string]: unknown }[] };
  readonly 'early-commands': readonly string[];
  readonly 'late-commands': readonly string[];
}

const autoinstall = (parse(readFileSync(join(RECIPE, 'http/user-data'), 'utf8')) as { readonly autoinstall: Autoinstall }).autoinstall;

const PACKER = { CHECKPOINT_DISABLE: '1', PACKER_NO_COLOR: '1', PACKER_KEY_INTERVAL: '5ms' };

function packer(home: string, ...args: readonly string[]): Promise<Ended> {
  return execute('packer', args, { cwd: RECIPE, home, env: PACKER });
}

/** Debian's 1.6.6 has its builders built in; later ones must download them first. */
const withPacker = await withFolder(async (home) => {
  if (!findProgram('packer')) return needing('packer');
  const { stdout } = await packer(home, 'version');
  return /v1\.6\./.test(stdout) ? test : leftOut(`${stdout.trim()} has no builders without a download`);
});

withPacker('Packer takes the template, both sources, with its defaults and with every variable set', () =>
  withFolder(async (home) => {
    const template = readFileSync(join(RECIPE, TEMPLATE), 'utf8');
    const names = [...template.matchAll(/^variable "(\w+)"/gm)].map(([, name = '']) => name);
    const values: { readonly [name: string]: string } = {
      disk_size: '20480',
      memory: '2048',
      cpus: '2',
      headless: 'false',
      iso_urls: '["file:///iso/a b.iso"]',
      iso_checksum: 'none',
      ssh_private_key_file: join(home, 'key'),
      ssh_public_key: KEY,
      accelerator: 'tcg',
      vboxmanage: '[["modifyvm", "{{.Name}}", "--nat-localhostreachable1", "on"]]',
    };
    writeFileSync(join(home, 'key'), '', { mode: 0o600 });
    await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'login')], { cwd: home, home });
    copyFileSync(join(home, 'login'), join(home, 'key'));
    const all = names.flatMap((name) => ['-var', `${name}=${values[name] ?? 'x1'}`]);
    for (const source of ['virtualbox-iso.ubuntu', 'qemu.ubuntu'])
      for (const variables of [[], all]) {
        const { code, stdout, stderr } = await packer(home, 'validate', `-only=${source}`, ...variables, TEMPLATE);
        assert.is(code, 0, `${source} ${variables.length}\n${stdout}${stderr}`);
      }
    const { code, stdout, stderr } = await packer(home, 'validate', '-var', 'memory=plenty', TEMPLATE);
    assert.is(code, 1, 'it judges values at all');
    assert.match(stdout + stderr, /number/);
  }),
);

withPacker('the versions of the plugins are in a file of their own, which old Packers are not given; both are formatted', () =>
  withFolder(async (home) => {
    const whole = await packer(home, 'validate', '.');
    assert.match(whole.stdout + whole.stderr, /required_plugins/);
    assert.is(whole.code, 1);
    const format = await packer(home, 'fmt', '-check', '.');
    assert.is(format.code, 0, format.stdout + format.stderr);
  }),
);

test('what is uploaded lies in memory, where Ubuntu lets nothing be executed: it is read by sh', () => {
  const template = readFileSync(join(RECIPE, TEMPLATE), 'utf8');
  const provisioners = [...template.matchAll(/^ {2}provisioner "shell" \{\n([\s\S]*?)^ {2}\}$/gm)].map(([, text = '']) => text);
  const inMemory = provisioners.filter((text) => text.includes('/run/image-build/') || /remote_folder +=/.test(text));
  assert.is(inMemory.length, 2);
  for (const text of inMemory) {
    assert.match(text, /^ +remote_folder += "\/run\/image-build"$/m);
    assert.match(text, /^ +execute_command += local\.execute_command$/m);
  }
  assert.match(template, /^ +execute_command = "\{\{ \.Vars \}\} sh -e \{\{ \.Path \}\}"$/m);
});

test('variables have the defaults that the users of the old image know', () => {
  const template = readFileSync(join(RECIPE, TEMPLATE), 'utf8');
  const defaults = new Map(
    [...template.matchAll(/^variable "(\w+)" \{[^}]*?default += "?([^"\n]*)"?\n/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const known = {
    vm_name: 'haskell-build',
    disk_size: '40960',
    memory: '8192',
    cpus: '4',
    ghc_primary_version: '9.8.4',
    ghc_secondary_version: '9.6.6',
    cabal_version: '3.12.1.0',
  };
  for (const [name, value] of Object.entries(known)) assert.is(defaults.get(name), value, name);
});

/** Packer in a group of its own, which ends with the group. */
async function withBuild(home: string, args: readonly string[], use: (said: () => string) => Promise<void>): Promise<void> {
  let said = '';
  const child: ChildProcess = spawn('packer', ['build', ...args, TEMPLATE], {
    cwd: RECIPE,
    detached: true,
    env: { ...cleanEnvironment({ home, env: PACKER }), PACKER_CACHE_DIR: join(home, 'cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const closed = new Promise((resolve) => child.on('close', resolve));
  try {
    await use(() => said);
  } finally {
    if (child.pid !== undefined) kill(-child.pid, 'SIGTERM');
    const late = setTimeout(() => child.pid !== undefined && kill(-child.pid), 20_000);
    await closed;
    clearTimeout(late);
  }
}

const withQemu = findProgram('qemu-system-x86_64') && findProgram('qemu-img') ? withPacker : needing('qemu-system-x86_64', 'qemu-img');

withQemu('Packer starts a real QEMU by it, serves the answers to the installer and types the line that names them', () =>
  withFolder(async (home) => {
    const iso = join(home, 'blank.iso');
    writeFileSync(iso, Buffer.alloc(1 << 20));
    const sum = createHash('sha256').update(readFileSync(iso)).digest('hex');
    const values = [
      `iso_urls=["${iso}"]`,
      `iso_checksum=sha256:${sum}`,
      'accelerator=tcg',
      'memory=64',
      'cpus=1',
      'disk_size=64',
      `output_directory=${join(home, 'out')}`,
      `ssh_public_key=${KEY}`,
    ];
    await withBuild(home, ['-only=qemu.ubuntu', ...values.flatMap((value) => ['-var', value])], async (said) => {
      await until(
        () => `it waits for SSH:\n${said()}`,
        () => /Waiting for SSH|rrored/.test(said()),
      );
      assert.not.match(said(), /rrored/);
      assert.match(said(), /Typing the boot command/);
      const port = /Starting HTTP server on port (\d+)/.exec(said())?.[1];
      const served = await (await fetch(`http://127.0.0.1:${port}/user-data`)).text();
      assert.is(served, readFileSync(join(RECIPE, 'http/user-data'), 'utf8'));
      assert.is(await (await fetch(`http://127.0.0.1:${port}/meta-data`)).text(), '');
    });
    assert.equal(readdirSync(join(home, 'out')), [], 'nothing is left of a build that was ended');
  }),
);

needing('cloud-init')('cloud-init takes the answers to the installer, and those that they hold for the installed system', () =>
  withFolder(async (home) => {
    const inner = join(home, 'user-data');
    writeFileSync(inner, `#cloud-config\n${JSON.stringify(autoinstall['user-data'])}\n`);
    for (const file of [join(RECIPE, 'http/user-data'), inner]) {
      const { code, stdout, stderr } = await execute('cloud-init', ['schema', '-c', file], { cwd: home, home });
      assert.is(code, 0, stdout + stderr);
      assert.match(stdout, /^Valid cloud-config/);
      assert.not.match(stdout + stderr, /warning|deprecat/i);
    }
    writeFileSync(inner, '#cloud-config\nusers: 7\n');
    assert.is((await execute('cloud-init', ['schema', '-c', inner], { cwd: home, home })).code, 1, 'it judges at all');
  }),
);

test('the installer is told what the image is to be: keys that it knows, LVM on all of the disk, an account without a password', () => {
  // https://canonical-subiquity.readthedocs-hosted.com: the keys of autoinstall.
  const known = new Set(
    'version interactive-sections early-commands locale refresh-installer keyboard source network proxy apt storage identity active-directory ubuntu-pro ssh codecs drivers oem snaps debconf-selections packages kernel kernel-crash-dumps timezone updates shutdown late-commands error-commands reporting user-data'.split(
      ' ',
    ),
  );
  assert.equal(
    Object.keys(autoinstall).filter((key) => !known.has(key)),
    [],
  );
  assert.is(autoinstall.version, 1);
  assert.equal([autoinstall.locale, autoinstall.keyboard, autoinstall.timezone], ['en_US.UTF-8', { layout: 'us' }, 'Europe/Berlin']);
  assert.equal(autoinstall.storage, { layout: { name: 'lvm', 'sizing-policy': 'all' } });
  assert.equal(autoinstall.ssh, { 'install-server': true, 'allow-pw': false });
  const packages =
    'build-essential curl git libgmp-dev libffi-dev zlib1g-dev libncurses-dev libtinfo-dev pkg-config openssh-server autossh jq rsync';
  assert.equal(autoinstall.packages, packages.split(' '));
  const [build, ...others] = autoinstall['user-data'].users;
  assert.equal([build?.name, build?.lock_passwd, build?.passwd, others.length], ['build', true, undefined, 0]);
  assert.is(readFileSync(join(RECIPE, 'http/meta-data'), 'utf8'), '');
});

/** A command for the installer, with a folder in place of its target and a file in place of the kernel's line. */
function installing(command: string, home: string, line: string): Promise<Ended> {
  writeFileSync(join(home, 'cmdline'), line);
  const text = command.replaceAll('/target', `${home}/target`).replaceAll('/proc/cmdline', `${home}/cmdline`);
  return execute('sh', ['-c', text], { cwd: home, home });
}

needing('ssh-keygen', 'sshd')(
  'the key of the kernel command line, and nothing else, becomes a login for the build alone; without one the installer stops',
  () =>
    withFolder(async (home) => {
      const typed = /" (autoinstall [^"]*)"/.exec(readFileSync(join(RECIPE, TEMPLATE), 'utf8'))?.[1] ?? '';
      const line = `BOOT_IMAGE=/casper/vmlinuz ${typed
        .replace('${local.key}', KEY.split(' ')[1] ?? '')
        .replaceAll('\\\\;', ';')
        .replaceAll(/\{\{ \.HTTP(IP|Port) \}\}/g, '1')}\n`;
      assert.match(line, / ds=nocloud;s=http:\/\/1:1\/\n$/);
      const stop = autoinstall['early-commands'].find((command) => command.includes('build')) ?? '';
      assert.is((await installing(stop, home, line)).code, 0);
      assert.is((await installing(stop, home, line.replace(/key=\S+/, 'key=none'))).code, 1);
      mkdirSync(join(home, 'target/etc/ssh/sshd_config.d'), { recursive: true });
      for (const command of autoinstall['late-commands']) assert.is((await installing(command, home, line)).code, 0);
      const login = join(home, 'target/etc/ssh/image-build/authorized_keys');
      assert.is(readFileSync(login, 'utf8'), `${KEY.split(' ').slice(0, 2).join(' ')}\n`);
      assert.is((await execute('ssh-keygen', ['-lf', login], { cwd: home, home })).code, 0);
      const config = join(home, 'target/etc/ssh/sshd_config.d/00-image-build.conf');
      await execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'host')], { cwd: home, home });
      const told = await execute('/usr/sbin/sshd', ['-T', '-f', config, '-h', join(home, 'host')], { cwd: home, home });
      assert.match(told.stdout, /^authorizedkeysfile \.ssh\/authorized_keys \S*\/etc\/ssh\/image-build\/authorized_keys$/m, told.stderr);
    }),
);

test.run();
