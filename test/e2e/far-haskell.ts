import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Ended, Invocation } from '../rig/cli.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { projectIn, type TestProject } from '../rig/project.ts';
import { type Sshd, startSshd } from '../rig/sshd.ts';

/** The Haskell example on this side, Debian's sshd with GHC and cabal, offline, as user `build` on the other. */
export interface FarHaskell {
  readonly project: TestProject;
  /** A folder of this test. */
  readonly folder: string;
  readonly sshd: Sshd;
  /** The workspace on the far side, absolute. */
  readonly workspace: string;
  sbx(args: readonly string[], more?: Partial<Invocation>): Promise<Ended>;
  /** Runs shell text as user `build`, not through sbx. */
  far(text: string): string;
}

export function withFarHaskell<T>(use: (story: FarHaskell) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const name = `hello-${basename(folder).slice(-6).toLowerCase()}`;
    const root = join(folder, name);
    cpSync(join(REPOSITORY, 'examples/haskell'), root, {
      recursive: true,
      filter: (path) => !/\/(dist-newstyle|\.sbx)$/.test(path),
    });
    const project = projectIn(root, join(folder, 'home'));
    project.write('Sandboxfile.yaml', 'version: 1\nuse: haskell-remote-build\nwith: { vm: far }\n');
    await using sshd = await startSshd({ user: 'build' });
    const far = (text: string): string => execFileSync('su', ['build', '-s', '/bin/sh', '-c', text], { encoding: 'utf8', cwd: '/' });
    mkdirSync('/build', { recursive: true });
    execFileSync('chown', ['build', '/build']);
    // cabal 3.4 asks Hackage even with --offline unless it has a configuration without a repository.
    far(`mkdir -p ${sshd.home}/.cabal && : > ${sshd.home}/.cabal/config`);
    try {
      return await use({
        project,
        folder,
        sshd,
        workspace: `/build/${name}`,
        far,
        sbx: (args, more) => project.sbx(args, { ...more, env: { ...sshd.env, ...more?.env } }),
      });
    } finally {
      rmSync(`/build/${name}`, { recursive: true, force: true });
    }
  });
}

/**
 * One story for so many tests of a file, one after the other, since a first build is slow: each finds what those before it built.
 * After the last one it is gone.
 */
export function sharedFarHaskell(tests: number): typeof withFarHaskell {
  let left = tests;
  let opened: Promise<FarHaskell> | undefined;
  let over = Promise.resolve();
  let close = (): void => {};
  return async (use) => {
    opened ??= new Promise((resolve, reject) => {
      const closed = new Promise<void>((end) => {
        close = end;
      });
      over = withFarHaskell((story) => {
        resolve(story);
        return closed;
      });
      over.catch(reject);
    });
    try {
      return await use(await opened);
    } finally {
      left -= 1;
      if (left === 0) {
        close();
        await over;
      }
    }
  };
}

/** Every regular file of `folder` whose name is `name`. */
export function findFiles(folder: string, name: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === name)
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Modules that GHC says it compiled, in order. */
export function compiled(output: string): string[] {
  return [...output.matchAll(/\[\s*\d+ of \d+\] Compiling (\S+)/g)].map((match) => match[1] ?? '');
}

export function touchSources(project: TestProject, path: string, from: string, to: string): void {
  const text = project.read(path);
  if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
  writeFileSync(join(project.root, path), text.replace(from, to));
}
