import type { Files } from '../model/io.ts';

/**
 * Which start of this computer this is; empty where the system does not say, which is the same as no other, nor as itself. Between two starts the power may have gone: then a file may have kept its length
 * and times and lost its bytes, on file systems that do not order the two (ext4 with data=writeback or without a journal, ext2).
 */
export function bootId(files: Files): string {
  try {
    return files.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Milliseconds after which a system has written out what was given to it: 30 s as a rule, 10 minutes on a laptop that saves power. */
export const WRITTEN_OUT = 600_000;
