/**
 * The files of a project as git sees them: tracked, of submodules, and untracked but not ignored. Executes git plumbing only, with everything that
 * git could start on its own (fsmonitor, hooks, prompts, lazy fetches) off. An error of git is an error, never an empty list.
 */
import { spawnSync } from 'node:child_process';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';

const SAFE = ['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.quotePath=false'];
const LIST = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const PASSED = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_NOSYSTEM', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM'];
const MOST_BYTES = 512 * 2 ** 20;
const DEPTH = 16;

export interface GitSide {
  readonly files: Files;
  readonly environment: ReadonlyMap<string, string>;
}

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
  const environment = Object.fromEntries(
    PASSED.flatMap((name) => (side.environment.has(name) ? [[name, side.environment.get(name)]] : [])),
  );
  const ended = spawnSync('git', [...SAFE, ...LIST], {
    cwd: folder,
    env: { ...environment, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: MOST_BYTES,
  });
  if (ended.error) return err(notStarted(ended.error, folder));
  if (ended.status !== 0) return err(refused(ended.stderr.toString('utf8').trim(), folder));
  const text = ended.stdout.toString('utf8');
  return ok(text === '' ? [] : text.slice(0, -1).split('\0'));
}

function isFolder(files: Files, path: string): boolean {
  try {
    return files.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // a parent is a file now: the path is not there
  }
}

function notStarted(error: Error, folder: string): Failure {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return {
    code: 'local-io',
    message: missing
      ? 'git is needed to list the files of the project, and is not on the PATH'
      : `git failed in ${folder}: ${error.message}`,
    hint: 'Install git, or set `files: all` on the sandbox to send all files that are not excluded.',
  };
}

function refused(said: string, folder: string): Failure {
  if (/not a git repository/i.test(said)) {
    return {
      code: 'local-io',
      message: `${folder} is not in a git repository, so there is no list of files to send`,
      hint: 'Set `files: all` on the sandbox to send all files that are not excluded, or run `git init`.',
    };
  }
  return { code: 'local-io', message: `git could not list the files in ${folder}: ${said || 'it gave no reason'}` };
}
