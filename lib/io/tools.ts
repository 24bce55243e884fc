/** Which program a name on the PATH means, and its content. Executes nothing. */
import type { Files } from '../model/io.ts';
import type { Memo } from './memo.ts';

/** `/usr/bin/cc <sha256 of what it leads to>`; `missing` if no folder of `path` has such a program, `unreadable` in place of the digest if so. */
export function toolMark(files: Files, memo: Memo, path: string, name: string): string {
  for (const folder of name.includes('/') ? [''] : path.split(':')) {
    const candidate = folder === '' ? name : `${folder}/${name}`;
    if (!candidate.startsWith('/')) continue; // relative folders in the PATH depend on where one stands
    const real = programAt(files, candidate);
    if (real === undefined) continue;
    const digest = memo.digest(real, real, files.lstatSync(real));
    return `${candidate} ${digest.ok ? digest.value : 'unreadable'}`;
  }
  return 'missing';
}

function programAt(files: Files, candidate: string): string | undefined {
  try {
    const seen = files.statSync(candidate, { throwIfNoEntry: false });
    return seen?.isFile() && (seen.mode & 0o111) !== 0 ? files.realpathSync(candidate) : undefined;
  } catch {
    return undefined; // a folder of the PATH that cannot be searched: the shell passes it over too
  }
}
