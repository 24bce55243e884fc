// Programs of the system that the tests use. Only what is missing is installed, only as root and only on Debian and Ubuntu; it is said before.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAMS = [
  ['sshd', 'openssh-server'],
  ['ssh', 'openssh-client'],
  ['autossh', 'autossh'],
  ['rsync', 'rsync'],
  ['zstd', 'zstd'],
  ['git', 'git'],
  ['strace', 'strace'],
  ['tmux', 'tmux'],
  ['ps', 'procps'],
  ['busybox', 'busybox'], // another sh
  ['zsh', 'zsh'], // login shells of far sides
  ['fish', 'fish'],
  ['tcsh', 'tcsh'],
  ['make', 'make'],
  ['gcc', 'gcc'],
  ['python3', 'python3'],
  ['dot', 'graphviz'],
  ['chromium-headless-shell', 'chromium-headless-shell'],
  ['pdftotext', 'poppler-utils'],
  ['xmllint', 'libxml2-utils'],
  ['ghc', 'ghc'],
  ['cabal', 'cabal-install'],
  ['qemu-system-x86_64', 'qemu-system-x86'], // machines, under software emulation
  ['qemu-img', 'qemu-utils'],
  ['xorriso', 'xorriso'],
  ['perl', 'perl'],
  ['packer', 'packer'],
  ['shellcheck', 'shellcheck'],
  ['mmdebstrap', 'mmdebstrap'], // images of machines
  ['sfdisk', 'fdisk'],
  ['mcopy', 'mtools'],
  ['syslinux', 'syslinux syslinux-common'],
  ['mke2fs', 'e2fsprogs'],
  ['debugfs', 'e2fsprogs'],
  ['podman', 'podman netavark aardvark-dns'], // containers
  ['podman-compose', 'podman-compose'],
  ['runc', 'runc'],
  ['iptables', 'iptables'],
];

/** More of them, for the tests of minutes. */
const LONG = [
  ['dockerd', 'docker.io'],
  ['docker-compose', 'docker-compose'],
];

/** Installs what is missing where that is possible; gives the programs that are still missing. */
export function installSystem(say, isLong = false) {
  const programs = isLong ? [...PROGRAMS, ...LONG] : PROGRAMS;
  const missing = missingPrograms(programs);
  if (missing.length === 0) return [];
  const packages = missing.flatMap(([, names]) => names.split(' '));
  const commands = [`apt-get update`, `apt-get install -y --no-install-recommends ${packages.join(' ')}`];
  if (!isDebian()) {
    say(`tests need programs that are missing here: ${missing.map(([program]) => program).join(', ')}; what needs them is left out`);
    return missing.map(([program]) => program);
  }
  if (process.getuid?.() !== 0) {
    say(`tests need packages that are missing here; what needs them is left out. To install them:\n  sudo ${commands.join(' && sudo ')}`);
    return missing.map(([program]) => program);
  }
  say(`installing Debian packages that the tests need: ${packages.join(' ')}`);
  if (!aptInstall(packages)) {
    apt(['update'], say);
    // All at once fails for one that is not known here (Ubuntu has no chromium-headless-shell): then each by itself.
    if (!aptInstall(packages)) {
      const failed = packages.filter((name) => !aptInstall([name], say));
      if (failed.length > 0) say(`apt-get failed; what needs these packages is left out: ${failed.join(', ')}`);
    }
  }
  return missingPrograms(programs).map(([program]) => program);
}

const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
const WAIT = ['-o', 'DPkg::Lock::Timeout=180', '-q'];

function apt(args, say) {
  const { status, stdout, stderr } = spawnSync('apt-get', [...WAIT, ...args], { env, encoding: 'utf8' });
  if (status !== 0) say?.((stdout + stderr).trimEnd().split('\n').slice(-15).join('\n'));
  return status === 0;
}

/** Services are not wanted: the tests start an sshd of their own. */
function aptInstall(packages, say) {
  return apt(['install', '-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', ...packages], say);
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8')) && isOnPath('apt-get');
  } catch {
    return false;
  }
}

function missingPrograms(programs) {
  return programs.filter(([program]) => !isOnPath(program));
}

function isOnPath(program) {
  return [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
