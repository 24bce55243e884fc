import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeGraph } from '../../lib/plan/graph.ts';
import { select } from '../../lib/plan/select.ts';
import { loadText, projectOf, shown } from './loading.ts';

const FILE = `
version: 1
default: [test]
steps:
  build:
    matrix:
      ghc: ["9.4", "9.6"]
      os: [linux, darwin]
    run: "make GHC=\${{ matrix.ghc }}"
    outputs: ["out/\${{ matrix.ghc }}-\${{ matrix.os }}"]
  test:
    matrix: { ghc: ["9.4", "9.6"] }
    needs: [build@same]
    run: make test
    aliases: t
  pack: { run: make pack, needs: [build, "test@9.6"], after: test }
  one: { run: make one, needs: ["build@9.4,linux"] }
`;

async function wrong(...steps: readonly string[]): Promise<readonly string[]> {
  const { diagnostics } = await loadText(`version: 1\nsteps:\n${steps.map((step) => `  ${step}\n`).join('')}`);
  return diagnostics.map(shown);
}

test('matrix (`step@key`, the bare name means all): in needs, after, default and on the command line', async () => {
  const project = await projectOf(FILE);
  const needs = (id: string) => project.steps.get(id)?.needs;
  const cells = ['build@9.4,linux', 'build@9.4,darwin', 'build@9.6,linux', 'build@9.6,darwin'];
  assert.equal([...project.steps.keys()], [...cells, 'test@9.4', 'test@9.6', 'pack', 'one']);
  assert.equal(needs('pack'), [...cells, 'test@9.6']);
  assert.equal(project.steps.get('pack')?.after, ['test@9.4', 'test@9.6']);
  assert.equal(needs('one'), ['build@9.4,linux']);
  assert.equal(project.default, ['test@9.4', 'test@9.6']);
  assert.equal(project.called.get('build'), cells);
  assert.equal(project.called.get('t'), ['test@9.4', 'test@9.6']);
  const graph = makeGraph(project).value as never;
  assert.is(select(project, graph, ['build']).value?.steps.length, 4);
  assert.equal(select(project, graph, ['t'], { force: ['build@9.4,linux'] }).value?.forced, new Set(['build@9.4,linux']));
  assert.equal(select(project, graph, ['build@9.4,linx']).diagnostics.map(shown), [
    '- unknown-step: there is no step build@9.4,linx\n    Did you mean `build@9.4,linux`?',
  ]);
});

test('`build@same` is the cell with the same values', async () => {
  const { steps } = await projectOf(FILE);
  assert.equal(steps.get('test@9.6')?.needs, ['build@9.6,linux', 'build@9.6,darwin']);
  const both = await projectOf(`
version: 1
steps:
  a: { run: a, matrix: { os: [p, q], v: [1, 2] } }
  b: { run: b, matrix: { v: [1, 2], os: [p, q] }, needs: [a@same] }
`);
  assert.equal(both.steps.get('b@2,p')?.needs, ['a@p,2']);
});

test('`${{ matrix.ghc }}` in expressions keeps the type of the value', async () => {
  const { steps } = await projectOf(FILE);
  const { script, outputs } = steps.get('build@9.6,darwin') ?? {};
  assert.is(script?.shell === 'argv' ? '' : script?.variables[0]?.value, '9.6');
  assert.equal(outputs, ['out/9.6-darwin']);
  const typed = await projectOf(`
version: 1
steps: { a: { run: make, matrix: { fast: [true, false], jobs: [1, 2] }, if: "matrix.fast && matrix.jobs == 2" } }
`);
  assert.equal(
    [...typed.steps.values()].map(({ id, enabled }) => [id, enabled]),
    [
      ['a@true,1', false],
      ['a@true,2', true],
      ['a@false,1', false],
      ['a@false,2', false],
    ],
  );
});

test('cells are named in the order of the keys, other characters percent-encoded', async () => {
  const { steps } = await projectOf(`
version: 1
steps:
  a: { run: make, matrix: { z: ["a/b", "-O2 -g", "", "ü@,", "$(x)%"], a: [c++17] } }
`);
  assert.equal([...steps.keys()], ['a@a%2Fb,c++17', 'a@-O2%20-g,c++17', 'a@%,c++17', 'a@%C3%BC%40%2C,c++17', 'a@%24%28x%29%25,c++17']);
});

test('exclude takes away, include adds values or combinations', async () => {
  const { steps } = await projectOf(`
version: 1
steps:
  a:
    run: "make \${{ matrix.ghc }} \${{ default(matrix.flags, '') }}"
    matrix:
      ghc: ["9.4", "9.6"]
      os: [linux, darwin]
      exclude: [{ ghc: "9.4", os: darwin }, { x-why: slow, ghc: "9.6", os: linux }]
      include:
        - { os: linux, flags: -O0 }
        - { ghc: "9.8", os: linux, flags: -O2 }
  b: { run: make, matrix: { include: [{ os: linux, arch: arm64 }, { arch: x64, os: darwin }] } }
`);
  const flags = (id: string) => {
    const script = steps.get(id)?.script;
    return script?.shell === 'argv' ? undefined : script?.variables[1]?.value;
  };
  assert.equal([...steps.keys()], ['a@9.4,linux', 'a@9.6,darwin', 'a@9.8,linux', 'b@linux,arm64', 'b@darwin,x64']);
  assert.equal(['a@9.4,linux', 'a@9.6,darwin', 'a@9.8,linux'].map(flags), ['-O0', '', '-O2']);
});

test('misuse of a matrix is told with its place', async () => {
  assert.equal(
    await wrong(
      'a: { run: a, matrix: { ghc: [9.10, 9.4], os: linux } }',
      'b: { run: b, matrix: { ghc: [], Os: [a] } }',
      'c: { run: c, matrix: { ghc: ["9.4", "9.4"] } }',
      'd: { run: d, matrix: { exclude: [{ ghc: 1 }] } }',
      'e: { run: e, matrix: { ghc: [a, b], exclude: [{ gch: a }, { ghc: aa }, {}] } }',
      'f: { run: f, matrix: { ghc: [a], os: [b], include: [{ ghc: c }] } }',
      'g: { run: g, matrix: { ghc: [a], exclude: [{ ghc: a }] } }',
      'h: { run: h, matrix: { a: [{ b: 1 }], include: { a: 1 } } }',
      'i: { run: i, matrix: { ghc: [a, "${{ os }}"] } }',
      'j: { run: "j ${{ matrix.gch }}", matrix: { ghc: [a, b] } }',
      'k: { run: "k ${{ matrix.ghc }}", strategy: 1 }',
    ),
    [
      'Sandboxfile.yaml:3:32-36 ambiguous-scalar: `9.10` is the number 9.1\n    Quote it if it is text: "9.10". As a number write 9.1.',
      'Sandboxfile.yaml:3:48-53 wrong-type: a list is wanted here, this is text\n    Write `[linux]`.',
      'Sandboxfile.yaml:4:31-33 bad-value: `ghc` has no values\n    Give it some, or leave it out.',
      'Sandboxfile.yaml:4:35-37 bad-name: `Os` is not a name\n    Write for example `os`. Names start with a-z and go on with a-z, 0-9, _ and -.',
      'Sandboxfile.yaml:5:39-44 bad-value: `9.4` is there twice\n    Keep one of them.',
      'Sandboxfile.yaml:6:24-49 bad-value: a matrix needs keys with values\n    Write for example { ghc: ["9.6", "9.8"] }.',
      'Sandboxfile.yaml:7:51-54 unknown-key: `gch` is not a key of this matrix\n    Did you mean `ghc`?',
      'Sandboxfile.yaml:7:68-70 bad-value: `aa` is no value of `ghc`\n    Did you mean `a`?',
      'Sandboxfile.yaml:7:74-76 bad-value: it says nothing, and so excludes all\n    Name some of the keys with values.',
      'Sandboxfile.yaml:8:55-65 missing-key: this is a new combination, and has no `os`\n    A combination has all of ghc, os.',
      'Sandboxfile.yaml:9:24-59 bad-value: no combination is left\n    Exclude less.',
      'Sandboxfile.yaml:10:30-38 wrong-type: text, a number or a truth value is wanted here, this is a map',
      'Sandboxfile.yaml:10:50-58 wrong-type: a list is wanted here, this is a map\n    Put it into brackets: `[{ ... }]`.',
      'Sandboxfile.yaml:11:35-46 bad-value: an expression cannot stand here\n    Write the value itself.',
      'Sandboxfile.yaml:12:20-30 expression-name: there is no `matrix.gch`\n    Did you mean `matrix.ghc`?',
      'Sandboxfile.yaml:13:20-30 expression-name: there is no `matrix.ghc`\n    There are: name, os, arch, cpus, args, sandbox.name, sandbox.kind, sandbox.host, sandbox.user, sandbox.workspace, sandbox.machine.',
      'Sandboxfile.yaml:13:36-44 unknown-key: `strategy` is not a key of a shell step\n    Did you mean `matrix`?',
    ],
  );
});

test('misuse of the names of cells is told with its place', async () => {
  assert.equal(
    await wrong(
      'build: { run: b, matrix: { ghc: [a, b], os: [l, d], exclude: [{ ghc: b }] } }',
      'plain: { run: p }',
      'a: { run: a, needs: ["build@x y"], after: "build@a,x" }',
      'b: { run: b, needs: [build@same, plain@same, biuld@same], matrix: { ghc: [a, b] } }',
      'c: { run: c, after: build@same, matrix: { arch: [x] } }',
    ),
    [
      'Sandboxfile.yaml:5:24-35 bad-name: `build@x y` names no cell of a matrix\n    A cell is step@v1,v2, in the order of its keys; `sbx list` shows how it is written.',
      'Sandboxfile.yaml:5:45-56 unknown-step: there is no step `build@a,x`\n    Did you mean `build@a,l`?',
      'Sandboxfile.yaml:6:24-34 unknown-step: `build` has no cell with ghc=b\n    It has build@a,l, build@a,d.',
      'Sandboxfile.yaml:6:36-46 unknown-step: `plain` has no matrix, and so no cells\n    Write `plain`.',
      'Sandboxfile.yaml:6:48-58 unknown-step: there is no step `biuld`\n    Did you mean `build`?',
      'Sandboxfile.yaml:7:23-33 unknown-step: the matrix of `build` has no key of this one\n    Write `build` for all its cells.',
    ],
  );
  assert.equal(
    await wrong('plain: { run: p }', 'a: { run: a, needs: ["plain@a", plain@same, build@same] }', 'build: { run: b, matrix: { g: [a] } }'),
    [
      'Sandboxfile.yaml:4:24-33 unknown-step: there is no step `plain@a`\n    Did you mean `plain`?',
      'Sandboxfile.yaml:4:35-45 unknown-step: `plain` has no matrix, and so no cells\n    Write `plain`.',
      'Sandboxfile.yaml:4:47-57 unknown-step: `@same` means the same cell, and here is no matrix\n    Write `build` for all its cells.',
    ],
  );
});

test('a matrix has at most 1,024 cells, a project not many times that', async () => {
  const list = (count: number) => JSON.stringify(Array.from({ length: count }, (_, i) => `v${i}`));
  assert.is((await projectOf(`version: 1\nsteps: { a: { run: a, matrix: { a: ${list(32)}, b: ${list(32)} } } }`)).steps.size, 1024);
  assert.match(
    String(await wrong(`a: { run: a, matrix: { a: ${list(32)}, b: ${list(33)} } }`)),
    'at most 1024 combinations, this one has 1056',
  );
  const many = Array.from({ length: 40 }, (_, i) => `s${i}: { run: a, matrix: { a: ${list(1000)} } }`);
  assert.match(String(await wrong(...many)), 'file-too-large');
  const cells = `matrix: { a: ${list(1000)} }`;
  const edges = await wrong(`a: { run: a, ${cells} }`, ...['b', 'c', 'd', 'e'].map((id) => `${id}: { run: a, needs: a, ${cells} }`));
  assert.match(String(edges), 'file-too-large: the steps of this project need too many others');
});

test.run();
