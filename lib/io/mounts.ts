import { type Digest, digestOf } from '../base/digest.ts';
import type { Files } from '../model/io.ts';

/** File systems all of whose changes this system makes itself, and so tells of. */
const OF_THIS_SYSTEM: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'f2fs',
  'zfs',
  'tmpfs',
  'bcachefs',
  'overlay',
]);

/**
 * What is mounted where `root` (a real path) lies and below it, as this process sees it. Two processes with the same digest see the same files there, as long as it
 * stays the same. Undefined: others may change files there, or the system does not say.
 */
export function mountsAt(files: Pick<Files, 'readFileSync' | 'readlinkSync'>, root: string): Digest | undefined {
  try {
    const lines = files.readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(Boolean).map(mountOf);
    let under: Mount | undefined;
    for (const mount of lines) if (isIn(root, mount.point) && mount.point.length >= (under?.point.length ?? 0)) under = mount;
    if (under === undefined || !OF_THIS_SYSTEM.has(under.type)) return undefined;
    const inside = lines.filter(({ point }) => point !== root && isIn(point, root));
    return digestOf([files.readlinkSync('/proc/self/ns/mnt'), under.line, ...inside.map(({ line }) => line)].join('\n'));
  } catch {
    return undefined;
  }
}

interface Mount {
  readonly line: string;
  readonly point: string;
  readonly type: string;
}

function mountOf(line: string): Mount {
  const words = line.split(' ');
  const point = (words[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return { line, point, type: words[words.indexOf('-') + 1] ?? '' };
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
