import { HERE } from './makefile.ts';

/** A path from the root, without `.` and `..`; HERE stands for the folder of the Makefile. Undefined if it leads out of that. */
export function absolutePath(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') || path.startsWith(HERE) ? path : `${HERE}/${path}`).split('/')) {
    if (part === '..') {
      if (parts.pop() === HERE) return undefined;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts[0] === HERE ? parts.join('/') : `/${parts.join('/')}`;
}
