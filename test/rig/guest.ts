import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './cli.ts';
import { ova, ovf } from './ova.ts';

/** What is needed to make a guest and to let it run. */
export const GUEST_NEEDS = ['as', 'ld', 'qemu-system-x86_64', 'qemu-img', 'perl', 'flock', 'xorriso'] as const;

const MEBIBYTE = 2 ** 20;

/** An appliance with the guest of guest.s; the disk is one that VirtualBox takes too. */
export function guestAppliance({ deaf = false } = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-guest-'));
  const run = (file: string, ...args: readonly string[]): void => void execFileSync(file, args, { cwd: folder });
  try {
    run('as', '--32', ...(deaf ? ['--defsym', 'DEAF=1'] : []), '-o', 'guest.o', join(REPOSITORY, 'test/rig/guest.s'));
    run('ld', '-m', 'elf_i386', '-Ttext', '0x7c00', '--oformat', 'binary', '-o', 'guest.bin', 'guest.o');
    writeFileSync(join(folder, 'disk.raw'), Buffer.concat([readFileSync(join(folder, 'guest.bin')), Buffer.alloc(MEBIBYTE - 512)]));
    run('qemu-img', 'convert', '-O', 'vmdk', '-o', 'subformat=streamOptimized', 'disk.raw', 'disk.vmdk');
    const disk = readFileSync(join(folder, 'disk.vmdk'));
    return ova({ ovf: ovf({ name: deaf ? 'deaf' : 'guest', cpus: 1, memory: 16, size: disk.length, capacity: MEBIBYTE }), disk });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
