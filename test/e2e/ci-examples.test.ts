import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { type Ended, execute, REPOSITORY, SBX } from '../rig/cli.ts';
import { projectIn, type TestProject, withProject } from '../rig/project.ts';
import { gitIn } from '../rig/repository.ts';

const FILES = {
  'Sandboxfile.yaml': `version: 1
default: [lib, app, docs]
steps:
  lib: { run: 'if grep broken lib/a.c; then echo "lib/a.c:7:3: error: it is broken"; exit 1; fi; mkdir -p out; cp lib/a.c out', inputs: [lib], outputs: [out] }
  app: { run: cat out/a.c app/b.c, needs: [lib], inputs: [app], outputs: [] }
  docs: { run: cat docs/c.md, inputs: [docs], outputs: [] }
`,
  ...{ 'lib/a.c': 'good\n', 'app/b.c': '', 'docs/c.md': '', '.gitignore': 'out\n' },
};

interface Origin {
  /** A new clone of the branch, as a CI has it, with a home that keeps its cache, and an sbx and an npm on the PATH. */
  clone(branch: string, ...words: readonly string[]): TestProject & { readonly env: { readonly [name: string]: string } };
}

/** An origin whose branch `change` edits lib, and `bad` breaks it. */
function withOrigin<T>(use: (origin: Origin) => Promise<T>): Promise<T> {
  return withProject(FILES, async ({ root, home, write }) => {
    const git = gitIn(root, home);
    git('init', '-q', '-b', 'main');
    const commit = (text: string): void => void [git('add', '-A'), git('commit', '-qm', text)];
    commit('first');
    git('checkout', '-q', '-b', 'change');
    write('lib/a.c', 'better\n');
    commit('better');
    git('checkout', '-q', '-b', 'bad');
    write('lib/a.c', 'broken\n');
    commit('broken');
    const bin = join(home, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'sbx'), `#!/bin/sh\nexec '${process.execPath}' '${SBX}' "$@"\n`, { mode: 0o755 });
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\necho "$*" >> '${home}/npm'\n`, { mode: 0o755 });
    return await use({
      clone(branch, ...words) {
        const checkout = join(home, 'checkout');
        rmSync(checkout, { recursive: true, force: true });
        git('clone', '-q', '-b', branch, ...words, `file://${root}`, checkout);
        return { ...projectIn(checkout, home), env: { PATH: `${bin}:${process.env.PATH}` } };
      },
    });
  });
}

interface WorkflowStep {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: { readonly [key: string]: unknown };
}
const WORKFLOW = readFileSync(join(REPOSITORY, 'examples/ci/workflow.yml'), 'utf8');
const STEPS: readonly WorkflowStep[] = parse(WORKFLOW).jobs.build.steps;

/** Runs the `run:` blocks in order as the runner does, and gives what each came to, and the summary. */
async function runWorkflow(at: ReturnType<Origin['clone']>, variables: { readonly [name: string]: string }) {
  const temp = join(at.home, 'temp');
  rmSync(temp, { recursive: true, force: true });
  mkdirSync(temp);
  const summary = join(temp, 'summary.md');
  const ended: Ended[] = [];
  for (const step of STEPS) {
    if (step.run === undefined || (ended.some(({ code }) => code !== 0) && step.if !== 'always()')) continue;
    const script = join(temp, 'script.sh');
    writeFileSync(script, step.run);
    const env = {
      ...at.env,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: at.root,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: temp,
      GITHUB_BASE_REF: '',
      ...variables,
    };
    ended.push(await execute('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { cwd: at.root, home: at.home, env }));
  }
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return {
    codes: ended.map(({ code }) => code),
    build: ended[1] as Ended,
    summary: read(summary),
    junit: read(join(temp, 'sbx/junit.xml')),
    temp,
  };
}

const casesOf = (junit: string): readonly string[] => [...junit.matchAll(/<testcase name="([^"]+)"/g)].map((match) => match[1] as string);

test('a GitHub Actions workflow in examples/: affected steps in a pull request, everything on main, cache, annotations, summary and JUnit', () =>
  withOrigin(async ({ clone }) => {
    const change = await runWorkflow(clone('change'), { GITHUB_BASE_REF: 'main', GITHUB_EVENT_NAME: 'pull_request' });
    assert.equal(change.codes, [0, 0, 0], change.build.stdout + change.build.stderr);
    assert.equal(casesOf(change.junit), ['lib', 'app'], change.junit);
    assert.match(change.build.stderr, /^affected: lib, app \(1 file differs/);
    assert.match(change.summary, /app/);
    assert.ok(existsSync(join(change.temp, 'sbx/report.html')));

    const main = await runWorkflow(clone('change'), {});
    assert.equal(
      [main.codes, casesOf(main.junit)],
      [
        [0, 0, 0],
        ['lib', 'app', 'docs'],
      ],
      'a push: everything',
    );
    const again = await runWorkflow(clone('change'), {});
    assert.match(again.build.stdout, /restored|fresh/, 'another checkout has the cache');
    assert.not.match(again.summary, /succeeded/);

    const none = await runWorkflow(clone('main'), { GITHUB_BASE_REF: 'main' });
    assert.equal([none.codes, none.junit], [[0, 0, 0], ''], 'nothing affected is no failure');

    const bad = await runWorkflow(clone('bad'), { GITHUB_BASE_REF: 'main' });
    assert.equal(bad.codes, [0, 1, 0], 'what is `always()` runs after a failure');
    assert.match(bad.build.stdout, /^::error .*file=lib\/a\.c,line=7.*it is broken/m);
    assert.match(bad.junit, /<failure/);
    assert.match(bad.summary, /lib/);
    assert.is(readFileSync(join(clone('main').home, 'npm'), 'utf8').split('\n')[0], 'install --global sandboxfile');
  }));

test('the workflow is a whole one: its history reaches back, the cache is that of sbx, its reports are kept', () => {
  const of = (action: string): WorkflowStep => STEPS.find(({ uses }) => uses?.startsWith(`${action}@`)) ?? assert.unreachable(action) ?? {};
  assert.is(of('actions/checkout').with?.['fetch-depth'], 0);
  assert.is(of('actions/cache').with?.path, '~/.cache/sbx');
  assert.match(String(of('actions/cache').with?.key), /github\.sha/);
  const upload = of('actions/upload-artifact');
  assert.equal([upload.if, upload.with?.path], ['always()', `\${{ runner.temp }}/sbx`]);
  const { on, permissions, jobs } = parse(WORKFLOW);
  assert.equal([Object.keys(on), permissions, Object.keys(jobs)], [['push', 'pull_request'], { contents: 'read' }, ['build']]);
});

test('a plain CI script in examples/: the same for any CI, also from a shallow clone; its exit code is that of the run', () =>
  withOrigin(async ({ clone }) => {
    const script = join(REPOSITORY, 'examples/ci/ci.sh');
    const run = (at: ReturnType<Origin['clone']>, more: { readonly [name: string]: string }, ...words: readonly string[]): Promise<Ended> =>
      execute('sh', [script, ...words], { cwd: at.root, home: at.home, env: { ...at.env, CI: 'true', ...more } });
    const change = clone('change', '--depth', '1');
    const first = await run(change, { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' });
    assert.is(first.code, 0, first.stdout + first.stderr);
    assert.equal(casesOf(change.read('.sbx/reports/junit.xml')), ['lib', 'app']);
    const all = await run(change, { REPORTS: '.sbx/all' });
    assert.is(all.code, 0, all.stdout + all.stderr);
    assert.equal(casesOf(change.read('.sbx/all/junit.xml')), ['lib', 'app', 'docs']);
    const bad = clone('bad');
    const failed = await run(bad, {}, 'main');
    assert.is(failed.code, 1);
    assert.match(bad.read('.sbx/reports/junit.xml'), /<failure/);
  }));

test.run();
