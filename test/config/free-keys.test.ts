import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadText, projectOf, shown } from './loading.ts';

test('`x-` keys are free everywhere: top level, step, sandbox, param, profile, recipe, maps of names', async () => {
  const project = await projectOf(
    `
version: 1
x-any: { deep: [1, { run: 2 }], task: none }
use: [{ recipe: base, with: { x-why: 1, level: 2 }, x-own: true }]
params:
  x-later: 1
  level: { default: 1, x-note: a }
env: { A: b, x-env: [1] }
secrets: { TOKEN: { x-who: me }, x-none: 1 }
sandboxes:
  vm: { profile: base, x-rack: 7 }
  x-none: { hots: b }
pools: { linkers: 1, x-none: many }
cache: { x-disk: fast }
profiles:
  release: { x-note: 1, params: { x-p: 1 }, steps: { build: { x-s: 1 } } }
  x-none: 1
steps:
  x-template: { rnu: make }
  build:
    run: make
    x-owner: { team: core }
    retry: { times: 1, x-why: flaky }
    env: { B: c, x-env: 1 }
`,
    { profiles: ['release'] },
    {
      recipes: { base: 'version: 1\nx-of: us\nparams: { level: 3 }\nsteps: { x-s: 1, lint: { run: make lint, x-l: 1 } }\n' },
      profiles: { base: 'version: 1\nx-p: 1\nsandboxes: { x-first: 1, vm: { user: build, x-u: 1 } }\n' },
    },
  );
  assert.equal([...project.steps.keys()], ['lint', 'build']);
  assert.equal([...project.sandboxes.keys()], ['vm', 'local']);
  assert.is(project.sandboxes.get('vm')?.user, 'build');
  assert.equal([...project.params.keys()], ['level']);
  assert.equal([...project.pools.keys()], ['linkers']);
  assert.equal(project.steps.get('build')?.env, [
    ['A', 'b'],
    ['B', 'c'],
  ]);
});

test('`x-` keys hold anchors for reuse', async () => {
  const project = await projectOf(`
version: 1
x-sources: &sources ["src/**", "*.cabal"]
x-env: &env { LC_ALL: C.UTF-8 }
x-run: &run |
  make all
steps:
  x-base: &base { run: make, inputs: *sources, env: *env }
  build: *base
  test: { run: *run, inputs: *sources, env: *env, outputs: [] }
`);
  assert.equal(project.steps.get('build')?.inputs, ['src/**', '*.cabal']);
  assert.equal(project.steps.get('test')?.env, [['LC_ALL', 'C.UTF-8']]);
  assert.is(project.steps.get('test')?.script?.source, 'make all\n');
});

test('what an anchor holds is told where it is used, and a step of the user cannot be run', async () => {
  const { diagnostics } = await loadText(`
version: 1
x-run: &run [make, all]
default: [x-base]
steps:
  x-base: { run: make }
  build: { run: *run }
`);
  assert.equal(diagnostics.map(shown), [
    'Sandboxfile.yaml:4:11-17 unknown-step: there is no step `x-base`\n    What starts with x- is your own, and no step.',
    'Sandboxfile.yaml:7:17-21 conflicting-keys: a list of words goes with `shell: argv`\n    For several lines write `run: |` and the lines below it.',
  ]);
});

test.run();
