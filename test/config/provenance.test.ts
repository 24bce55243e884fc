import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ask } from '../../lib/config/ask.ts';
import type { Provenance } from '../../lib/model/provenance.ts';
import { type Files, loadText, projectOf } from './loading.ts';

const FILES: Files = {
  recipes: {
    base: `version: 1
params:
  level: { type: number, default: 1 }
  flags: { type: list, default: [-g] }
env: { LANG: C, CC: gcc }
steps:
  build:
    run: "make -O\${{ params.level }} \${{ params.flags }}"
    env: { A: recipe, B: recipe }
    timeout: 1h
    needs: [lint]
  lint: { run: make lint }
`,
  },
  profiles: { vm: 'version: 1\nsandboxes: { vm: { user: build, probes: { ghc: old, cc: cc -v }, env: { P: profile } } }\n' },
  include: { 'web/Sandboxfile.yaml': 'version: 1\nenv: { WEB: 1 }\nsteps: { page: { run: make page } }\n' },
};
const FILE = `version: 1
use: [{ recipe: base, with: { level: 2 } }]
include: { web: web }
env: { CC: clang }
sandboxes:
  vm: { profile: vm, host: here, probes: { ghc: new }, x-rack: 1 }
steps:
  build: { in: vm, env: { B: file, C: file }, needs: [] }
  test: { run: make test, matrix: { os: [a, b] } }
profiles:
  release: { params: { jobs: 4 }, steps: { build: { timeout: 2h, env: [HOME] } } }
params: { jobs: 1 }
`;

async function origins(ask: Partial<Ask> = {}): Promise<ReadonlyMap<string, string>> {
  const { value, diagnostics } = await loadText(FILE, { provenance: true, ...ask }, FILES);
  assert.equal(diagnostics, []);
  const placeOf = ({ by, called, span }: Provenance): string =>
    [by, called, span && `${span.file}:${span.start.line}:${span.start.column}`].filter((part) => part !== undefined).join(' ');
  return new Map(value?.provenance?.map((row) => [`${row.of} ${row.name} ${row.field} ${JSON.stringify(row.value)}`, placeOf(row)]));
}

test('recipes with typed parameters, defaults, merge rules per field: a field is replaced, names of `env` and `probes` are laid over each other', async () => {
  const { steps, sandboxes } = await projectOf(FILE, { profiles: ['release'], environment: new Map([['HOME', '/h']]) }, FILES);
  const build = steps.get('build');
  assert.is(build?.timeout, 7_200_000);
  assert.equal(build?.needs, []);
  assert.equal(build?.env, [
    ['LANG', 'C'],
    ['CC', 'clang'],
    ['P', 'profile'],
    ['A', 'recipe'],
    ['B', 'file'],
    ['C', 'file'],
    ['HOME', '/h'],
  ]);
  assert.equal(sandboxes.get('vm')?.probes, [
    ['ghc', 'new'],
    ['cc', 'cc -v'],
  ]);
  const { diagnostics } = await loadText(FILE.replace('level: 2', 'level: two, flags: a'), {}, FILES);
  assert.equal(
    diagnostics.map(({ message }) => message),
    ['parameter `level`: a number is wanted, this is text', 'parameter `flags`: a list is wanted, this is text'],
  );
});

test('profiles as overlays with origin of every value', async () => {
  const found = await origins({ profiles: ['release'] });
  assert.equal(
    [...found].filter(([row]) => /^step|^sandbox/.test(row)),
    [
      ['sandbox vm profile "vm"', 'file Sandboxfile.yaml:6:9'],
      ['sandbox vm host "here"', 'file Sandboxfile.yaml:6:22'],
      ['sandbox vm probes.ghc "new"', 'file Sandboxfile.yaml:6:44'],
      ['sandbox vm probes.cc "cc -v"', 'profile profiles/vm.yaml:2:53'],
      ['sandbox vm user "build"', 'profile profiles/vm.yaml:2:20'],
      ['sandbox vm env.P "profile"', 'profile profiles/vm.yaml:2:73'],
      ['step build run "make -O${{ params.level }} ${{ params.flags }}"', 'recipe recipes/base.yaml:8:5'],
      ['step build env.A "recipe"', 'recipe recipes/base.yaml:9:12'],
      ['step build env.B "file"', 'file Sandboxfile.yaml:8:27'],
      ['step build env.C "file"', 'file Sandboxfile.yaml:8:36'],
      ['step build env.HOME "(of the environment)"', 'profile release Sandboxfile.yaml:11:72'],
      ['step build timeout "2h"', 'profile release Sandboxfile.yaml:11:53'],
      ['step build needs []', 'file Sandboxfile.yaml:8:47'],
      ['step build in "vm"', 'file Sandboxfile.yaml:8:12'],
      ['step lint run "make lint"', 'recipe recipes/base.yaml:12:11'],
      ['step test run "make test"', 'file Sandboxfile.yaml:9:11'],
      ['step test matrix {"os":["a","b"]}', 'file Sandboxfile.yaml:9:27'],
      ['step web:page run "make page"', 'file web/Sandboxfile.yaml:3:18'],
    ],
  );
  assert.equal(
    [...found].filter(([row]) => /^param|^project/.test(row)),
    [
      ['project hello env.LANG "C"', 'recipe recipes/base.yaml:5:8'],
      ['project hello env.CC "clang"', 'file Sandboxfile.yaml:4:8'],
      ['project web env.WEB 1', 'file web/Sandboxfile.yaml:2:8'],
      ['param level value 2', 'file Sandboxfile.yaml:2:31'],
      ['param flags value ["-g"]', 'recipe recipes/base.yaml:4:24'],
      ['param jobs value 4', 'profile release Sandboxfile.yaml:11:24'],
    ],
  );
});

test('flags and variables are origins, too', async () => {
  const found = await origins({
    set: [['level', '3']],
    host: 'vm=there',
    environment: new Map([['SBX_PARAM_FLAGS', '-O']]),
  });
  assert.is(found.get('param level value "3"'), 'flag --set level');
  assert.is(found.get('param flags value "-O"'), 'variable SBX_PARAM_FLAGS');
  assert.is(found.get('sandbox vm host "there"'), 'flag --host');
  assert.is((await origins({ local: true })).get('sandbox vm host "local"'), 'flag --local');
});

test.run();
