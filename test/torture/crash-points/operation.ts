import type * as NodeFs from 'node:fs';

/** One change of the disk. */
export interface Operation {
  /** The function and the path, the same in each run: what is random in a path is a star. */
  readonly name: string;
  /** Whether a crash can leave half of it. */
  readonly tears: boolean;
}

const TEARS: ReadonlySet<string> = new Set(['writeSync', 'writeFileSync', 'appendFileSync', 'copyFileSync']);

export function operationOf(base: string, name: string, args: readonly unknown[], fds: ReadonlyMap<number, string>): Operation {
  const path = typeof args[0] === 'number' ? (fds.get(args[0]) ?? 'a descriptor') : String(args[0]);
  const second = name === 'renameSync' || name === 'linkSync' || name === 'copyFileSync' ? ` ${plain(base, String(args[1]))}` : '';
  const isTree = name === 'rmSync' && (args[1] as { recursive?: boolean } | undefined)?.recursive === true;
  return { name: `${name.replace('Sync', '')} ${plain(base, path)}${second}`, tears: isTree || TEARS.has(name) };
}

/** Whether this call is going to change anything. */
export function changesDisk(fs: typeof NodeFs, name: string, args: readonly unknown[]): boolean {
  const path = String(args[0]);
  const isThere = (): boolean => fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  switch (name) {
    case 'openSync':
      return opensNew(fs, args[1]) && !isThere();
    case 'mkdirSync':
      return !isThere();
    case 'rmSync':
    case 'rmdirSync':
    case 'unlinkSync':
    case 'utimesSync':
      return isThere();
    case 'writeSync':
      return args[0] !== 1 && args[0] !== 2;
    default:
      return true;
  }
}

function opensNew({ constants }: typeof NodeFs, flags: unknown): boolean {
  return typeof flags === 'number' ? (flags & constants.O_CREAT) !== 0 : /[wa]/.test(String(flags ?? 'r'));
}

function plain(base: string, path: string): string {
  const below = path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
  return below
    .replace(/(^|\/)(runs|trash|replaced)\/[^/]+/g, '$1$2/*')
    .replace(/(\block(\.[^/]+)?)\/[^/]+/g, '$1/*') // who holds it
    .replace(/\/sha256\/[0-9a-f]{2}\b/g, '/sha256/*') // of contents that name the folder of the lane
    .replace(/[0-9a-f]{8,}/g, '*')
    .replace(/(sbx-[a-z]+-)\w{6}\b/g, '$1*');
}
