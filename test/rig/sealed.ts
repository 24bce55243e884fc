import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { execute } from './cli.ts';

/** Where recipes/debian-build/parts/disk puts the file system, bytes. */
const ROOT_STARTS = 133_120 * 512;

/** Looks into a raw disk with debugfs: no key, settings, machine-id, host key or history of anybody is in it. Gives a way to look for more. */
export async function assertSealed(home: string, raw: string): Promise<(command: string) => Promise<string>> {
  const inside = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await execute('debugfs', ['-R', command, `${raw}?offset=${ROOT_STARTS}`], { cwd: home, home });
    assert.is(code, 0, stderr);
    return stdout + stderr;
  };
  for (const path of ['/etc/ssh/sshd_config', '/home/build', '/build'])
    assert.match(await inside(`stat ${path}`), /^Inode: /m, `${path} is there, so looking works`);
  const absent = [
    ...['ed25519', 'rsa', 'ecdsa'].flatMap((type) => [`/etc/ssh/ssh_host_${type}_key`, `/etc/ssh/ssh_host_${type}_key.pub`]),
    '/etc/build-agent.env',
    ...['/root', '/home/build'].flatMap((folder) => [`${folder}/.ssh`, `${folder}/.bash_history`]),
    '/var/lib/systemd/random-seed',
    '/var/log/journal',
    '/var/lib/systemd/credential.secret',
  ];
  for (const path of absent) assert.match(await inside(`stat ${path}`), /File not found/, path);
  assert.match(await inside('stat /etc/machine-id'), /Size: 0\b/);
  assert.match(await inside('stat /var/lib/dbus/machine-id'), /File not found|Type: symlink/, 'none but a link to that one');
  assert.not.match(await inside('ls -p /etc/ssh'), /ssh_host_/);
  const accounts = await inside('cat /etc/shadow');
  assert.match(accounts, /^build:\*:/m);
  const withPassword = [...accounts.matchAll(/^(\w+):(?![*!])/gm)].map(([, name]) => name);
  assert.equal(withPassword, [], 'no account has a password');
  return inside;
}

/** What every private key of OpenSSH begins with, and every public ed25519 key, as they stand in files. */
const KEYS = ['b3BlbnNzaC1rZXktdjE', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5'] as const;

/** Keys anywhere in the bytes of a raw disk: in files, and in blocks of files that were removed. */
export function keysIn(folder: string, raw: string): readonly string[] {
  const overlap = 64;
  const piece = Buffer.alloc(8 * 2 ** 20);
  const found = new Set<string>();
  const file = openSync(join(folder, raw), 'r');
  try {
    for (let at = 0; ; at += piece.length - overlap) {
      const got = readSync(file, piece, 0, piece.length, at);
      for (const key of KEYS) if (piece.subarray(0, got).includes(key)) found.add(key);
      if (got < piece.length) return [...found];
    }
  } finally {
    closeSync(file);
  }
}
