import { dirname, relative } from 'node:path';
import type { Witness } from '../../io/witness.ts';
import type { Files } from '../../model/io.ts';
import type { Sight } from '../../run/sight.ts';

/** Where to listen, and what of all that is heard there counts. */
export interface Interest {
  /** Paths that were looked at, whether there was something or not. */
  readonly paths: ReadonlySet<string>;
  /** Folders in which these paths are, or would come to be. */
  readonly folders: ReadonlySet<string>;
  /** `rename`: a name came, went or was replaced. */
  counts(path: string, event: 'rename' | 'change'): boolean;
}

interface InterestOf {
  readonly files: Files;
  readonly witness: Pick<Witness, 'looked' | 'entered'>;
  /** Absent: the Sandboxfile is faulty, and nothing else counts. */
  readonly sight?: Sight | undefined;
  readonly root: string;
  /** Folders of sbx's own: what changes there is its own doing. */
  readonly own: readonly string[];
}

export function interestOf({ files, witness, sight, root, own }: InterestOf): Interest {
  const paths = new Set<string>();
  const folders = new Set<string>();
  const isFolder = once((path: string) => files.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
  const isOwn = (path: string): boolean => own.some((folder) => path === folder || path.startsWith(`${folder}/`));
  /** A path that is not there comes with the first of the folders above it that is missing. */
  const add = (path: string): void => {
    let at = path;
    for (let folder = dirname(at); folder !== at && !isFolder(folder); folder = dirname(at)) {
      paths.add(at);
      at = folder;
    }
    paths.add(at);
    // With the folders above it, in the project: each of them may go away or be replaced, and others come to stand beside it.
    for (let folder = dirname(at); !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder);
      if (!folder.startsWith(`${root}/`)) break;
      paths.add(folder);
    }
  };
  for (const path of witness.looked.keys()) if (path.startsWith('/') && !isOwn(path)) add(path);
  for (const path of witness.entered) {
    if (isOwn(path)) continue;
    if (isFolder(path)) folders.add(path);
    const real = realOf(files, path);
    if (real !== undefined && real !== path) add(real);
  }
  return {
    paths,
    folders,
    counts(path, event) {
      if (isOwn(path)) return false;
      if (paths.has(path)) return true;
      if (event === 'change' || sight === undefined || !path.startsWith(`${root}/`)) return false;
      const kind = kindOf(files, path);
      return kind !== 'gone' && sight.mayCount(relative(root, path), kind === 'folder');
    },
  };
}

function once(look: (path: string) => boolean): (path: string) => boolean {
  const known = new Map<string, boolean>();
  return (path) => {
    let found = known.get(path);
    if (found === undefined) {
      try {
        found = look(path);
      } catch {
        found = false; // closed to us, a loop: nothing is heard there
      }
      known.set(path, found);
    }
    return found;
  };
}

function realOf(files: Files, path: string): string | undefined {
  try {
    return files.realpathSync(path);
  } catch {
    return undefined; // it went away
  }
}

function kindOf(files: Files, path: string): 'folder' | 'other' | 'gone' {
  try {
    const seen = files.lstatSync(path, { throwIfNoEntry: false });
    return seen === undefined ? 'gone' : seen.isDirectory() ? 'folder' : 'other';
  } catch {
    return 'gone';
  }
}
