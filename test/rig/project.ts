import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Ended, type Invocation, sbx } from './cli.ts';
import { withFolder } from './folder.ts';

/** A project folder with a home beside it, for tests that run the whole program. */
export interface TestProject {
  /** Absolute real path of the project. */
  readonly root: string;
  readonly home: string;
  write(path: string, text: string | Uint8Array, mode?: number): void;
  read(path: string): string;
  remove(path: string): void;
  sbx(args: readonly string[], more?: Partial<Invocation>): Promise<Ended>;
}

/** Gives `use` a project that holds `files` (path -> text); it and all that sbx remembered are removed afterwards. */
export function withProject<T>(files: { readonly [path: string]: string }, use: (project: TestProject) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const project = projectIn(join(folder, 'project'), join(folder, 'home'));
    for (const [path, text] of Object.entries(files)) project.write(path, text);
    return await use(project);
  });
}

/** A second checkout with the same home is `projectIn(other, project.home)`. */
export function projectIn(root: string, home: string): TestProject {
  mkdirSync(root, { recursive: true });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return {
    root,
    home,
    write(path, text, mode) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (mode !== undefined) chmodSync(file, mode);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    remove: (path) => rmSync(join(root, path), { recursive: true, force: true }),
    sbx: (args, more) => sbx(args, { cwd: root, home, ...more }),
  };
}
