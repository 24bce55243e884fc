import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, isOnPath } from './needing.ts';

/** podman for a test alone: its own images, containers and settings, in folders that no other one has. */
export interface Podman {
  /** A folder with the programs `podman` and `podman-compose`: the first of the PATH of whoever is to use it. */
  readonly bin: string;
  /** An image with busybox as its shell and all its commands. */
  readonly image: string;
  run(...words: readonly string[]): string;
  /** Ids of all containers and names of all networks but the usual one. */
  left(): readonly string[];
  /** All of it goes. */
  end(): void;
}

/** What a sandbox without systemd, cgroups v2 and the right to raise limits needs said. */
const SETTINGS = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
pids_limit = 0
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "netavark"
`;
const COMMANDS = ['sh', 'sleep', 'cat', 'echo', 'httpd', 'wget', 'nc', 'test', 'true', 'false', 'touch', 'rm', 'ls'];

/** Why podman cannot run containers here; undefined: it can. */
export function whyNoPodman(): string | undefined {
  const missing = ['podman', 'podman-compose', 'runc', 'iptables'].filter((program) => !isOnPath(program));
  if (missing.length > 0) return `${missing.join(', ')} not installed`;
  return process.getuid?.() === 0 ? undefined : 'containers without root are not set up';
}

/** `folder`: empty or absent, of the test. */
export function openPodman(folder: string): Podman {
  const bin = join(folder, 'bin');
  const file = (name: string): string => join(folder, name);
  mkdirSync(bin, { recursive: true });
  writeFileSync(file('containers.conf'), SETTINGS);
  const words = [
    '--root',
    file('store'),
    '--runroot',
    file('run'),
    '--tmpdir',
    file('tmp'),
    '--storage-driver',
    'vfs',
    '--network-config-dir',
    file('networks'),
  ];
  const program = `#!/bin/sh\nCONTAINERS_CONF=${file('containers.conf')} exec ${findProgram('podman')} ${words.join(' ')} "$@"\n`;
  writeFileSync(join(bin, 'podman'), program, { mode: 0o755 });
  symlinkSync(findProgram('podman-compose') ?? '', join(bin, 'podman-compose'));
  const run = (...more: readonly string[]): string =>
    execFileSync(join(bin, 'podman'), more, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const image = 'localhost/busy:1';
  makeRoot(file('image'));
  execFileSync('tar', ['-C', file('image'), '-cf', file('image.tar'), '.']);
  run('import', file('image.tar'), image);
  return {
    bin,
    image,
    run,
    left: () => `${run('ps', '-aq')}\n${run('network', 'ls', '-q', '--filter', 'name=sbx-')}`.split('\n').filter((line) => line !== ''),
    end: () => {
      run('rm', '-fa', '-t', '0');
      run('network', 'prune', '-f');
    },
  };
}

/** The files of an image: busybox, and the libraries of one that has some. */
export function makeRoot(root: string): void {
  const busybox = findProgram('busybox') ?? '';
  const ldd = spawnSync('ldd', [busybox], { encoding: 'utf8' });
  const libraries = ldd.status === 0 ? [...ldd.stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path) : [];
  for (const path of libraries) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
  for (const folder of ['bin', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(busybox, join(root, 'bin/busybox'));
  chmodSync(join(root, 'bin/busybox'), 0o755);
  for (const command of COMMANDS) symlinkSync('busybox', join(root, 'bin', command));
}
