/** The files of a project as git sees them: tracked, of submodules, and untracked but not ignored. An error of git is an error, never an empty list. */
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { type GitSide, git, namesOut, notStarted } from './git-command.ts';

const LIST = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const DEPTH = 16;
const ALL_FILES = 'set `files: all` on the sandbox to send all files that are not excluded';

/** Paths relative to `root`, each once, in code-unit order. Files that were deleted may be among them. */
export function gitFiles(side: GitSide, root: string): Result<readonly string[], Failure> {
  const all = new Set<string>();
  const trouble = collect(side, root, '', all, DEPTH);
  return trouble ? err(trouble) : ok([...all].sort());
}

function collect(side: GitSide, root: string, prefix: string, into: Set<string>, depth: number): Failure | undefined {
  const folder = prefix === '' ? root : `${root}/${prefix.slice(0, -1)}`;
  const listed = list(side, folder);
  if (!listed.ok) return listed.error;
  for (const name of listed.value) {
    const path = prefix + name;
    // A repository within: untracked ones are shown with a slash, submodules as a tracked path that is a folder.
    const inner = name.endsWith('/') ? path.slice(0, -1) : path;
    if (!name.endsWith('/') && !isFolder(side.files, `${root}/${inner}`)) into.add(path);
    else if (depth > 0 && side.files.existsSync(`${root}/${inner}/.git`)) {
      const trouble = collect(side, root, `${inner}/`, into, depth - 1);
      if (trouble) return trouble;
    }
  }
  return undefined;
}

function list(side: GitSide, folder: string): Result<readonly string[], Failure> {
  const ended = git(side, folder, LIST);
  if (!ended.ok) return err({ ...notStarted(ended.error, folder, 'list the files of the project'), hint: `Install git, or ${ALL_FILES}.` });
  if (ended.value.status !== 0) return err(refused(ended.value.said, folder));
  return ok(namesOut(ended.value.out));
}

function isFolder(files: Files, path: string): boolean {
  try {
    return files.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // a parent is a file now: the path is not there
  }
}

function refused(said: string, folder: string): Failure {
  if (/not a git repository/i.test(said)) {
    return {
      code: 'local-io',
      message: `${folder} is not in a git repository, so there is no list of files to send`,
      hint: `S${ALL_FILES.slice(1)}, or run \`git init\`.`,
    };
  }
  return { code: 'local-io', message: `git could not list the files in ${folder}: ${said || 'it gave no reason'}` };
}
