import { HERE, type Listing } from './makefile.ts';
import { stemOf } from './patterns.ts';

/**
 * What a command would print, where that follows from the files that are there (`find FOLDER... [-type f] -name PATTERN`, which is how many
 * Makefiles list their sources) or from the system. Undefined for all others: importing runs nothing.
 */
export function knownOutput(command: string, files: Listing): string | undefined {
  if (command === 'pwd') return HERE;
  if (command === 'uname' || command === 'uname -s') return files.uname.s;
  if (command === 'uname -m') return files.uname.m;
  const found =
    /^find((?:\s+[\w./-]+)+?)(?:\s+-type\s+f)?\s+-name\s+(?:'([^'*?[\]]*\*[^'*?[\]]*)'|"([^"*?[\]$`\\]*\*[^"*?[\]$`\\]*)")(?:\s+-type\s+f)?$/.exec(
      command,
    );
  if (found === null) return undefined;
  const folders = (found[1] ?? '').trim().split(/\s+/);
  if (folders.some((folder) => folder.startsWith('-') || folder.startsWith('/') || folder.includes('..'))) return undefined;
  const pattern = (found[2] ?? found[3] ?? '').replace('*', '%');
  const lists = folders.map((folder) => files.below(folder)?.map((path) => (folder === '.' ? `./${path}` : path)));
  if (lists.includes(undefined)) return undefined;
  return lists
    .flatMap((list) => list ?? [])
    .filter((path) => stemOf(pattern, path.slice(path.lastIndexOf('/') + 1)) !== undefined)
    .join(' ');
}
