/** What differs between a commit and the files as they are now, by git. Knows no steps. */
import { err, ok, type Result } from '../base/result.ts';
import type { Changes } from '../model/changes.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { type GitEnd, type GitSide, git, namesOut, notStarted } from './git-command.ts';

type Looking = Pick<GitSide, 'environment'> & { readonly files: Pick<Files, 'lstatSync'> };

/** A commit that the files are compared with. */
export interface Base {
  readonly commit: string;
  /** The name that it was found by. */
  readonly name: string;
}

/** Where the work of a branch began is asked of these, the first that there is. Its upstream comes last: what is pushed there is still to be built. */
const USUAL = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master', '@{upstream}'];

/** The newest commit that HEAD and `wanted` have in common; without it, HEAD and the main branch. `root`: any folder of the repository. */
export function baseOf(side: Pick<GitSide, 'environment'>, root: string, wanted: string | undefined): Result<Base, Failure> {
  const shallow = ask(side, root, ['rev-parse', '--is-shallow-repository']);
  if (!shallow.ok) return shallow;
  if (shallow.value.status !== 0) return err(refused(shallow.value.said, root));
  const head = ask(side, root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (!head.ok) return head;
  if (head.value.status !== 0)
    return err({
      code: 'local-io',
      message: 'nothing is committed here yet, so that there is nothing to compare with',
      hint: 'leave --affected out',
    });
  const isShallow = shallow.value.out.toString().trim() === 'true';
  for (const name of wanted === undefined ? USUAL : [wanted]) {
    const known = name.startsWith('-')
      ? undefined
      : ask(side, root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
    if (known?.ok === false) return known;
    if (known?.value.status !== 0) continue;
    const common = ask(side, root, ['merge-base', 'HEAD', known.value.out.toString().trim()]);
    if (!common.ok) return common;
    if (common.value.status === 0) return ok({ commit: common.value.out.toString().trim(), name });
    return err(isShallow ? tooShallow(name) : { code: 'local-io', message: `HEAD and ${name} have no commit in common` });
  }
  if (wanted === undefined) {
    const message = 'there is no branch to compare with';
    return err({ code: 'local-io', message, hint: `none of ${USUAL.join(', ')} is known here: name a commit, --affected=COMMIT` });
  }
  if (isShallow) return err(tooShallow(wanted));
  return err({ code: 'local-io', message: `git knows no commit ${wanted}`, hint: 'fetch it first: git fetch origin' });
}

/** Every path of `root` that is not what it was, relative to it: also what is staged, untracked, deleted, or has another name now. */
export function changesSince(side: Looking, root: string, commit: string): Result<Changes, Failure> {
  const compared = ask(side, root, [
    ...['diff', '--name-only', '-z', '--relative', '--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none'],
    ...[commit, '--'],
  ]);
  if (!compared.ok) return compared;
  const others = ask(side, root, ['ls-files', '-z', '--others', '--exclude-standard']);
  if (!others.ok) return others;
  const index = ask(side, root, ['ls-files', '-z', '--stage', '-v']);
  if (!index.ok) return index;
  const former = ask(side, root, ['ls-tree', '-r', '-z', commit]);
  if (!former.ok) return former;
  for (const { status, said } of [compared.value, others.value, index.value, former.value])
    if (status !== 0) return err(refused(said, root));
  // A repository within, now or before: git does not say which of its files differ.
  const inner = new Set([...gitlinks(index.value.out), ...gitlinks(former.value.out)]);
  const names = [...namesOut(compared.value.out), ...namesOut(others.value.out), ...unlooked(side.files, root, index.value.out)];
  const isFolder = (name: string): boolean => name.endsWith('/') || inner.has(name);
  return ok({
    paths: [...new Set(names.filter((name) => !isFolder(name)))].sort(),
    folders: [...new Set(names.filter(isFolder).map((name) => name.replace(/\/$/, '')))].sort(),
  });
}

/** What the file at this path of `root` was, links followed as they led then; undefined if there was none. Unknown: outside of `root`, or none that can be read. */
export function contentAt(
  side: Pick<GitSide, 'environment'>,
  root: string,
  commit: string,
  path: string,
): Uint8Array | undefined | 'unknown' {
  if (path.includes('\n')) return 'unknown'; // a name is a line
  const ended = git(side, root, ['cat-file', '--batch', '--follow-symlinks'], `${commit}:./${path}\n`);
  if (!ended.ok || ended.value.status !== 0) return 'unknown';
  const { out } = ended.value;
  const end = out.indexOf('\n');
  const head = out.subarray(0, end).toString();
  const blob = /^[0-9a-f]+ blob (\d+)$/.exec(head);
  if (blob) return out.subarray(end + 1, end + 1 + Number(blob[1]));
  return / missing$|^dangling |^notdir /.test(head) ? undefined : 'unknown';
}

/** Those of the paths that git ignores; none where there is no repository. */
export function ignoredOf(side: Pick<GitSide, 'environment'>, root: string, paths: readonly string[]): ReadonlySet<string> {
  if (paths.length === 0) return new Set();
  const ended = git(side, root, ['check-ignore', '-z', '--stdin'], `${paths.join('\0')}\0`);
  return new Set(ended.ok ? namesOut(ended.value.out) : []);
}

/** Paths of submodules in what `ls-files --stage -v` or `ls-tree` wrote. */
function gitlinks(out: Buffer): readonly string[] {
  return namesOut(out).flatMap((line) => (/^(. )?160000 /.test(line) ? [nameOf(line)] : []));
}

/** Files that git was told not to look at (assume-unchanged; skip-worktree, if they are there): they may be anything. */
function unlooked(files: Pick<Files, 'lstatSync'>, root: string, out: Buffer): readonly string[] {
  const isThere = (name: string): boolean => {
    try {
      return files.lstatSync(`${root}/${name}`, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return false; // a folder on the way is none
    }
  };
  return namesOut(out).flatMap((line) => {
    const name = nameOf(line);
    return /^[a-z]/.test(line) || (line.startsWith('S') && isThere(name)) ? [name] : [];
  });
}

function nameOf(line: string): string {
  return line.slice(line.indexOf('\t') + 1);
}

function ask(side: Pick<GitSide, 'environment'>, root: string, args: readonly string[]): Result<GitEnd, Failure> {
  const ended = git(side, root, args);
  return ended.ok ? ended : err(notStarted(ended.error, root, 'tell what has changed'));
}

function tooShallow(name: string): Failure {
  const branch = name.replace(/^origin\//, '');
  return {
    code: 'local-io',
    message: `the history here is too short to see where HEAD and ${name} part`,
    hint: `this is a shallow clone: git fetch --unshallow origin ${branch}:refs/remotes/origin/${branch} (actions/checkout: fetch-depth: 0)`,
  };
}

function refused(said: string, root: string): Failure {
  if (/not a git repository/i.test(said)) {
    return {
      code: 'local-io',
      message: `${root} is not in a git repository, so that nobody knows what has changed`,
      hint: 'leave --affected out',
    };
  }
  return { code: 'local-io', message: `git could not tell what has changed in ${root}: ${said || 'it gave no reason'}` };
}
