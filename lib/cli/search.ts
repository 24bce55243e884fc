import { dirname, join, resolve } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import type { Files } from '../model/io.ts';
import { SANDBOXFILES } from '../model/project.ts';
import type { Call } from './call.ts';

interface Found {
  /** Absolute, as it was found. */
  readonly file: string;
  /** The folder that it lies in: where the project is. */
  readonly folder: string;
}

interface NotFound {
  readonly message: string;
  readonly hint: string;
  /** Folders that were looked into, the nearest first. */
  readonly looked: readonly string[];
}

interface SearchFrom {
  /** The working directory, after `-C`. */
  readonly cwd: string;
  /** `-f FILE` or SBX_FILE: taken as it is, nothing is searched. */
  readonly file?: string;
  /** It was there before, and nobody named it. */
  readonly found?: true;
}

export function searchFrom({ surroundings, options, found }: Call): SearchFrom {
  const cwd = resolve(surroundings.cwd, options.directory ?? '.');
  if (found !== undefined) return { cwd, file: found, found: true };
  return options.file === undefined ? { cwd } : { cwd, file: options.file };
}

/** Finds the Sandboxfile: the named one, or the nearest of `cwd` and the folders above it. */
export function findSandboxfile({ cwd, file, found }: SearchFrom, files: Pick<Files, 'statSync'>): Result<Found, NotFound> {
  if (file !== undefined) {
    const path = resolve(cwd, file);
    if (kindOf(path, files) === 'folder') return findIn(path, [path], files);
    if (kindOf(path, files) === 'nothing')
      return err({
        message: found ? `${path} is gone` : `there is no ${path}`,
        hint: found
          ? 'put it back; where it lies is the folder of the project'
          : 'named by -f or SBX_FILE, which take a file: the project is the folder that it lies in',
        looked: [dirname(path)],
      });
    return ok({ file: path, folder: dirname(path) });
  }
  const folders: string[] = [];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) break;
  }
  return findIn(resolve(cwd), folders, files);
}

function findIn(from: string, folders: readonly string[], files: Pick<Files, 'statSync'>): Result<Found, NotFound> {
  for (const folder of folders) {
    for (const name of SANDBOXFILES) {
      const file = join(folder, name);
      // What is there but no file, e.g. a FIFO, is the reader's to refuse: it must not be passed over in silence.
      if (kindOf(file, files) !== 'nothing' && kindOf(file, files) !== 'folder') return ok({ file, folder });
    }
  }
  const above = folders.length > 1 ? ' or a folder above it' : '';
  return err({ message: `there is no Sandboxfile.yaml in ${from}${above}`, hint: 'sbx init writes one', looked: folders });
}

/** What is at a path, over links; what cannot be told is left to the reader, as a file. */
export function kindOf(path: string, files: Pick<Files, 'statSync'>): 'file' | 'folder' | 'nothing' {
  try {
    const found = files.statSync(path, { throwIfNoEntry: false });
    return found === undefined ? 'nothing' : found.isDirectory() ? 'folder' : 'file';
  } catch (error) {
    // ENOTDIR: a part of the path is a file. Anything else (EACCES, ELOOP) is there, and said by the reader.
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? 'nothing' : 'file';
  }
}
