import { join } from 'node:path';
import { type TestProject, withProject } from '../rig/project.ts';
import { gitIn } from '../rig/repository.ts';

/** A clone on a branch of its own that origin/main does not have yet. */
export interface Branch extends TestProject {
  readonly git: (...args: readonly string[]) => string;
  /** Steps that `list --affected` shows, and what was said. */
  affected(
    ...words: readonly string[]
  ): Promise<{ readonly steps: readonly string[]; readonly said: string; readonly code: number | null }>;
}

/** Without a change, all that `files` gives and `prepare` made in the first commit. */
export function withBranch<T>(
  files: { readonly [path: string]: string },
  use: (project: Branch) => Promise<T>,
  prepare: (root: string) => void = () => {},
): Promise<T> {
  return withProject(files, async (project) => {
    const git = gitIn(project.root, project.home);
    prepare(project.root);
    const origin = join(project.home, 'origin.git');
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'first');
    git('clone', '-q', '--bare', '.', origin);
    git('remote', 'add', 'origin', origin);
    git('fetch', '-q', 'origin');
    git('checkout', '-q', '-b', 'branch');
    return await use(reading(project, git));
  });
}

function reading(project: TestProject, git: Branch['git']): Branch {
  return {
    ...project,
    git,
    affected: async (...words) => {
      const { stdout, stderr, code } = await project.sbx(['list', '--affected', '--json', ...words]);
      return { code, said: stderr, steps: stdout === '' ? [] : JSON.parse(stdout).steps.map(({ id }: { id: string }) => id) };
    },
  };
}
