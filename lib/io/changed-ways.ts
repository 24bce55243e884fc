/**
 * What is reached over symbolic links may be other than it was though no name that leads there is: the link, what it leads to or a link on the way to that has
 * changed. What lies outside of the root is compared with nothing: it counts as changed.
 */
import { compileGlobs } from '../base/glob.ts';
import type { Changes } from '../model/changes.ts';
import type { Files } from '../model/io.ts';
import { makeWalker } from './walk.ts';
import { newWays, type Way } from './way.ts';

/** `same`: every name on the way is what it was. `outside`: as far as it can be told. */
type Told = 'changed' | 'outside' | 'same';

export interface ChangedWays {
  /** Of a path of the root: whether what it leads to may be another thing than then. */
  path(path: string): boolean;
  /** Whether something that the globs name leads over a link to what may have changed. */
  globs(globs: readonly string[]): boolean;
  /** Whether a program in the root that one of the names may mean has changed. */
  tools(names: readonly string[]): boolean;
}

/** `root`: real. `searched`: the PATH. */
export function changedWays(files: Files, root: string, searched: string, { paths, folders }: Changes): ChangedWays {
  const changed = new Set(paths);
  const wayTo = newWays(files);
  const walker = makeWalker(files, root);
  /** As it is named in the root; undefined: it is not in it. */
  const named = (path: string): string | undefined => (isIn(path, root) ? path.slice(root.length + 1) : undefined);
  const hasChanged = (name: string): boolean => changed.has(name) || folders.some((folder) => isIn(name, folder));
  const told = ({ names, end }: Way): Told => {
    const within = names.map(named);
    if (within.some((name) => name !== undefined && hasChanged(name))) return 'changed';
    return within.some((name, i) => name === undefined && !isIn(root, names[i] as string)) || named(end) === undefined ? 'outside' : 'same';
  };
  const isLinked = (start: string, set: ReturnType<typeof compileGlobs>): boolean => {
    const way = wayTo(`${root}/${start}`, root);
    if (told(way) !== 'same') return true;
    const end = named(way.end) as string;
    if (end === start) return false;
    const seenAs = (name: string): string => start + (end === '' ? `/${name}` : name.slice(end.length));
    return (
      paths.some((path) => isIn(path, end) && set.matches(seenAs(path))) ||
      folders.some((folder) => isIn(folder, end) && set.descend(seenAs(folder)))
    );
  };
  const leadsAway = (link: string): boolean => {
    const way = wayTo(`${root}/${link}`, root);
    const is = told(way);
    return is === 'outside' ? !isFolder(files, way.end) : is === 'changed'; // of a link to a folder, nothing in it counts
  };
  return {
    path: (path) => told(wayTo(`${root}/${path}`, root)) !== 'same',
    globs(globs) {
      const set = compileGlobs(globs);
      if ([...set.roots, ...set.literals].some((start) => isLinked(start, set))) return true;
      const { found, trouble } = walker.globs(set);
      return trouble.length > 0 || found.some(({ path, kind }) => kind === 'link' && leadsAway(path));
    },
    tools: (names) =>
      names.some((name) => {
        const all = searched.split(':').filter((folder) => folder.startsWith('/'));
        return all.some((folder) => told(wayTo(`${folder}/${name}`)) === 'changed');
      }),
  };
}

/** The path itself, or below the folder; everything is in ''. */
function isIn(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function isFolder(files: Files, path: string): boolean {
  try {
    return files.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
