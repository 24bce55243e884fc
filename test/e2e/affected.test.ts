import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectIn, withProject } from '../rig/project.ts';
import { gitIn } from '../rig/repository.ts';
import { type Branch, withBranch } from './branch.ts';

const FILE = `version: 1
default: [app, docs, lint, far]
sandboxes: { vm: { host: nowhere.invalid } }
env: { MODE: "\${{ params.mode }}" }
params: { mode: { default: plain } }
steps:
  lib: { run: "mkdir -p out && cat lib/* > out/lib", inputs: [lib], outputs: [out/lib] }
  app: { run: "cat out/lib app/* > out/app", needs: [lib], inputs: [app], outputs: [out/app] }
  docs: { run: "cat docs/* > out/docs", inputs: [docs], outputs: [out/docs] }
  lint: { run: 'true', inputs: ["**/*.c"], outputs: [] }
  free: { run: 'true' }
  sync: { task: sync, in: vm, exclude: ["*.md"] }
  far: { task: remote-build, in: vm, needs: [sync], run: make, inputs: ["**/*.hs"] }
`;
const FILES = { 'Sandboxfile.yaml': FILE, 'lib/a.c': '1', 'app/b.c': '2', 'docs/c.md': '3', 'x.hs': '4', '.gitignore': 'out\n.sbx\n' };

function withRepository(use: (project: Branch) => Promise<void>, files: { readonly [path: string]: string } = FILES): Promise<void> {
  return withBranch(files, use);
}

test('`run --affected` by git: steps that read a changed file, and all that depend on them', () =>
  withRepository(async (project) => {
    const none = await project.affected();
    assert.equal([none.code, none.steps], [0, []], none.said);
    assert.match(none.said, /^nothing is affected: nothing differs from [0-9a-f]{10}, the newest commit shared with origin\/main, /);

    project.write('lib/a.c', 'changed');
    const changed = await project.affected();
    assert.equal(changed.steps, ['lib', 'app', 'lint', 'free', 'sync'], 'far reads .hs files only');
    project.git('commit', '-qam', 'second');
    assert.equal((await project.affected()).steps, changed.steps, 'a commit is no less a change');
    assert.equal((await project.affected('--affected=HEAD')).steps, []);

    const ran = await project.sbx(['run', '--affected', '--json']);
    assert.is(ran.code, 0, ran.stderr);
    assert.match(ran.stderr, /^affected: app, lint \(1 file differs from [0-9a-f]{10}, /);
    const planned = JSON.parse(ran.stdout.split('\n').find((line) => line.includes('"planned"')) ?? '').steps as { id: string }[];
    assert.equal(
      planned.map(({ id }) => id),
      ['lib', 'app', 'lint'],
      'the named ones, and what they need as usual',
    );

    const both = await project.sbx(['run', 'docs', 'lint', '--affected']);
    assert.match(both.stderr, /^affected: lint /, 'combined with named steps: those that are both');
    const neither = await project.sbx(['run', 'docs', '--affected']);
    assert.equal([neither.code, neither.stdout], [0, '']);
    assert.match(neither.stderr, /^nothing is affected: 1 file differs from .*, and nothing of it counts for docs\n/);
    const plan = await project.sbx(['plan', '--affected', '--json']);
    assert.equal(
      JSON.parse(plan.stdout).steps.map(({ id }: { id: string }) => id),
      ['lib', 'app', 'lint'],
    );
  }));

test('`--affected`: untracked, staged, deleted and renamed files count, whatever their names; ignored ones do not', () =>
  withRepository(async (project) => {
    project.write('docs/new\nline é "x" .md', 'untracked');
    assert.equal((await project.affected()).steps, ['docs', 'free'], 'a sync leaves .md out');
    project.git('add', '-A');
    assert.equal((await project.affected()).steps, ['docs', 'free'], 'staged');
    project.git('commit', '-qm', 'docs');
    const since = ['--affected=HEAD'];
    project.write('out/lib', 'ignored');
    assert.equal((await project.affected(...since)).steps, []);
    project.remove('app/b.c');
    assert.equal((await project.affected(...since)).steps, ['app', 'lint', 'free', 'sync'], 'deleted');
    project.git('checkout', '-q', '.');
    project.git('mv', 'lib/a.c', 'docs/a.c');
    assert.equal((await project.affected(...since)).steps, ['lib', 'app', 'docs', 'lint', 'free', 'sync'], 'renamed: both names');
  }));

test('`--affected`: a change of the Sandboxfile, or of what it includes, counts for the steps that are declared otherwise', () =>
  withRepository(async (project) => {
    project.write(
      'Sandboxfile.yaml',
      FILE.replace('cat docs/*', 'cat -v docs/*').replace("free: { run: 'true' }", "free: { run: 'true', description: free }"),
    );
    const one = await project.affected();
    assert.ok(one.steps.includes('docs') && !one.steps.includes('lib') && !one.steps.includes('app'), one.steps.join(' '));
    project.write('Sandboxfile.yaml', FILE.replace('default: plain', 'default: fancy'));
    assert.equal((await project.affected()).steps, ['lib', 'app', 'docs', 'lint', 'free', 'sync', 'far'], 'a value that all have');
    project.write('Sandboxfile.yaml', FILE.replace('["*.md"]', '["*.md", "*.txt"]'));
    assert.equal(
      (await project.affected()).steps.filter((id) => id !== 'free'),
      ['sync', 'far'],
      'what a place gets is other',
    );

    project.git('checkout', '-q', '.');
    project.write('Sandboxfile.yaml', `include: { sub: ./sub }\n${FILE}`);
    project.write(
      'sub/Sandboxfile.yaml',
      'version: 1\nsteps: { a: { run: echo a, inputs: [a], outputs: [] }, b: { run: echo b, inputs: [b], outputs: [] } }\n',
    );
    project.git('add', '-A');
    project.git('commit', '-qm', 'included');
    project.write(
      'sub/Sandboxfile.yaml',
      'version: 1\nsteps: { a: { run: echo a, inputs: [a], outputs: [] }, b: { run: echo B, inputs: [b], outputs: [] } }\n',
    );
    assert.equal((await project.affected('--affected=HEAD')).steps, ['free', 'sync', 'sub:b']);
    project.git('mv', 'Sandboxfile.yaml', 'Sandboxfile.yml');
    const moved = await project.affected('--affected=HEAD');
    assert.is(moved.steps.length, 9, 'no project of then: every step');
  }));

test('`--affected`: what is made here and sent counts for those who need the sync; what commands among inputs print is not known', () =>
  withRepository(
    async (project) => {
      const none = await project.affected();
      assert.equal(none.steps, ['version', 'label'], none.said);
      project.write('gen.in', '2');
      assert.equal((await project.affected()).steps, ['gen', 'push', 'build', 'fetch', 'version', 'label']);
      project.git('checkout', '-q', '.');
      project.write('other', '');
      assert.equal((await project.affected()).steps, ['push', 'version', 'label'], 'sent, and read by nobody');
    },
    {
      'Sandboxfile.yaml': `version: 1
default: [fetch]
sandboxes: { vm: {} }
steps:
  gen: { run: "cp gen.in src/gen.c", inputs: [gen.in], outputs: [src/gen.c] }
  push: { task: sync, in: vm, needs: [gen] }
  build: { task: remote-build, in: vm, needs: [push], run: make, inputs: ["src/**"] }
  fetch: { task: fetch-artifacts, in: vm, needs: [build], from: [app] }
  version: { run: 'true', inputs: [{ command: git describe --always }], outputs: [] }
  label: { run: 'true', needs: [version], inputs: [src], outputs: [] }
`,
      'gen.in': '1',
      '.gitignore': 'src/gen.c\n.sbx\n',
    },
  ));

test('`--affected`: a submodule counts as a folder, its commit as well as what is edited in it', () =>
  withRepository(async (project) => {
    const inner = join(project.home, 'inner');
    mkdirSync(inner);
    const git = gitIn(inner, project.home);
    git('init', '-q', '-b', 'main');
    git('commit', '-qm', 'empty', '--allow-empty');
    project.git('submodule', '--quiet', 'add', inner, 'lib/inner');
    project.git('commit', '-qm', 'submodule');
    assert.equal((await project.affected('--affected=HEAD')).steps, []);
    project.write('lib/inner/new', 'x');
    assert.equal(
      (await project.affected('--affected=HEAD')).steps,
      ['lib', 'app', 'lint', 'free', 'sync', 'far'],
      'it may hold .c and .hs files',
    );
    assert.not((await project.affected('--affected=HEAD')).steps.includes('docs'));
  }));

test('`--affected`: a shallow clone, no repository, an unknown base: a clear error with the command to deepen', () =>
  withRepository(async (project) => {
    project.write('x.hs', '5');
    project.git('commit', '-qam', 'second');
    project.git('push', '-q', 'origin', 'branch');
    const shallow = join(project.home, 'shallow');
    project.git('clone', '-q', '--depth', '1', '--no-single-branch', '-b', 'branch', `file://${project.home}/origin.git`, shallow);
    const cut = await projectIn(shallow, project.home).sbx(['run', '--affected']);
    assert.is(cut.code, 2, cut.stdout + cut.stderr);
    assert.match(cut.stderr, /the history here is too short to see where HEAD and origin\/\w+ part\n {2}.*git fetch --unshallow origin/);

    const unknown = await project.affected('--affected=v9');
    assert.is(unknown.code, 2);
    assert.match(unknown.said, /git knows no commit v9\n {2}fetch it first/);
    const injected = await project.affected('--affected=--all');
    assert.match(injected.said, /git knows no commit --all/);

    const fromVariable = await project.sbx(['list', '--affected'], { env: { GITHUB_BASE_REF: 'gone' } });
    assert.match(fromVariable.stderr, /git knows no commit origin\/gone/);
    const own = await project.sbx(['list', '--affected'], { env: { GITHUB_BASE_REF: 'gone', SBX_AFFECTED_BASE: 'main' } });
    assert.is(own.code, 0, own.stderr);

    rmSync(join(project.root, '.git'), { recursive: true });
    const none = await project.affected();
    assert.is(none.code, 2);
    assert.match(none.said, /is not in a git repository/);
  }));

test('`--affected`: what git ignores whole cannot be compared, so that all counts; nothing to compare with is said', () =>
  withRepository(async (project) => {
    project.write('lib/ignored/Sandboxfile.yaml', 'version: 1\nsteps: { a: { run: echo, inputs: [none], outputs: [] } }\n');
    project.write('.gitignore', 'ignored\n');
    assert.equal((await project.affected('-C', 'lib/ignored')).steps, ['a']);
    const inner = gitIn(join(project.root, 'lib/ignored'), project.home);
    inner('init', '-q');
    const none = await project.affected('--affected=HEAD', '-C', 'lib/ignored');
    assert.is(none.code, 2);
    assert.match(none.said, /nothing is committed here yet/);
  }));

test('`--affected`: a step that is never remembered reads what it declares, or else everything, whatever its task', () =>
  withRepository(
    async (project) => {
      project.write('a', '2');
      assert.equal((await project.affected()).steps, ['shell', 'free', 'script']);
      project.git('checkout', '-q', '.');
      project.write('own.mjs', '2');
      assert.equal((await project.affected()).steps, ['free', 'script', 'own']);
    },
    {
      'Sandboxfile.yaml': `version: 1
steps:
  shell: { run: 'true', inputs: [a] }
  free: { run: 'true' }
  script: { task: script, file: program.mjs }
  own: { task: script, file: own.mjs, inputs: [b] }
`,
      ...{ a: '1', b: '1', 'own.mjs': '', 'program.mjs': '' },
    },
  ));

const BROKEN = `version: 1
default: [a, b, c, d]
steps:
  a: { run: "test -e fixed", outputs: [], inputs: [fixed] }
  b: { run: 'true', needs: [a] }
  c: { run: 'true' }
  d: { run: 'true', outputs: [], inputs: [x] }
`;

test('`--failed` reruns only what failed, and what was skipped because of it, in the last run', () =>
  withProject({ 'Sandboxfile.yaml': BROKEN, x: '' }, async (project) => {
    const never = await project.sbx(['run', '--failed']);
    assert.equal([never.code, never.stderr], [0, 'nothing was run here yet, so nothing has failed\n']);
    assert.is((await project.sbx(['run', '--continue', '-j1'])).code, 1);
    const listed = await project.sbx(['list', '--failed', '--json']);
    assert.equal(
      JSON.parse(listed.stdout).steps.map(({ id }: { id: string }) => id),
      ['a', 'b'],
    );
    const other = await project.sbx(['run', 'c', '--failed']);
    assert.is(other.code, 0);
    assert.match(other.stderr, /failed in a, b: none of these is named/);
    project.write('fixed', '');
    const again = await project.sbx(['run', '--failed', '--json']);
    assert.is(again.code, 0, again.stdout);
    const finished = again.stdout.split('\n').filter((line) => line.includes('"step-finished"'));
    assert.equal(finished.map((line) => JSON.parse(line).step).sort(), ['a', 'b']);
    const last = await project.sbx(['run', '--failed']);
    assert.is(last.code, 0);
    assert.match(last.stderr, /^nothing failed in the last run, /);
    project.write('Sandboxfile.yaml', BROKEN.replace('default: [a, b, c, d]', ''));
    rmSync(join(project.root, 'fixed'));
    assert.is((await project.sbx(['run', 'a', 'd', '--continue'])).code, 1);
    const unnamed = await project.sbx(['run', '--failed', '--json']);
    assert.is(unnamed.code, 1, 'without a default, too, the last run says what is meant');
    assert.match(unnamed.stdout, '"named":["a"]');
  }));

test.run();
