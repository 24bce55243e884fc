import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planInit, writeInit } from '../../lib/cli/init/init.ts';
import { recognise } from '../../lib/cli/init/recognise.ts';
import { load } from '../../lib/config/load.ts';
import { TASKS } from '../../tasks/index.ts';
import { withFolder } from '../rig/folder.ts';

type Folder = { readonly [name: string]: string };

/** The text, and the sentences that say why; the text must be a valid Sandboxfile. */
async function made(folder: Folder): Promise<{ readonly text: string; readonly why: string }> {
  const names = [...new Set(Object.keys(folder).map((path) => path.split('/')[0] ?? ''))];
  const { text, why } = recognise(names, (name) => folder[name]);
  const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
  const recipe = { file: 'recipe.yaml', bytes: bytes('version: 1\nsteps:\n  build:\n    run: cabal build\n') };
  const sources = {
    main: { file: 'Sandboxfile.yaml', bytes: bytes(text) },
    read: (kind: string, name: string) => (kind === 'recipe' && name === 'haskell-remote-build' ? recipe : undefined),
    names: () => ['haskell-remote-build'],
  };
  const ask = {
    root: '/p',
    file: '/p/Sandboxfile.yaml',
    set: [],
    profiles: [],
    local: false,
    args: [],
    named: [],
    environment: new Map(),
    os: 'linux',
    arch: 'x64',
    cpus: 2,
  };
  const loaded = await load(sources, ask, TASKS);
  assert.equal(loaded.diagnostics, []);
  return { text, why: why.join('\n') };
}

test('cabal: the two lines', async () => {
  for (const folder of [{ 'hello.cabal': '' }, { 'cabal.project': '', Makefile: 'all:\n' }] as readonly Folder[]) {
    const { text, why } = await made(folder);
    assert.is(text, 'version: 1\nuse: haskell-remote-build\n');
    assert.match(why, /^This is a cabal project: there is (hello\.cabal|cabal\.project)\./);
  }
  assert.match((await made({ 'a.cabal': '', Makefile: '' })).why, 'There is a Makefile too; steps for make can be added.');
});

test('cargo: a program is an output, target is state', async () => {
  const manifest = '[package]\nname = "hello"\nversion = "0.1.0"\n\n[[bin]]\nname = "other"\n';
  const { text } = await made({ 'Cargo.toml': manifest, 'src/main.rs': '' });
  assert.is(
    text,
    `version: 1
default: [build]
steps:
  build:
    run: cargo build
    tools: [cargo]
    outputs: [target/debug/hello]
    state: [target]
  test:
    run: cargo test
    tools: [cargo]
    outputs: []
    state: [target]
`,
  );
  assert.match((await made({ 'Cargo.toml': manifest, 'src/lib.rs': '' })).text, /run: cargo build\n.*\n {4}outputs: \[\]\n/);
  assert.match((await made({ 'Cargo.toml': '[workspace]\nmembers = []\n' })).text, 'outputs: []');
});

test('go: a program where there is a main.go', async () => {
  const program = await made({ 'go.mod': 'module example.com/x/hello/v2\n\ngo 1.22\n', 'main.go': '' });
  assert.match(program.text, '    run: go build -o bin/hello .\n    tools: [go]\n    outputs: [bin/hello]\n');
  assert.match((await made({ 'go.mod': 'module example.com/x/hello\n' })).text, '    run: go build ./...\n');
});

test('npm: scripts become steps, with the program that the lock file names', async () => {
  const described = JSON.stringify({ main: './dist/index.js', scripts: { build: 'tsc', test: 'uvu', start: 'node .' } });
  const { text, why } = await made({ 'package.json': described, 'pnpm-lock.yaml': '' });
  assert.is(
    text,
    `version: 1
default: [build]
steps:
  build:
    run: pnpm run build
    tools: [node]
    outputs: [dist]
  test:
    needs: [build]
    run: pnpm run test
    tools: [node]
    outputs: []
`,
  );
  assert.match(why, 'pnpm-lock.yaml says that pnpm installs its packages.');
  const unknown = await made({
    'package.json': JSON.stringify({ scripts: { build: 'x', test: 'echo "Error: no test specified" && exit 1' } }),
  });
  assert.is(unknown.text, 'version: 1\ndefault: [build]\nsteps:\n  build:\n    run: npm run build\n    tools: [node]\n');
  for (const faulty of ['', '{', '[]', 'null', '{"scripts": 1}', '{"scripts": {"build": 1}}']) {
    assert.match((await made({ 'package.json': faulty })).text, 'default: [install]');
  }
});

test('make: its targets', async () => {
  const { text } = await made({ Makefile: 'all: x\n\ncheck: all\n\t./x\n' });
  assert.is(text, 'version: 1\ndefault: [build]\nsteps:\n  build:\n    run: make\n  test:\n    needs: [build]\n    run: make check\n');
  assert.not.match((await made({ GNUmakefile: 'test := 1\n' })).text, 'make test');
});

test('nothing known: one step to begin with', async () => {
  const { text, why } = await made({ 'README.md': '' });
  assert.match(text, 'run: echo hello');
  assert.match(why, 'No cabal, cargo, go, npm or make project was recognised');
});

test('names from files cannot break out of the YAML', async () => {
  const { text } = await made({ 'Cargo.toml': '[package]\nname = "x]\\nsecrets: [A"\n', 'src/main.rs': '' });
  assert.match(text, 'outputs: []');
  assert.match((await made({ 'go.mod': 'module a/$(x)\n', 'main.go': '' })).text, 'go build ./...');
});

test('a Sandboxfile that is there is not touched', () =>
  withFolder((folder) => {
    fs.writeFileSync(join(folder, 'hello.cabal'), '');
    const plan = planInit(folder, fs);
    assert.ok(plan.ok);
    if (!plan.ok) return;
    assert.is(plan.value.file, join(folder, 'Sandboxfile.yaml'));
    assert.ok(writeInit(plan.value, fs).ok);
    assert.match(fs.readFileSync(plan.value.file, 'utf8'), 'use: haskell-remote-build');
    const again = planInit(folder, fs);
    assert.is(again.ok ? '' : again.error.message, `${plan.value.file} is there already`);
    fs.writeFileSync(plan.value.file, 'mine');
    assert.not.ok(writeInit(plan.value, fs).ok);
    assert.is(fs.readFileSync(plan.value.file, 'utf8'), 'mine');
  }));

test.run();
