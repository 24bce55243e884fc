/** How the system comes to a path, link by link. Knows nothing of what lies there. */
import type { Files } from '../model/io.ts';

export interface Way {
  /** Every name that is looked up, absolute: those of links, and those they lead over. Of what is not there, all that was still to come. */
  readonly names: readonly string[];
  /** Where it ends. */
  readonly end: string;
}

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Ways of one moment: each name is looked at once. */
export function newWays(files: Pick<Files, 'readlinkSync'>): (path: string, real?: string) => Way {
  const known = new Map<string, string | undefined>();
  const targetOf = (path: string): string | undefined => {
    if (known.has(path)) return known.get(path);
    let target: string | undefined;
    try {
      target = files.readlinkSync(path);
    } catch {
      // no link, or nothing at all
    }
    known.set(path, target);
    return target;
  };
  // `real`: a folder without links on the way to it, in which the path is.
  return (path, real = '') => {
    const names: string[] = [];
    const ahead = partsOf(path.slice(real.length));
    let at = real;
    for (let links = 0; ahead.length > 0; ) {
      const part = ahead.pop() as string;
      if (part === '..') at = folderOf(at);
      if (part === '..' || part === '.') continue;
      at = `${at}/${part}`;
      names.push(at);
      const target = targetOf(at);
      if (target === undefined) continue;
      links += 1;
      if (links > MOST_LINKS) break;
      ahead.push(...partsOf(target));
      at = target.startsWith('/') ? '' : folderOf(at);
    }
    return { names, end: at === '' ? '/' : at };
  };
}

/** The last one first. */
function partsOf(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .reverse();
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
