import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { shellQuote } from '../../base/quote.ts';
import { formatSize } from '../../base/size.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

interface DiskSeen {
  /** What is kept there. */
  readonly holds: 'the project' | 'the store' | 'temporary files';
  readonly folder: string;
  /** Bytes that are left for us. */
  readonly free: number;
  /** Files that can still be made; undefined where the disk does not count them. */
  readonly inodes: number | undefined;
}

export const FEW = { bytes: 2 ** 30, inodes: 10_000 } as const;
export const NONE = { bytes: 16 * 2 ** 20, inodes: 100 } as const;

export function lookAtDisk({ root, folders, io: { files, environment } }: Patient): readonly DiskSeen[] {
  const places = [
    ['the project', root],
    ['the store', folders.cache],
    ['temporary files', environment.get('TMPDIR') || '/tmp'],
  ] as const;
  return places.map(([holds, folder]) => {
    let there = folder;
    while (!files.existsSync(there) && dirname(there) !== there) there = dirname(there);
    const { bavail, bsize, ffree, files: all } = statfsSync(there);
    return { holds, folder, free: bavail * bsize, inodes: all === 0 ? undefined : ffree };
  });
}

export function judgeDisk(disks: readonly DiskSeen[]): readonly Finding[] {
  return disks.map(({ holds, folder, free, inodes = Number.POSITIVE_INFINITY }) => {
    const few = free < FEW.bytes ? `${formatSize(free)} are` : inodes < FEW.inodes ? `room for ${inodes} files is` : undefined;
    if (few === undefined) return { is: 'ok', says: `${formatSize(free)} are free for ${holds} in ${folder}` };
    const is = free < NONE.bytes || inodes < NONE.inodes ? 'error' : 'warning';
    const says = `only ${few} free for ${holds} in ${folder}`;
    return { is, says, mend: holds === 'the store' ? 'sbx cache gc --max-size 1GiB' : `du -xh ${shellQuote(folder)} | sort -h | tail` };
  });
}
