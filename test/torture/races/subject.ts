import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, type Invocation, sbx } from '../../rig/cli.ts';
import { contents } from '../../rig/contents.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import type { Crew } from './crew.ts';

/** A project that is raced for. What it should hold is made by a shell, without sbx. */
export interface Subject extends TestProject {
  /** How often `build` was executed, by the content that it read. */
  executions(): ReadonlyMap<string, number>;
  /** What differs from a clean build of the sources as they are now. */
  differs(): readonly string[];
  /** Names that a run should not leave in `.sbx`. */
  leftovers(): readonly string[];
}

/** Each execution says in `log` what it read. */
export const BUILD = 'mkdir -p out/deep; cat src/* > out/app; cp src/a out/deep/a; cat src/* | sha256sum >> "$LOG"';

interface SubjectSettings {
  /** Instead of BUILD. */
  readonly run?: string;
}

export function subjectIn(folder: string, home: string, settings: SubjectSettings = {}): Subject {
  const project = projectIn(join(folder, 'project'), home);
  const log = join(folder, 'log');
  appendFileSync(log, '');
  project.write(
    'Sandboxfile.yaml',
    `version: 1
steps:
  build:
    inputs: [src]
    outputs: [out]
    run: |
      LOG=../log
      ${(settings.run ?? BUILD).replaceAll('\n', '\n      ')}
  test:
    needs: [build]
    inputs: [out]
    outputs: []
    run: test -s out/app && ls out/deep/a
`,
  );
  const clean = (): { readonly [path: string]: string } => {
    const to = join(folder, 'clean');
    const text = `rm -rf "$1"; mkdir "$1"; cp -R src "$1"; cd "$1"; LOG=/dev/null; ${BUILD}`;
    const { status, stderr } = spawnSync('sh', ['-c', text, 'sh', to], { cwd: project.root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`the clean build: ${stderr}`);
    return contents(join(to, 'out'));
  };
  return {
    ...project,
    executions() {
      const times = new Map<string, number>();
      for (const line of readFileSync(log, 'utf8').split('\n').filter(Boolean)) times.set(line, (times.get(line) ?? 0) + 1);
      return times;
    },
    differs() {
      const is = contents(join(project.root, 'out'));
      const should = clean();
      const paths = new Set([...Object.keys(is), ...Object.keys(should)]);
      return [...paths]
        .filter((path) => is[path] !== should[path])
        .map((path) => `out/${path} is ${shown(is[path])}, a clean build makes ${shown(should[path])}`);
    },
    leftovers: () =>
      readdirSync(join(project.root, '.sbx')).filter((name) => /^lock\./.test(name) || name.endsWith('.tmp') || name === 'stage'),
  };
}

/** Sources of one size for each `version`: an edit changes nothing that a stat shows but the times. */
export function writeSources(subject: TestProject, version: number): void {
  for (const name of ['a', 'b']) subject.write(`src/${name}`, `${name} ${`${version}`.padStart(6, '0')}\n`);
}

function shown(text: string | undefined): string {
  return text === undefined ? 'not there' : JSON.stringify(text.slice(0, 60));
}

export type Invoke = (
  args: readonly string[],
  given: Pick<Invocation, 'cwd' | 'home'> & { readonly env?: { readonly [name: string]: string } },
) => Promise<Pick<Ended, 'code'> & { readonly said: string }>;

/** The whole program, as a user starts it. */
export const program: Invoke = async (args, given) => {
  const { code, stdout, stderr } = await sbx(args, given);
  return { code, said: stdout + stderr };
};

/** The same code in a process of the crew: no start of node, so that what races is more of sbx. */
export function insider(crew: Crew): Invoke {
  return async (args, given) => {
    const answer = await crew.start({ do: 'sbx', args, ...given }).ended;
    if (answer === undefined) throw new Error('the process was killed');
    return answer;
  };
}

export function freshHome(folder: string): string {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  return home;
}
