/** What of the things below a folder is meant. */
export type Reach = 'none' | 'some' | 'all';

/**
 * Paths named in full, each with all below it: what most globs of a large graph are. Thousands of them together cost as much as one.
 * Knows no patterns.
 */
interface PlainPaths {
  readonly paths: readonly string[];
  /** Whether the path is one of them or below one. */
  has(path: string): boolean;
  /** What of the things below a folder they name. '' is the root. */
  reach(folder: string): Reach;
}

const FEW = 4;

export function plainPaths(paths: readonly string[]): PlainPaths {
  if (paths.length <= FEW) {
    return {
      paths,
      has: (path) => paths.some((one) => isWithin(path, one)),
      reach(folder) {
        if (folder !== '' && paths.some((one) => isWithin(folder, one))) return 'all';
        return paths.some((one) => isWithin(one, folder)) ? 'some' : 'none';
      },
    };
  }
  let all: ReadonlySet<string> | undefined;
  let above: ReadonlySet<string> | undefined;
  const has = (path: string): boolean => {
    all ??= new Set(paths);
    if (all.has(path)) return true;
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (all.has(path.slice(0, slash))) return true;
    }
    return false;
  };
  return {
    paths,
    has,
    reach(folder) {
      if (folder === '') return 'some';
      above ??= new Set(paths.flatMap(foldersAbove));
      return has(folder) ? 'all' : above.has(folder) ? 'some' : 'none';
    },
  };
}

export function isWithin(path: string, folder: string): boolean {
  if (folder === '') return true;
  return path.startsWith(folder) && (path.length === folder.length || path[folder.length] === '/');
}

/** The folders that a path is in, the innermost first, without the root. */
export function foldersAbove(path: string): readonly string[] {
  const folders: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) folders.push(path.slice(0, slash));
  return folders;
}
