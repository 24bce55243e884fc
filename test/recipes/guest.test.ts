// What is done in the machine: the scripts run on a folder in its place, real programs judge what they leave.
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { type Ended, execute, REPOSITORY } from '../rig/cli.ts';
import { contents, pathsBelow } from '../rig/contents.ts';
import { withFolder } from '../rig/folder.ts';
import { findProgram, leftOut, needing } from '../rig/needing.ts';
import { startSshd } from '../rig/sshd.ts';

const RECIPES = join(REPOSITORY, 'recipes');
const RECIPE = join(RECIPES, 'haskell-build');
const CANARY = 'c4n4ry-of-a-secret';

/** They give files to others, and set up what systemd starts. */
const asRoot = process.getuid?.() !== 0 ? leftOut('not root') : needing('ssh-keygen', 'systemctl', 'systemd-machine-id-setup', 'python3');

function write(root: string, path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

async function run(file: string, ...args: readonly string[]): Promise<Ended> {
  return await withFolder((home) => execute(join(RECIPE, file), args, { cwd: home, home }));
}

async function done(file: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(file, ...args);
  assert.is(code, 0, `${file}\n${stdout}${stderr}`);
  return stdout;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** A root folder with an account. */
function withRoot(use: (root: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const root = join(folder, 'a root');
    for (const path of [
      'home/build',
      'etc/ssh/sshd_config.d',
      'etc/systemd/system',
      'etc/netplan',
      'etc/cloud/cloud.cfg.d',
      'usr/local/sbin',
      'var/log',
      'var/lib/dbus',
      'tmp',
      'media/sf_build-init',
    ])
      mkdirSync(join(root, path), { recursive: true });
    write(root, 'etc/machine-id', '');
    await use(root);
  });
}

const scripts = [...pathsBelow(RECIPES)]
  .map((path) => join(RECIPES, path))
  .filter((path) => statSync(path).isFile() && readFileSync(path, 'utf8').startsWith('#!/bin/sh'));

needing('shellcheck')(
  'every script of the recipes is POSIX sh without a complaint of shellcheck, can be started, and stops at the first failure',
  () =>
    withFolder(async (home) => {
      assert.ok(scripts.length >= 8, String(scripts.length));
      const { code, stdout } = await execute('shellcheck', ['--shell=sh', '--severity=style', ...scripts], { cwd: home, home });
      assert.is(code, 0, stdout);
      for (const path of scripts) {
        assert.match(readFileSync(path, 'utf8'), /^set -eu$/m, path);
        assert.ok((statSync(path).mode & 0o111) === 0o111, `${relative(RECIPES, path)} can be started`);
      }
    }),
);

asRoot('what is installed stands: units that systemd takes, an agent that starts, settings of sshd and cloud-init that these take', () =>
  withRoot(async (root) => {
    write(root, 'etc/netplan/50-cloud-init.yaml', 'network: {ethernets: {enp0s3: {dhcp4: true}}}\n');
    // system.sh asks the system for nothing but its folders.
    await done('scripts/system.sh', RECIPE, root);
    await done('scripts/install-agent.sh', RECIPE, root);
    const agent = join(root, 'usr/local/bin/build-agent');
    assert.is(modeOf(agent), '755');
    assert.is(modeOf(join(root, 'etc/build-agent.env.template')), '600');
    assert.not(existsSync(join(root, 'etc/build-agent.env')), 'settings come with the first boot');
    const told = await withFolder((home) => execute(agent, ['status'], { cwd: home, home, env: { RUNTIME_DIRECTORY: home } }));
    assert.equal([told.code, told.stdout], [3, 'not running\n'], told.stderr);
    for (const unit of ['build-agent.service', 'first-boot.service'])
      assert.ok(readdirSync(join(root, 'etc/systemd/system/multi-user.target.wants')).includes(unit), `${unit} is enabled`);
    if (findProgram('systemd-analyze')) {
      cpSync('/usr/lib/systemd', join(root, 'usr/lib/systemd'), { recursive: true, verbatimSymlinks: true });
      const verify = (): Promise<Ended> =>
        execute('systemd-analyze', ['verify', `--root=${root}`, '--man=no', 'build-agent.service', 'first-boot.service'], {
          cwd: root,
          home: join(root, 'home/build'),
        });
      const verified = await verify();
      assert.equal([verified.code, verified.stderr], [0, '']);
      const unit = join(root, 'etc/systemd/system/first-boot.service');
      write(root, 'etc/systemd/system/first-boot.service', readFileSync(unit, 'utf8').replace('RemainAfterExit', 'RemainAfterwards'));
      assert.match((await verify()).stderr, /RemainAfterwards/, 'it judges at all');
    }
    assert.equal(readdirSync(join(root, 'etc/netplan')), ['90-build.yaml']);
    const plan = parse(readFileSync(join(root, 'etc/netplan/90-build.yaml'), 'utf8')) as {
      readonly network: { readonly ethernets: object };
    };
    assert.equal(plan.network.ethernets, { any: { match: { name: 'e*' }, dhcp4: true, 'dhcp-identifier': 'mac', optional: true } });
    if (findProgram('cloud-init')) {
      const { code, stdout, stderr } = await withFolder((home) =>
        execute('cloud-init', ['schema', '-c', join(root, 'etc/cloud/cloud.cfg.d/95-build.cfg')], { cwd: home, home }),
      );
      assert.is(code, 0, stdout + stderr);
    }
    await done('files/first-boot', root);
    const config = await withFolder((home) =>
      execute(
        '/usr/sbin/sshd',
        ['-T', '-f', join(root, 'etc/ssh/sshd_config.d/10-build.conf'), '-h', join(root, 'etc/ssh/ssh_host_ed25519_key')],
        { cwd: home, home },
      ),
    );
    for (const line of ['passwordauthentication no', 'kbdinteractiveauthentication no', 'permitrootlogin no'])
      assert.ok(config.stdout.includes(`${line}\n`), `${line}\n${config.stderr}`);
  }),
);

asRoot('the first boot makes machine-id and host key, and settings from the template; the second changes nothing', () =>
  withRoot(async (root) => {
    await done('scripts/install-agent.sh', RECIPE, root);
    await done('files/first-boot', root);
    assert.match(readFileSync(join(root, 'etc/machine-id'), 'utf8'), /^[0-9a-f]{32}\n$/);
    const key = join(root, 'etc/ssh/ssh_host_ed25519_key');
    assert.equal([modeOf(key), modeOf(`${key}.pub`), modeOf(join(root, 'etc/build-agent.env'))], ['600', '644', '600']);
    assert.is(
      readFileSync(join(root, 'etc/build-agent.env'), 'utf8'),
      readFileSync(join(RECIPE, 'files/build-agent.env.template'), 'utf8'),
    );
    const before = contents(root);
    await done('files/first-boot', root);
    assert.equal(contents(root), before);
  }),
);

asRoot('what lies beside the machine is taken, for whom it is, once; what was injected before counts more; links are not followed', () =>
  withRoot(async (root) => {
    const share = 'media/sf_build-init';
    await withFolder((home) =>
      execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'x', '-f', join(root, share, 'ssh_host_ed25519_key')], {
        cwd: home,
        home,
      }),
    );
    write(root, `${share}/id_build`, 'private');
    write(root, `${share}/id_build.pub`, 'public');
    write(root, `${share}/build-agent.env`, 'REMOTE_PORT=12225\n');
    symlinkSync('/etc/shadow', join(root, share, 'known_hosts'));
    write(root, 'etc/build-agent.env.template', 'template');
    await done('files/first-boot', root);
    const ssh = join(root, 'home/build/.ssh');
    assert.is(modeOf(ssh), '700');
    const taken = contents(ssh);
    assert.equal(taken, { authorized_keys: '600:public', id_build: '600:private', 'id_build.pub': '600:public' });
    assert.is(readFileSync(join(root, 'etc/build-agent.env'), 'utf8'), 'REMOTE_PORT=12225\n');
    const injected = readFileSync(join(root, share, 'ssh_host_ed25519_key.pub'), 'utf8').split(' ')[1];
    assert.is(
      readFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8').trim().split(' ')[1],
      injected,
      'the host key that is pinned',
    );
    write(root, `${share}/id_build`, 'another');
    await done('files/first-boot', root);
    assert.equal(contents(ssh), taken);
  }),
);

/** What an installer, Packer, cloud-init, a login and a run of the agent leave, each with a secret in it. */
const SECRETS = [
  'etc/ssh/image-build/authorized_keys',
  'etc/ssh/sshd_config.d/00-image-build.conf',
  'etc/ssh/ssh_host_rsa_key',
  'etc/ssh/ssh_host_ed25519_key.pub',
  'etc/build-agent.env',
  'etc/cloud/cloud.cfg.d/99-installer.cfg',
  'etc/machine-id',
  'root/.ssh/authorized_keys',
  'root/.bash_history',
  'home/build/.ssh/id_build',
  'home/build/.ssh/authorized_keys',
  'home/build/.bash_history',
  'home/build/.python_history',
  'home/build/.lesshst',
  'home/build/.wget-hsts',
  'tmp/script_1234.sh',
  'tmp/.hidden',
  'var/tmp/x',
  'var/crash/x',
  'var/lib/cloud/instances/i/user-data.txt',
  'var/lib/dhcp/dhclient.leases',
  'var/lib/systemd/random-seed',
  'var/lib/systemd/credential.secret',
  'var/lib/apt/lists/x',
  'var/log/installer/autoinstall-user-data',
  'var/log/auth.log',
  'var/log/journal/0123/system.journal',
];

asRoot('nothing secret is left in a sealed image, nothing that identifies it, and what it needs is', () =>
  withRoot(async (root) => {
    for (const path of SECRETS) write(root, path, `${CANARY}\n`);
    symlinkSync('/etc/machine-id', join(root, 'var/lib/dbus/machine-id'));
    const needed = [
      'home/build/.ghcup/env',
      'home/build/.cabal/config',
      'etc/ssh/sshd_config.d/10-build.conf',
      'etc/build-agent.env.template',
      'etc/netplan/90-build.yaml',
    ];
    for (const path of needed) write(root, path, 'needed\n');
    await done('scripts/seal.sh', root);
    const left = Object.entries(contents(root)).filter(([, text]) => text.includes(CANARY));
    assert.equal(left, []);
    assert.is(readFileSync(join(root, 'etc/machine-id'), 'utf8'), '');
    assert.equal(
      readdirSync(join(root, 'etc/ssh')).filter((name) => name !== 'sshd_config.d'),
      [],
    );
    for (const path of needed) assert.is(readFileSync(join(root, path), 'utf8'), 'needed\n', path);
    await done('scripts/seal.sh', root);
  }),
);

/** A stand-in for GHCup, which cannot be downloaded here: its "compilers" are the system's, under the version that was asked for. */
const GHCUP = `#!/bin/sh
printf '%s\\n' "$*" >>"$HOME/asked"
shift 2
make() { mkdir -p "$HOME/.ghcup/bin"; cat >"$HOME/.ghcup/bin/$1"; chmod +x "$HOME/.ghcup/bin/$1"; }
for version; do :; done
case $2 in
  ghc) for name in "ghc-$version" $([ "$3" != --set ] || echo ghc); do
    printf '#!/bin/sh\\nif [ "$1" = --numeric-version ]; then echo %s; else exec /usr/bin/ghc "$@"; fi\\n' "$version" | make "$name"
  done ;;
  cabal) printf '#!/bin/sh\\n[ "$1" != update ] || touch "$HOME/updated"\\necho %s\\n' "\${CABAL_SAYS:-$version}" | make cabal ;;
esac
`;

needing('ghc', 'sha256sum')(
  'GHCup that is not what was pinned is not even started; what it installs is checked, and found by login shells, other shells and commands over SSH',
  async () => {
    await using sshd = await startSshd();
    const home = sshd.home;
    write(home, 'fake/curl', `#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done\ncp "$HOME/ghcup" "$2"\n`, 0o755);
    write(home, 'ghcup', GHCUP, 0o755);
    write(home, '.bashrc', 'case $- in *i*) ;; *) return ;; esac\n');
    const { createHash } = await import('node:crypto');
    const sum = createHash('sha256').update(GHCUP).digest('hex');
    const wanted = {
      GHC_PRIMARY: '9.8.4',
      GHC_SECONDARY: '9.6.6',
      CABAL: '3.12.1.0',
      GHCUP_VERSION: '0.1.50.2',
      GHCUP_METADATA: 'https://x/y.yaml',
    };
    const install = (env: { readonly [name: string]: string }): Promise<Ended> =>
      execute(join(RECIPE, 'scripts/haskell.sh'), [], {
        cwd: home,
        home,
        env: { ...wanted, PATH: `${home}/fake:${process.env.PATH}`, ...env },
      });

    const refused = await install({ GHCUP_SHA256: sum.replace(/^./, (one) => (one === '0' ? '1' : '0')) });
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /GHCup 0\.1\.50\.2 is not what was pinned/);
    assert.equal([existsSync(join(home, 'asked')), existsSync(join(home, '.ghcup'))], [false, false]);

    const other = await install({ GHCUP_SHA256: sum, CABAL_SAYS: '3.4' });
    assert.equal([other.code, other.stderr.trim()], [1, 'haskell.sh: cabal is 3.4, not 3.12.1.0']);

    for (const _ of ['once', 'again']) {
      const { code, stderr } = await install({ GHCUP_SHA256: sum });
      assert.is(code, 0, stderr);
    }
    assert.ok(existsSync(join(home, 'updated')));
    const asked = readFileSync(join(home, 'asked'), 'utf8').trim().split('\n').slice(-3);
    const source = '--url-source https://x/y.yaml install';
    assert.equal(asked, [`${source} ghc --set 9.8.4`, `${source} ghc 9.6.6`, `${source} cabal --set 3.12.1.0`]);
    const ask = 'ghc --numeric-version; ghc-9.6.6 --numeric-version; cabal --numeric-version';
    const shells = [
      ['ssh', '-F', sshd.config, 'far', ask],
      ['bash', '--login', '-c', ask],
      ['bash', '-i', '-c', ask],
    ];
    for (const [program = '', ...args] of shells) {
      const { stdout, stderr } = await execute(program, args, { cwd: home, home, env: { PATH: '/usr/bin:/bin' } });
      assert.is(stdout, '9.8.4\n9.6.6\n3.12.1.0\n', `${program} ${args.join(' ')}\n${stderr}`);
    }
    for (const file of ['.bashrc', '.profile'])
      assert.is(readFileSync(join(home, file), 'utf8').split('.ghcup/env').length, 3, `${file}: one line of ours`);
  },
);

test.run();
