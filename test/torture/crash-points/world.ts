import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { inside } from './inside.ts';

/** Two checkouts of one project with one home, and what their steps note. */
export interface World {
  readonly base: string;
  readonly project: TestProject;
  readonly other: TestProject;
  /** What was executed, oldest first. */
  trace(): readonly string[];
}

/** Always at one path: what a project believes of its places is bound to it. */
export function worldAt(base: string): World {
  mkdirSync(base, { recursive: true });
  const trace = join(base, 'trace');
  return {
    base,
    project: projectHere(base, 'project'),
    other: projectHere(base, 'other'),
    trace: () => (existsSync(trace) ? readFileSync(trace, 'utf8').trimEnd().split('\n') : []),
  };
}

function projectHere(base: string, name: string): TestProject {
  const project = projectIn(join(base, name), join(base, 'home'));
  return { ...project, sbx: (args, more) => inside(args, { cwd: project.root, home: project.home, ...more }, base) };
}

export function keepWorld({ base }: World, as: string): void {
  cpSync(base, as, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

export function bringBack(from: string, base: string): World {
  rmSync(base, { recursive: true, force: true });
  cpSync(from, base, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return worldAt(base);
}

export const SOURCES = { 'src/a': 'alpha\n', 'src/b': 'beta\n' };

const LOCAL_STEPS = `version: 1
name: story
steps:
  gen:
    inputs: ["src/**"]
    outputs: ["out/gen/**"]
    run: |
      echo gen >>../trace
      mkdir -p out/gen
      for f in a b; do { printf 'made of '; cat src/$f; } >out/gen/$f.txt; done
      { cat src/a; seq -w 8000; } >out/gen/big
      cp src/b out/gen/tool
      chmod +x out/gen/tool
      ln -sf a.txt out/gen/link
      seq 9000
  join:
    needs: [gen]
    inputs: ["out/gen/**"]
    outputs: [dist/all.txt]
    run: |
      echo join >>../trace
      mkdir -p dist
      if grep -q fail out/gen/a.txt; then head -c 10 out/gen/big >dist/all.txt; exit 3; fi
      cat out/gen/a.txt out/gen/b.txt out/gen/big >dist/all.txt
  check:
    needs: [join]
    inputs: [dist/all.txt]
    outputs: []
    run: |
      echo check >>../trace
      grep -q 'made of' dist/all.txt
`;

const farSteps = (base: string): string => `version: 1
name: story
sandboxes:
  box: { workspace: work, files: all, grace: 1s }
steps:
  sync: { task: sync, in: box, exclude: [got, Sandboxfile.yaml] }
  build:
    task: remote-build
    in: box
    needs: [sync]
    state: [out]
    run: |
      echo build >>'${base}/trace'
      mkdir -p out
      cat src/a src/b >out/app
      { cat src/a; seq -w 8000; } >out/big
  fetch: { task: fetch-artifacts, in: box, needs: [build], from: out, to: got }
  down: { task: teardown, in: box }
`;

export function writeProject(project: TestProject, kind: 'local' | 'far', base: string): void {
  project.write('Sandboxfile.yaml', kind === 'local' ? LOCAL_STEPS : farSteps(base));
  for (const [path, text] of Object.entries(SOURCES)) project.write(path, text);
  project.write('notes/mine.txt', 'nobody may touch this\n');
}

/** What a clean build of the sources makes, worked out without sbx. A link is told by where it leads. */
export function productsOf(kind: 'local' | 'far', a: string, b: string): { readonly [path: string]: string } {
  const big = `${a}${Array.from({ length: 8000 }, (_, i) => `${String(i + 1).padStart(4, '0')}\n`).join('')}`;
  if (kind === 'far') return { 'got/out/app': a + b, 'got/out/big': big };
  const [one, two] = [`made of ${a}`, `made of ${b}`];
  return {
    'out/gen/a.txt': one,
    'out/gen/b.txt': two,
    'out/gen/big': big,
    'out/gen/tool': `x:${b}`,
    'out/gen/link': '-> a.txt',
    'dist/all.txt': one + two + big,
  };
}

/** Whether some file of the project, or of its trash, is exactly this text. */
export function isSomewhere(root: string, text: string): boolean {
  return readdirSync(root, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8') === text,
  );
}

/** Makes every file below a folder look as if it had lain there for days. */
export function age(folder: string): void {
  const at = new Date(Date.now() - 3 * 86_400_000);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) utimesSync(join(entry.parentPath, entry.name), at, at);
  }
}
