import { posix } from 'node:path';
import type { Scope } from './scope.ts';

/** A file of this computer, absolute: as seen from the file that names it, or `~/...`. */
export function pathHere(file: string, { ask }: Scope): string {
  const home = ask.environment.get('HOME');
  return file.startsWith('~/') && home !== undefined ? posix.join(home, file.slice(2)) : posix.resolve(ask.root, file);
}
