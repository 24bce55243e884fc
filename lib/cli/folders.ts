import { isAbsolute, join } from 'node:path';
import type { Folders } from '../model/io.ts';

/** Where sbx keeps things, by the XDG Base Directory Specification: a variable that is not absolute is ignored. */
export function foldersOf(environment: ReadonlyMap<string, string>, root: string): Folders {
  const home = environment.get('HOME') ?? '/';
  const base = (name: string, below: string): string => {
    const given = environment.get(name) ?? '';
    return join(isAbsolute(given) ? given : join(home, below), 'sbx');
  };
  return { cache: base('XDG_CACHE_HOME', '.cache'), state: base('XDG_STATE_HOME', '.local/state'), project: join(root, '.sbx') };
}
