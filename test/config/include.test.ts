import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lackingDiagnostics, lackingOf } from '../../lib/plan/lacking.ts';
import { type Files, loadText, projectOf, shown } from './loading.ts';

const BACKEND = `version: 1
name: backend
default: [build]
params: { level: 1, port: 80 }
env: { OWN: b, BOTH: b }
sandboxes: { vm: { host: there, user: me }, other: { host: elsewhere } }
pools: { own: 2 }
secrets: { KEY: { file: key } }
include: { db: ./db }
steps:
  build:
    run: "make LEVEL=\${{ params.level }} PORT=\${{ params.port }} \${{ name }}"
    needs: [prepare, ":lint", db:migrate]
    inputs: [src/**]
    outputs: [out]
    dir: app
    in: vm
    aliases: b
    pool: own
    secrets: [KEY]
  prepare: { run: make prepare }
  test: { run: make test, matrix: { os: [a, b] }, needs: [build, "test2@same"] }
  test2: { run: make test, matrix: { os: [a, b] } }
`;
const FILES: Files = {
  include: {
    'backend/Sandboxfile.yaml': BACKEND,
    'backend/db/Sandboxfile.yml': 'version: 1\nsteps:\n  migrate: { run: make }\n  lint: { run: lint, needs: ":lint" }\n',
    'docs/Sandboxfile.yaml': 'version: 1\nuse: pages\nsteps: { page: { run: make page, outputs: [out] } }\n',
    'docs/recipes/pages.yaml': 'version: 1\nparams: { theme: light }\nsteps: { deploy: { run: "deploy ${{ params.theme }}" } }\n',
  },
};
const ROOT = `version: 1
default: [backend, docs:page]
params: { level: 3 }
env: { ROOT: r, BOTH: r }
sandboxes: { vm: { host: here } }
include:
  backend: ./backend
  docs: { file: docs/Sandboxfile.yaml, dir: site, with: { theme: dark } }
  more: { file: more, optional: true }
  x-note: 1
steps:
  lint: { run: make lint }
  all: { run: make all, needs: [backend:build, "backend:test@a"], after: backend:test }
`;

async function wrong(text: string, files: Files = {}): Promise<readonly string[]> {
  return (await loadText(text, {}, files)).diagnostics.map(shown);
}

test('include with namespaces: steps of other files by the name of the file, `:step` is one of the project', async () => {
  const project = await projectOf(ROOT, {}, FILES);
  assert.equal(
    [...project.steps.keys()],
    [
      ...['lint', 'all', 'backend:build', 'backend:prepare', 'backend:test@a', 'backend:test@b', 'backend:test2@a', 'backend:test2@b'],
      ...['docs:deploy', 'docs:page', 'backend:db:migrate', 'backend:db:lint'],
    ],
  );
  const needs = (id: string) => project.steps.get(id)?.needs;
  assert.equal(needs('backend:build'), ['backend:prepare', 'lint', 'backend:db:migrate']);
  assert.equal(needs('backend:test@b'), ['backend:build', 'backend:test2@b']);
  assert.equal(needs('backend:db:lint'), ['lint']);
  assert.equal(needs('all'), ['backend:build', 'backend:test@a']);
  assert.equal(project.steps.get('all')?.after, ['backend:test@a', 'backend:test@b']);
  assert.equal(project.default, ['backend:build', 'docs:page']);
  assert.equal(project.called.get('backend'), ['backend:build']);
  assert.equal(project.called.get('backend:b'), ['backend:build']);
});

test('relative dirs: paths of an included file count from its own folder, or from `dir`', async () => {
  const { steps, secrets } = await projectOf(ROOT, {}, FILES);
  assert.is(steps.get('backend:build')?.dir, 'backend/app');
  assert.is(steps.get('backend:prepare')?.dir, 'backend');
  assert.is(steps.get('backend:db:migrate')?.dir, 'backend/db');
  assert.is(steps.get('docs:page')?.dir, 'site');
  assert.equal(steps.get('backend:build')?.inputs, ['src/**']);
  assert.equal(secrets, [{ name: 'KEY', file: '/home/me/hello/backend/key' }]);
});

test('what an included file sees: parameters that both declare, variables, sandboxes, pools and secrets', async () => {
  const project = await projectOf(ROOT, { set: [['port', '81']] }, FILES);
  const build = project.steps.get('backend:build');
  const values = build?.script?.shell === 'argv' ? [] : build?.script?.variables.map(({ of, value }) => [of, value]);
  assert.equal(values, [
    ['params.level', '3'],
    ['params.port', '81'],
    ['name', 'backend'],
  ]);
  assert.equal(build?.env, [
    ['ROOT', 'r'],
    ['BOTH', 'b'],
    ['OWN', 'b'],
  ]);
  assert.equal(project.steps.get('lint')?.env, [
    ['ROOT', 'r'],
    ['BOTH', 'r'],
  ]);
  const { host, user } = project.sandboxes.get('vm') ?? {};
  assert.equal([host, user, project.sandboxes.get('other')?.host], ['here', 'me', 'elsewhere']);
  assert.equal(project.pools, new Map([['own', 2]]));
  const deploy = project.steps.get('docs:deploy')?.script;
  assert.is(deploy?.shell === 'argv' ? '' : deploy?.variables[0]?.value, 'dark');
  assert.equal([...project.params.keys()], ['level', 'port', 'theme']);

  const level = 'version: 1\nparams: { level: 3 }\nsteps: { s: { run: "s ${{ params.level }}" } }\n';
  const given = 'version: 1\nparams: { level: 1 }\ninclude: { a: { file: a, with: { level: 2 } } }\nsteps: {}\n';
  const { script } = (await projectOf(given, {}, { include: { 'a/Sandboxfile.yaml': level } })).steps.get('a:s') ?? {};
  assert.is(script?.shell === 'argv' ? '' : script?.variables[0]?.value, '2', '`with` is above the parameter of that name');
});

test('`with` is resolved where it is written; what is lacking there is lacking in the included file', async () => {
  const text = 'version: 1\nparams: { v: , w: a }\ninclude: { a: { file: a, with: { x: "${{ params.v }}-${{ params.w }}" } } }\n';
  const files = {
    include: { 'a/Sandboxfile.yaml': 'version: 1\nparams: { x: , w: b }\nsteps: { s: { run: "s ${{ params.x }} ${{ params.w }}" } }\n' },
  };
  const project = await projectOf(text, {}, files);
  assert.equal(lackingDiagnostics(project, lackingOf(project, ['a:s'])).map(shown), [
    'Sandboxfile.yaml:2:11-12 missing-param: the parameter `v` has no value, and a:s needs it\n    Give it one: --set v=..., SBX_PARAM_V or a default.',
  ]);
  const { script } = (await projectOf(text, { set: [['v', '${{ os }}']] }, files)).steps.get('a:s') ?? {};
  assert.equal(script?.shell === 'argv' ? [] : script?.variables.map(({ value }) => value), ['${{ os }}-a', 'a']);
});

test('optional files may be missing, others not', async () => {
  assert.equal(
    await wrong('version: 1\ninclude: { a: { file: a/b, optional: true }, b: ./b, c: c.yaml }\nsteps: { s: { run: s, needs: a:x } }\n'),
    [
      'Sandboxfile.yaml:2:49-52 file-missing: there is no Sandboxfile in `b`\n    If it may be missing, write { file: ..., optional: true }.',
      'Sandboxfile.yaml:2:57-63 file-missing: there is no file `c.yaml`\n    If it may be missing, write { file: ..., optional: true }.',
      'Sandboxfile.yaml:3:30-33 unknown-step: there is no step `a:x`\n    `a` is optional, and there is no a/b.',
    ],
  );
});

test('circles and diamonds of files are told where they are written', async () => {
  const head = 'version: 1\nsteps: { s: { run: s } }\n';
  const include = {
    'a/Sandboxfile.yaml': `${head}include: { up: ../Sandboxfile.yaml, b: ../b }\n`,
    'b/Sandboxfile.yaml': `${head}include: { common: ../common, a: ../a }\n`,
    'common/Sandboxfile.yaml': head,
    'Sandboxfile.yaml': head,
  };
  assert.equal(await wrong('version: 1\ninclude: { a: a, common: common }\n', { include }), [
    'a/Sandboxfile.yaml:3:16-35 cycle: files include each other: Sandboxfile.yaml -> a/Sandboxfile.yaml -> Sandboxfile.yaml\n    Put what both need into a third file.',
    'b/Sandboxfile.yaml:3:20-29 conflicting-keys: common/Sandboxfile.yaml is included already, as `common`\n    Refer to its steps as `:common:STEP`, or give it another `dir` or other values by `with`.',
    'b/Sandboxfile.yaml:3:34-38 cycle: files include each other: a/Sandboxfile.yaml -> b/Sandboxfile.yaml -> a/Sandboxfile.yaml\n    Put what both need into a third file.',
  ]);
  const twice = 'version: 1\ninclude: { a: common, b: { file: common, dir: b }, c: { file: common, with: { x: 2 } } }\n';
  const { steps } = await projectOf(
    twice,
    {},
    { include: { 'common/Sandboxfile.yaml': 'version: 1\nparams: { x: 1 }\nsteps: { s: { run: s } }\n' } },
  );
  assert.equal([...steps.keys()], ['a:s', 'b:s', 'c:s']);
});

test('misuse of include, and what is wrong inside of what is included: the file, its line and column', async () => {
  const include = {
    'a/Sandboxfile.yaml':
      'version: 1\nparams: { jobs: 1 }\nsteps:\n  s: { rnu: s }\n  t: { run: "${{ params.level }}", needs: [lint, ":lnt", u] }\n',
    'b/Sandboxfile.yaml': 'version: 1\nparams: { level: { enum: [1, 2] } }\n',
    'c/Sandboxfile.yaml': 'steps: [\n',
  };
  const text = `version: 1
params: { level: 3 }
include:
  a: { file: a, with: { jbos: 1 } }
  b: { file: b, dri: x }
  B: b
  c: [c]
  d: { dir: d }
  e: ../e
  f: /f
  g: { file: b, dir: ../.. }
  h: { file: b, optional: "yes" }
steps: { lint: { run: lint, needs: [a:x, aa:s] } }
`;
  assert.equal(await wrong(text, { include }), [
    'Sandboxfile.yaml:4:25-29 unknown-param: the included file has no parameter `jbos`\n    Did you mean `jobs`?',
    'Sandboxfile.yaml:5:17-20 unknown-key: `dri` is not a key here\n    Did you mean `dir`?',
    'Sandboxfile.yaml:6:3-4 bad-name: `B` is not a name\n    Write for example `b`. Names start with a-z and go on with a-z, 0-9, _ and -.',
    'Sandboxfile.yaml:7:6-9 wrong-type: text or a map is wanted here, this is a list\n    Write `c`, without brackets.',
    'Sandboxfile.yaml:8:6-16 missing-key: `file` is missing\n    Write for example `file: backend`.',
    'Sandboxfile.yaml:9:6-10 bad-path: path `../e` leaves the project\n    What is included lies in the folder of the Sandboxfile or below it.',
    'Sandboxfile.yaml:10:6-8 bad-path: path `/f` leaves the project\n    What is included lies in the folder of the Sandboxfile or below it.',
    'Sandboxfile.yaml:11:22-27 bad-path: path `../..` leaves the project\n    What is included lies in the folder of the Sandboxfile or below it.',
    'Sandboxfile.yaml:12:14-15 conflicting-keys: b/Sandboxfile.yaml is included already, as `b`\n    Refer to its steps as `:b:STEP`, or give it another `dir` or other values by `with`.',
    'Sandboxfile.yaml:12:27-32 ambiguous-scalar: `yes` is text, a truth value is wanted\n    Write true, without quotes.',
    'Sandboxfile.yaml:13:37-40 unknown-step: there is no step `a:x`\n    Did you mean `a:s`?',
    'Sandboxfile.yaml:13:42-46 unknown-step: there is no step `aa:s`\n    Did you mean `a:s`?',
    'a/Sandboxfile.yaml:4:8-11 unknown-key: `rnu` is not a key of a shell step\n    Did you mean `run`?',
    'a/Sandboxfile.yaml:5:18-30 expression-name: there is no `params.level`\n    There are: name, os, arch, cpus, args, params.jobs, sandbox.name, sandbox.kind, sandbox.host, sandbox.user, sandbox.workspace, sandbox.machine.',
    'a/Sandboxfile.yaml:5:44-48 unknown-step: there is no step `lint`\n    Did you mean `:lint`?',
    'a/Sandboxfile.yaml:5:50-56 unknown-step: there is no step `:lnt`\n    Did you mean `:lint`?',
    'a/Sandboxfile.yaml:5:58-59 unknown-step: there is no step `u`\n    There are: :lint, s, t.',
    'b/Sandboxfile.yaml:2:11-16 bad-value: parameter `level`: `3` is not one of 1, 2\n    It is that of the file which includes this one: give it another by `with` there, or rename one of them.',
  ]);
});

test('a hostile tree of files is bounded', async () => {
  const include: Record<string, string> = {};
  for (let i = 0; i < 12; i++) {
    const below = i === 11 ? '' : `include: { a: { file: ../f${i + 1}, with: { x: 1 } }, b: { file: ../f${i + 1}, with: { x: 2 } } }\n`;
    include[`f${i}/Sandboxfile.yaml`] = `version: 1\nparams: { x: 1 }\n${below}steps: { s: { run: s } }\n`;
  }
  assert.match(
    String(await wrong('version: 1\ninclude: { f: { file: f0, dir: a }, g: { file: f0, dir: b } }\n', { include })),
    /conflicting-keys|file-too-large/,
  );
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`m${i}.yaml`, 'version: 1\n']));
  const names = Object.keys(many).map((path, i) => `  i${i}: ${path}\n`);
  assert.match(String(await wrong(`version: 1\ninclude:\n${names.join('')}`, { include: many })), 'more than 256 files');
});

test.run();
