import { compileGlobs, escapeGlob } from '../base/glob.ts';
import { groupBy } from '../base/group-by.ts';

/** From so many files of one kind in one folder on a glob says it better. */
const MANY = 4;
/** From so many globs below one folder of the project on the folder says it better. */
const TOO_MANY = 8;

/** Few globs that match all of `paths` and none of `not`: names where they are few, `*.h` of a folder or of all below it where they are many. */
export function condense(paths: readonly string[], not: readonly string[]): readonly string[] {
  const isFree = (glob: string): boolean => {
    const { matches } = compileGlobs([glob]);
    return !not.some(matches);
  };
  const globs: string[] = [];
  for (const [top, below] of groupBy(paths, (path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : ''))) {
    const own = [...groupBy(below, endingOf)].flatMap(([ending, same]) => ofEnding(top, ending, same, isFree));
    const whole = `${escapeGlob(top)}/**`;
    globs.push(...(top !== '' && own.length >= TOO_MANY && isFree(whole) ? [whole] : own));
  }
  return globs.sort();
}

/** Files with one ending, all below one folder of the project, or (`top` empty) in the project itself. */
function ofEnding(top: string, ending: string, paths: readonly string[], isFree: (glob: string) => boolean): readonly string[] {
  const plain = paths.map(escapeGlob);
  if (ending === '' || paths.length < MANY) return plain;
  const folders = [...groupBy(paths, folderOf)];
  if (folders.length > 1) {
    const deep = `${escapeGlob(top)}/**/*${ending}`;
    if (isFree(deep)) return [deep];
  }
  return folders.flatMap(([folder, same]) => {
    const glob = `${folder === '' ? '' : `${escapeGlob(folder)}/`}*${ending}`;
    return same.length >= MANY && isFree(glob) ? [glob] : same.map(escapeGlob);
  });
}

/** `.h` of `src/a.h`, if it is a plain one. */
function endingOf(path: string): string {
  return /[^/](\.\w+)$/.exec(path)?.[1] ?? '';
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
