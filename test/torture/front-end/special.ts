import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';

/** What is no text file at all stands where the Sandboxfile should. */
export interface Special {
  readonly name: string;
  /** The code of what sbx says. */
  readonly expect: string;
  make(file: string): void;
}

const isRoot = process.getuid?.() === 0;

export const SPECIAL: readonly Special[] = [
  { name: 'a pipe', expect: 'file-not-regular', make: (file) => void spawnSync('mkfifo', [file]) },
  { name: 'a folder', expect: 'refused', make: (file) => void mkdirSync(file) },
  { name: 'a link to itself', expect: 'file-unreadable', make: (file) => symlinkSync('Sandboxfile.yaml', file) },
  { name: 'a link to /dev/zero', expect: 'file-not-regular', make: (file) => symlinkSync('/dev/zero', file) },
  { name: 'a link to /dev/tty', expect: 'file-unreadable file-not-regular', make: (file) => symlinkSync('/dev/tty', file) },
  { name: 'a link to memory', expect: 'file-unreadable', make: (file) => symlinkSync('/proc/self/mem', file) },
  { name: 'a file of the kernel without a size', expect: 'bad-character', make: (file) => symlinkSync('/proc/self/environ', file) },
  { name: 'a terabyte of holes', expect: 'file-too-large', make: holes },
  ...(isRoot ? [] : [{ name: 'a file that nobody may read', expect: 'file-unreadable', make: unreadable }]),
];

function unreadable(file: string): void {
  writeFileSync(file, 'version: 1\n');
  chmodSync(file, 0);
}

function holes(file: string): void {
  writeFileSync(file, '');
  truncateSync(file, 2 ** 40);
}
