import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Random } from '../random.ts';

/** One way to harm a file. */
export interface Way {
  /** With what was chosen, so that it can be told and done again. */
  readonly name: string;
  /** Whether only the bytes change: then they must be read for the case to count. */
  readonly isContent: boolean;
  harm(path: string): void;
}

const KINDS = [
  'flip',
  'flip',
  'flip',
  'cut',
  'empty',
  'zeros',
  'half',
  'tail',
  'garbage',
  'more',
  'missing',
  'folder',
  'link',
  'fifo',
] as const;

type Kind = (typeof KINDS)[number];

/** All kinds, flips thrice. */
export const WAYS: readonly Kind[] = KINDS;

export function wayOf(kind: Kind, random: Random): Way {
  const share = random.below(1000);
  const bit = random.below(8);
  const at = (bytes: Buffer): number => Math.min(bytes.length - 1, Math.floor((share / 1000) * bytes.length));
  const bytes = (name: string, change: (old: Buffer) => Buffer): Way => ({
    name,
    isContent: true,
    harm(path) {
      const old = readFileSync(path);
      let now = change(old);
      if (now.equals(old)) now = Buffer.concat([old, Buffer.from([share % 256])]); // it was like that: harmed it must be
      overwrite(path, now);
    },
  });
  const instead = (name: string, put: (path: string) => void): Way => ({
    name,
    isContent: false,
    harm(path) {
      rmSync(path, { recursive: true });
      put(path);
    },
  });
  switch (kind) {
    case 'flip':
      return bytes(`bit ${bit} flipped at ${share / 10} %`, (old) => {
        const now = Buffer.from(old);
        if (now.length > 0) now[at(now)] = (now[at(now)] ?? 0) ^ (1 << bit);
        return now;
      });
    case 'cut':
      return bytes(`cut off at ${share / 10} %`, (old) => old.subarray(0, at(old)));
    case 'empty':
      return bytes('emptied', () => Buffer.alloc(0));
    case 'zeros':
      return bytes('all zeros', (old) => Buffer.alloc(old.length));
    case 'half':
      return bytes(`zeros from ${share / 10} % on`, (old) => Buffer.concat([old.subarray(0, at(old)), Buffer.alloc(old.length - at(old))]));
    case 'tail':
      return bytes(`the tail from ${share / 10} % twice`, (old) => Buffer.concat([old, old.subarray(at(old))]));
    case 'garbage': {
      const random4 = random.bytes(64);
      return bytes('other bytes', (old) => Buffer.concat([random4, old.subarray(64)]).subarray(0, Math.max(1, old.length)));
    }
    case 'more':
      return bytes('a line more', (old) => Buffer.concat([old, Buffer.from(`{"line":${share}}\n`)]));
    case 'missing':
      return instead('gone', () => {});
    case 'folder':
      return instead('a folder with a file', (path) => {
        mkdirSync(path);
        writeFileSync(`${path}/file`, 'x');
      });
    case 'link':
      return instead('a link to /dev/zero', (path) => symlinkSync('/dev/zero', path));
    case 'fifo':
      return instead('a pipe', (path) => execFileSync('mkfifo', [path]));
  }
}

/** Puts these bytes into the file that is there, whatever its mode. */
export function overwrite(path: string, bytes: Uint8Array): void {
  const { mode } = lstatSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  chmodSync(path, mode & 0o777);
}

/** Exchanges the contents of two files. */
export function exchange(one: string, other: string): void {
  const [a, b] = [readFileSync(one), readFileSync(other)];
  if (a.equals(b)) throw new Error(`${one} and ${other} are equal: nothing to exchange`);
  overwrite(one, b);
  overwrite(other, a);
}
