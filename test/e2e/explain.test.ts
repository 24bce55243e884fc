import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestProject, withProject } from '../rig/project.ts';
import { withFarProject } from './far-project.ts';

const FILE = (more: { readonly [key: string]: string } = {}): string => `version: 1
params: { level: { default: "1" } }
secrets: { KEY: { version: ${more.secret ?? '"1"'}, file: key } }
steps:
  gen: { run: "mkdir -p gen; tr a-z A-Z < words > gen/words; wc -l < words > gen/count", inputs: [words], outputs: [gen] }
  build:
    needs: [gen]
    run: |
      set -e
      ${more.command ?? `cat gen/words src/* > out; echo \${{ params.level }} \${KEY:+known}`}
      true
    inputs: [src]
    outputs: [${more.outputs ?? 'out'}]
    state: [${more.state ?? ''}]
    tools: [${more.tools ?? 'cat'}]
    dir: ${more.dir ?? '.'}
    env: { CFLAGS: ${more.env ?? '-O1'} }
    secrets: [KEY]
`;

function withStory(use: (project: TestProject) => Promise<void>): Promise<void> {
  return withProject({ 'Sandboxfile.yaml': FILE(), words: 'a\nb\n', 'src/one': 'one\n', 'src/two': 'two\n' }, async (project) => {
    project.write('key', 'top-secret', 0o600);
    await use(project);
  });
}

interface Explained {
  readonly good?: { readonly key: string; readonly at: number; readonly ms: number };
  readonly last?: { readonly is: string };
  readonly changed: readonly { readonly field: string; readonly name?: string; readonly [more: string]: unknown }[];
}

async function explained(project: Pick<TestProject, 'sbx'>, ...words: string[]): Promise<Explained & { readonly text: string }> {
  const [text, json] = await Promise.all([project.sbx(['explain', ...words]), project.sbx(['explain', '--json', ...words])]);
  assert.equal([text.code, json.code], [0, 0], text.stderr + json.stderr);
  return { ...JSON.parse(json.stdout), text: text.stdout };
}

test('`explain STEP` with the difference to the last good run, field by field and file by file', () =>
  withStory(async (project) => {
    const run = async (...words: string[]) => assert.is((await project.sbx(['run', ...words])).code, 0);
    await run('build');
    const fresh = await explained(project, 'build');
    assert.equal([fresh.changed, fresh.good?.key.length], [[], 64]);
    assert.not.match(fresh.text, /Changed since/);

    const command = `cat gen/words src/* > out; echo level \${{ params.level }}`;
    const more = { secret: '"2"', command, outputs: 'out, log', state: 'memo', tools: 'cat, tr', env: '-O2' };
    project.write('Sandboxfile.yaml', FILE(more));
    project.write('src/one', 'one and more\n');
    project.write('src/three', 'three\n');
    project.remove('src/two');
    project.write('words', 'a\nc\n');
    await run('gen');
    const { text, changed } = await explained(project, 'build', '--set', 'level=2');
    const told = text.slice(text.indexOf('Changed since then:'), text.indexOf('\n\nWhat counts:'));
    assert.match(
      told,
      /\n {2}command\n {6}set -e\n {4}- cat gen\/words src\/\* > out; echo \$\{\{ params.level \}\} \$\{KEY:\+known\}\n {4}\+ cat .* echo level \$\{\{ params.level \}\}\n {6}true\n/,
    );
    assert.match(told, /\n {2}value params.level: 1 -> 2\n/);
    assert.match(told, /\n {2}env CFLAGS: -O1 -> -O2\n/);
    assert.match(told, /\n {2}inputs\n {4}~ src\/one {2}4 B -> 13 B\n {4}\+ src\/three {2}6 B\n {4}- src\/two {2}4 B\n/);
    assert.match(told, /\n {2}tool tr: \(none\) -> .*tr/);
    assert.match(
      told,
      /\n {2}upstream gen: [0-9a-f]{16} -> [0-9a-f]{16}\n {4}~ gen\/words {2}4 B, other content\n/,
      'which of its results changed',
    );
    assert.match(told, /\n {2}outputs: \+log\n {2}state: \+memo\n {2}secret KEY: version 1 -> version 2$/);
    const fields = changed.map(({ field, name }) => (name === undefined ? field : `${field} ${name}`));
    const all = ['command', 'value params.level', 'env CFLAGS', 'inputs', 'tool tr', 'upstream gen', 'outputs', 'state', 'secret KEY'];
    assert.equal(fields, all, 'the same as typed fields');
    const inputs = changed.find(({ field }) => field === 'inputs') as unknown as { files: { path: string; from?: { size: number } }[] };
    assert.equal(
      inputs.files.map(({ path, from }) => [path, from?.size]),
      [
        ['src/one', 4],
        ['src/three', undefined],
        ['src/two', 4],
      ],
    );
    assert.not.match(text + JSON.stringify(changed), /top-secret/);
  }));

test('`explain STEP` compares with the last good run also where the last run was none, and says what happened since', () =>
  withStory(async (project) => {
    assert.is((await project.sbx(['run', 'build'])).code, 0);
    project.write('Sandboxfile.yaml', FILE({ command: 'exit 7', env: '-O2' }));
    project.write('src/one', 'broken\n');
    for (let round = 0; round < 2; round++) assert.is((await project.sbx(['run', 'build'])).code, 1);
    const { text, last, changed } = await explained(project, 'build');
    assert.match(text, /would run:\n {2}failed when it last ran\n\nLast run: failed in \S+, \S+ ago; the last success: in \S+, \S+ ago\n/);
    assert.match(text, /\nChanged since the last success:\n {2}command\n/);
    assert.match(text, /\n {4}~ src\/one {2}4 B -> 7 B\n/);
    assert.equal([last?.is, changed.map(({ field }) => field)], ['failed', ['command', 'env', 'inputs']]);
    project.write('Sandboxfile.yaml', FILE());
    project.write('src/one', 'one\n');
    const back = await explained(project, 'build');
    assert.equal(back.changed, [], 'as it was then: nothing to compare');
  }));

test('`explain STEP`: a run whose inputs changed meanwhile is no good one to compare with', () =>
  withStory(async (project) => {
    assert.is((await project.sbx(['run', 'build'])).code, 0);
    project.write('Sandboxfile.yaml', FILE({ command: 'cat src/* > out; echo more >> src/one' }));
    assert.is((await project.sbx(['run', 'build'])).code, 0);
    const { text, changed } = await explained(project, 'build');
    assert.match(text, /\nLast run: succeeded while its inputs changed, in \S+, \S+ ago; the last success: in \S+, \S+ ago\n/);
    assert.match(text, /\nChanged since the last success:\n {2}command\n(?:.*\n)* {2}inputs\n {4}~ src\/one {2}4 B -> 9 B\n/);
    assert.equal(
      changed.map(({ field }) => field),
      ['command', 'inputs'],
    );
  }));

test('`explain STEP`: as far as the former tree is known, and where it is not, that is said', () =>
  withStory(async (project) => {
    for (let i = 0; i < 40; i++) project.write(`src/f${i}`, `${i}\n`);
    assert.is((await project.sbx(['run', 'build'])).code, 0);
    project.write('src/f7', 'edited\n');
    assert.match((await explained(project, 'build')).text, /\n {4}~ src\/f7 {2}2 B -> 7 B\n/, 'a large tree has a file of its own');
    rmSync(join(project.root, '.sbx/trees'), { recursive: true });
    const { text, changed } = await explained(project, 'build');
    assert.match(text, /\n {2}inputs: which files is not known: the former ones were forgotten\n/);
    assert.equal(Object.keys(changed[0] ?? {}), ['field', 'from', 'to']);
    const never = await explained(project, 'gen', '--set', 'level=9');
    assert.equal(never.changed, []);
  }));

test('`explain STEP` names the files behind a step that makes none: a service, a check', () => {
  const file = `version: 1
steps:
  web: { run: cat conf; sleep 60, service: true, ready: { line: up }, inputs: [conf] }
  lint: { run: 'true', inputs: [src], outputs: [] }
  test: { run: 'true', needs: [web, lint], inputs: [], outputs: [] }
`;
  return withProject({ 'Sandboxfile.yaml': file, conf: 'up\n', src: 'one\n' }, async (project) => {
    assert.is((await project.sbx(['run', 'test'])).code, 0);
    project.write('conf', 'up, and more\n');
    project.write('src', 'other\n');
    const { text } = await explained(project, 'test');
    assert.match(text, /\n {2}upstream lint: .*\n {4}~ src {2}4 B -> 6 B\n {2}upstream web: .*\n {4}~ conf {2}3 B -> 13 B\n/);
  });
});

test('`explain STEP` of a sync and of what reads what arrived: file by file, and the probes of the place', async () => {
  await withFarProject({ sandbox: '    probes: { tool: cat TOOL 2>/dev/null || true }\n' }, async (story) => {
    assert.is((await story.sbx(['run', 'fetch-artifacts'])).code, 0);
    story.project.write('src/a', 'edited\n');
    story.project.write('src/c', 'new\n');
    for (const step of ['sync', 'build']) {
      const { text } = await explained(story, step);
      assert.match(text, /\nChanged since then:\n {2}inputs\n {4}~ src\/a {2}4 B -> 7 B\n {4}\+ src\/c {2}4 B\n/, step);
    }
    const { text } = await explained(story, 'fetch-artifacts');
    assert.match(text, /\n {2}upstream build: [0-9a-f]{16} -> [0-9a-f]{16}\n/);
  });
});

test.run();
