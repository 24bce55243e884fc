import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestProject, withProject } from '../rig/project.ts';
import { withFarProject } from './far-project.ts';

const FILE = (flags: string, more = ''): string => `version: 1
params: { level: { default: "1" } }
steps:
  build: { run: "cat src/* > out; echo \${{ params.level }}", inputs: [src], outputs: [out], env: { CFLAGS: "${flags}" } }
  test: { needs: [build], run: "! grep -q broken out", inputs: [], outputs: [] }
  lint: { run: 'true', inputs: [src/a], outputs: [] }
  note: { run: echo noted }
${more}`;

/** Runs, and gives the name of the run. */
async function run(project: Pick<TestProject, 'sbx'>, ...words: string[]): Promise<string> {
  const { stdout, stderr } = await project.sbx(['run', '--json', ...words]);
  const started = stdout.split('\n').find((line) => line.includes('"run-started"'));
  return JSON.parse(started ?? assert.unreachable(stdout + stderr) ?? '').run;
}

interface Side {
  readonly outcome: { readonly is: string };
  readonly key: string | null;
}

async function explained(project: Pick<TestProject, 'sbx'>, former: string, latter: string) {
  const [text, json] = await Promise.all([project.sbx(['explain', former, latter]), project.sbx(['explain', '--json', former, latter])]);
  assert.equal([text.code, json.code], [0, 0], text.stderr + json.stderr);
  const { steps, alike } = JSON.parse(json.stdout) as {
    steps: { id: string; former?: Side; latter?: Side; changed?: { field: string }[] }[];
    alike: number;
  };
  return { text: text.stdout, stderr: text.stderr, steps, alike, of: (id: string) => steps.find((step) => step.id === id) };
}

const ALL = ['build', 'test', 'lint', 'note', '--continue'];

test('`explain A B` between two runs: for every step that differs in outcome or key what differs, field by field and file by file', () =>
  withProject({ 'Sandboxfile.yaml': FILE('-O1'), 'src/a': 'one\n', 'src/b': 'two\n' }, async (project) => {
    const first = await run(project, ...ALL);
    const again = await run(project, ...ALL);
    const same = await explained(project, first, again);
    assert.equal(
      [same.alike, same.steps.map(({ id }) => id)],
      [1, ['build', 'test', 'lint']],
      'succeeded, then fresh; a step that always runs is alike',
    );
    assert.match(
      same.text,
      /\nbuild succeeded -> fresh\n {2}the same key: nothing that counts differs\n {2}it ran in the former: never ran here\n/,
    );
    assert.is(same.of('build')?.former?.key, same.of('build')?.latter?.key);

    project.write('Sandboxfile.yaml', FILE('-O2', "  more: { run: 'true' }\n"));
    project.write('src/b', 'broken and long\n');
    project.write('src/c', 'three\n');
    const third = await run(project, 'more', ...ALL, '--set', 'level=3');
    for (const former of [again, first]) {
      const { text, of, alike } = await explained(project, former, third);
      assert.is(alike, former === again ? 2 : 1, 'lint and note; at first lint was not fresh');
      assert.match(
        text,
        /\nbuild \w+ -> succeeded\n {2}value params.level: 1 -> 3\n {2}env CFLAGS: -O1 -> -O2\n {2}inputs\n {4}~ src\/b {2}4 B -> 16 B\n {4}\+ src\/c {2}6 B\n/,
        former,
      );
      assert.match(
        text,
        /\ntest \w+ -> failed \(the command exited with 1\)\n {2}upstream build: [0-9a-f]{16} -> [0-9a-f]{16}\n {4}~ out {2}8 B -> 26 B\n/,
      );
      assert.match(text, /\nmore only in the latter: succeeded\n/);
      assert.equal(
        of('build')?.changed?.map(({ field }) => field),
        ['value', 'env', 'inputs'],
      );
      assert.is(of('test')?.latter?.outcome.is, 'failed');
    }
    // Neither the records of the project nor the store are needed: the journals tell it.
    rmSync(join(project.root, '.sbx/steps'));
    rmSync(join(project.home, '.cache/sbx'), { recursive: true });
    assert.match((await explained(project, first, third)).text, /\n {2}env CFLAGS: -O1 -> -O2\n {2}inputs\n {4}~ src\/b {2}4 B -> 16 B\n/);
    assert.match(
      (await explained(project, again, third)).text,
      /\n {2}env CFLAGS: -O1 -> -O2\n {2}inputs\n {4}~ src\/b/,
      'a fresh step: another journal',
    );
  }));

test('`explain A B`: steps without known record: that is said', () =>
  withProject({ 'Sandboxfile.yaml': FILE('-O1'), 'src/a': 'one\n' }, async (project) => {
    const first = await run(project, ...ALL);
    const fresh = await run(project, ...ALL);
    project.write('src/a', 'two\n');
    const last = await run(project, ...ALL);
    rmSync(join(project.root, '.sbx/steps'));
    rmSync(join(project.root, '.sbx/runs', first), { recursive: true });
    rmSync(join(project.home, '.cache/sbx'), { recursive: true });
    const { text, of } = await explained(project, fresh, last);
    assert.match(text, /\nbuild fresh -> succeeded\n {2}what counted for it is not known of at least one of them any more\n/);
    assert.not.ok('changed' in (of('build') ?? {}));
    const journal = join(project.root, '.sbx/runs', last, 'journal.ndjson');
    const lines = readFileSync(journal, 'utf8').split('\n');
    truncateSync(
      journal,
      lines
        .slice(
          0,
          lines.findIndex((line) => line.includes('step-fingerprint')),
        )
        .join('\n').length + 1,
    );
    const cut = await explained(project, fresh, last);
    assert.match(cut.text, /\nbuild fresh -> cut off\n {2}what counted for it is not known of the latter\n/);
    assert.match(cut.stderr, /ends early/);
  }));

test('`explain A B`: many inputs are named though their trees are large; names of runs are those of `replay`', () =>
  withProject({ 'Sandboxfile.yaml': FILE('-O1'), 'src/a': 'one\n' }, async (project) => {
    for (let i = 0; i < 40; i++) project.write(`src/f${i}`, `${i}\n`);
    const runs: string[] = [];
    for (const text of ['x\n', 'yy\n', 'zzz\n']) {
      project.write('src/f7', text);
      runs.push(await run(project, 'build'));
    }
    const [first = '', , third = ''] = runs;
    assert.match((await explained(project, first, third)).text, /\n {2}inputs\n {4}~ src\/f7 {2}2 B -> 4 B\n/);
    const completed = (await project.sbx(['__complete', 'steps,runs'])).stdout.split('\n');
    assert.equal(completed.slice(4, 7), [...runs].reverse());
    const unknown = await project.sbx(['explain', 'build', 'test']);
    assert.equal([unknown.code, unknown.stderr], [2, 'sbx: build is no run\n  sbx explain takes a step, or two runs\n']);
    const alone = await project.sbx(['explain', first]);
    assert.equal([alone.code, alone.stderr], [2, `sbx: ${first} is a run\n  sbx explain takes a step, or two runs\n`]);
    assert.match((await project.sbx(['explain', '20200101T000000-000000', first])).stderr, /there is no run 20200101.*\n {2}the newest: /);
    // The Sandboxfile may be faulty by now.
    writeFileSync(join(project.root, 'Sandboxfile.yaml'), 'version: 1\nsteps: 7\n');
    assert.match((await explained(project, first, third)).text, /src\/f7/);
    assert.is(readdirSync(join(project.root, '.sbx/runs')).length, 3, 'it only reads');
  }));

test('`explain A B` of runs in a place: by what arrived there', async () => {
  await withFarProject({}, async (story) => {
    const first = await run(story, 'fetch-artifacts');
    story.project.write('src/a', 'edited\n');
    const second = await run(story, 'fetch-artifacts');
    const { text } = await explained(story, first, second);
    for (const step of ['sync', 'build'])
      assert.match(text, new RegExp(`\\n${step} succeeded -> succeeded\\n {2}inputs\\n {4}~ src/a {2}4 B -> 7 B\\n`));
    assert.match(text, /\nfetch-artifacts succeeded -> succeeded\n {2}upstream build: /);
  });
});

test('the journal alone has the values that count: `--json` has the key', () =>
  withProject({ 'Sandboxfile.yaml': FILE('-O1-of-mine'), 'src/a': 'one\n' }, async (project) => {
    const ran = await project.sbx(['run', '--json', 'build']);
    assert.not.match(ran.stdout, /-O1-of-mine/);
    const events = ran.stdout
      .split('\n')
      .filter((line) => line.includes('"seq"'))
      .map((line) => JSON.parse(line));
    assert.equal(
      events.map(({ seq }) => seq),
      events.map((_, at) => at),
    );
    const of = (type: string) => events.find((event) => event.type === type);
    assert.match(of('step-fingerprint').key, /^[0-9a-f]{64}$/);
    assert.is(of('step-finished').key, of('step-fingerprint').key);
    const journal = readFileSync(join(project.root, '.sbx/runs', of('run-started').run, 'journal.ndjson'), 'utf8');
    assert.match(journal, /-O1-of-mine/);
  }));

test.run();
