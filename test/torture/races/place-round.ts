import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxfile } from '../../e2e/far-project.ts';
import { type Ended, sbx } from '../../rig/cli.ts';
import { until } from '../../rig/patience.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { type Sshd, sshdIsInstalled, startSshd } from '../../rig/sshd.ts';
import { caseIn, type Kind } from './round.ts';

const BUILD =
  'mkdir -p out work; cat src/* > out/app; until [ ! -e HOLD ]; do sleep 0.05; done; cat src/* >> out/app; echo built >> work/builds';
const RUN = ['run', '--output', 'plain', 'fetch-artifacts'];

/** One far side for all. What makes a workspace somebody's takes its time there, so that two of them meet. */
export class FarSide implements AsyncDisposable {
  #started: Promise<Sshd> | undefined;

  get(): Promise<Sshd> {
    this.#started ??= startSshd().then((sshd) => {
      mkdirSync(join(sshd.home, 'shims'));
      for (const name of ['mv', 'ln']) {
        const slow = `#!/bin/sh\ncase "$*" in *sentinel*) sleep 0.4;; esac\nexec /bin/${name} "$@"\n`;
        writeFileSync(join(sshd.home, 'shims', name), slow, { mode: 0o755 });
      }
      writeFileSync(join(sshd.home, '.bashrc'), `PATH='${sshd.home}/shims':$PATH\n`);
      return sshd;
    });
    return this.#started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#started) await (await this.#started)[Symbol.asyncDispose]();
  }
}

interface Ground {
  readonly at: string;
  readonly workspace: string;
  readonly far: Sshd;
  /** A checkout whose sources are named after it. */
  checkout(name: string): TestProject;
  run(project: TestProject): Promise<Ended>;
}

/** Who else may want the workspace. Each says what was wrong. */
const STORIES: { readonly [name: string]: (ground: Ground) => Promise<readonly string[]> } = {
  'two checkouts that take it at once': async (ground) => {
    const both = [ground.checkout('one/demo'), ground.checkout('two/demo')];
    return await apart(ground, both);
  },
  'two projects that name it': async (ground) => {
    const both = [ground.checkout('alpha'), ground.checkout('beta')];
    return await apart(ground, both);
  },
  'two runs of one checkout': async (ground) => {
    const project = ground.checkout('demo');
    const problems = (await Promise.all([ground.run(project), ground.run(project)])).flatMap((ended) => failed(ended));
    const builds = readFileSync(join(ground.workspace, 'work/builds'), 'utf8');
    if (builds !== 'built\n') problems.push(`built: ${builds}`);
    return [...problems, ...wrongIn(project), ...mixed(ground)];
  },
  'one that takes it while the other builds': async (ground) => {
    const project = ground.checkout('demo');
    const hold = join(ground.workspace, 'HOLD');
    const problems = failed(await ground.run(project));
    writeFileSync(hold, '');
    project.write('src/demo-2', 'more\n');
    const running = ground.run(project);
    await until('it builds', () => readFileSync(join(ground.workspace, 'out/app'), 'utf8').includes('more'));
    writeFileSync(join(ground.workspace, '.sbx/sentinel'), `{"id":"${'a'.repeat(64)}","owner":"eve@elsewhere:/demo"}`);
    writeFileSync(join(ground.workspace, 'src/of-eve'), 'precious\n');
    writeFileSync(join(ground.workspace, 'src/demo-2'), 'edited by eve\n');
    rmSync(hold);
    const ended = await running;
    if (ended.code !== 1 || !/belong/.test(ended.stdout + ended.stderr))
      problems.push(`ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
    problems.push(...failed(await ground.run(project)), ...wrongIn(project));
    const kept = ['src/of-eve', 'src/demo-2'].map((path) => readFileSync(join(ground.workspace, path), 'utf8')).join('');
    if (kept !== 'precious\nedited by eve\n') problems.push('files of the new owner were touched');
    return problems;
  },
};

/** Two owners of one path, at once, in two turns: each has what is its own, and no folder has files of both. */
async function apart(ground: Ground, both: readonly TestProject[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const turn of ['first', 'second']) {
    for (const project of both) project.write(`src/${turn}`, `${turn} ${project.root}\n`);
    const ended = await Promise.all(both.map((project) => ground.run(project)));
    for (const [i, one] of ended.entries()) {
      // Who comes second at the very moment is refused once.
      const late = turn === 'first' && one.code === 1 && /belongs to another checkout since a moment/.test(one.stdout + one.stderr);
      problems.push(...failed(late ? await ground.run(both[i] as TestProject) : one));
    }
    for (const project of both) problems.push(...wrongIn(project));
    problems.push(...mixed(ground));
  }
  return problems;
}

function failed({ code, stdout, stderr }: Ended): string[] {
  return code === 0 ? [] : [`ended with ${code}: ${stdout}${stderr}`];
}

function sourcesOf(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** What was fetched is made of this checkout's sources alone. */
function wrongIn(project: TestProject): readonly string[] {
  const text = sourcesOf(join(project.root, 'src'))
    .map((name) => project.read(`src/${name}`))
    .join('');
  const got = existsSync(join(project.root, 'out/app')) ? project.read('out/app') : 'nothing';
  return got === text + text ? [] : [`${project.root} got ${JSON.stringify(got)}`];
}

function mixed({ at }: Ground): readonly string[] {
  return sourcesOf(join(at, 'far')).flatMap((name) => {
    const owners = new Set(sourcesOf(join(at, 'far', name, 'src')).flatMap((file) => /^owner-.*/.exec(file)?.[0] ?? []));
    return owners.size > 1 ? [`${name} has files of ${[...owners].join(' and ')}`] : [];
  });
}

/** Checkouts, projects and runs that want one workspace: it has one owner, and trees are never mixed. */
export function placeRounds(farSide: FarSide, folder: string): Kind | undefined {
  if (!sshdIsInstalled()) return undefined;
  return (_random, n) => {
    const names = Object.keys(STORIES);
    return {
      name: `place ${n}: one workspace`,
      cases: names,
      async play() {
        const far = await farSide.get();
        return await Promise.all(
          names.map(async (name, i) => {
            const at = join(folder, `place-${n}-${i}`);
            const workspace = join(at, 'far/demo');
            const ground: Ground = {
              at,
              workspace,
              far,
              checkout(path) {
                const project = projectIn(join(at, path), join(at, 'home'));
                project.write('Sandboxfile.yaml', sandboxfile(workspace, { run: BUILD }));
                project.write(`src/owner-${path.replace('/', '-')}`, `of ${path}\n`);
                return project;
              },
              run: (project) => sbx(RUN, { cwd: project.root, home: project.home, env: { ...far.env } }),
            };
            const problems = await caseIn(at, async () => (await STORIES[name]?.(ground)) ?? ['no such story']);
            return problems.length === 0 ? undefined : problems.join('\n');
          }),
        );
      },
    };
  };
}
