import { matchNames, reachOf } from './glob.ts';
import { matchSegment, type Pattern, parsePattern } from './pattern.ts';

/**
 * Compiles `exclude:` lists, which read like a .gitignore: a pattern without a slash (but for a trailing one) matches a name at any depth,
 * one with a slash is tied to the root, a trailing slash means folders only, `!` gives back what an earlier pattern took (but nothing inside a
 * folder that stays excluded), the last pattern that matches decides. A matched folder excludes all below it, so the answer
 * is right for a flat list of files as well as for a walk. Folders are remembered, so each is judged once.
 */
export function compileExcludes(patterns: readonly string[]): (path: string, isFolder: boolean) => boolean {
  const compiled = patterns.flatMap(parsePattern);
  if (compiled.length === 0) return () => false;
  const folders = new Map<string, boolean>();
  const excludes = (path: string, isFolder: boolean): boolean => {
    const slash = path.lastIndexOf('/');
    if (slash > 0 && folderExcluded(path.slice(0, slash))) return true;
    return judge(compiled, path, slash, isFolder);
  };
  const folderExcluded = (folder: string): boolean => {
    let known = folders.get(folder);
    if (known === undefined) {
      known = excludes(folder, true);
      folders.set(folder, known);
    }
    return known;
  };
  return (path, isFolder) => (isFolder ? folderExcluded(path) : excludes(path, false));
}

function judge(compiled: readonly Pattern[], path: string, slash: number, isFolder: boolean): boolean {
  let names: readonly string[] | undefined;
  for (let i = compiled.length - 1; i >= 0; i--) {
    const pattern = compiled[i] as Pattern;
    if (pattern.folder && !isFolder) continue;
    const [only] = pattern.segments;
    let hit: boolean;
    if (only && pattern.segments.length === 1 && !pattern.anchored) hit = matchSegment(only, path.slice(slash + 1));
    else {
      names ??= path.split('/');
      hit = matchNames(pattern, names) || (isFolder && pattern.folder && reachOf(pattern, names) === 'all');
    }
    if (hit) return !pattern.negated;
  }
  return false;
}
