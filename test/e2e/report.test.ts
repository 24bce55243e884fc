import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BROWSER, withPage } from '../rig/browser.ts';
import { needing } from '../rig/needing.ts';
import { type TestProject, withProject } from '../rig/project.ts';

const SANDBOXFILE = `version: 1
name: hello
default: [test, publish]
secrets: [TOKEN]
steps:
  gen: { task: shell, run: echo made > gen.txt, inputs: [], outputs: [gen.txt] }
  build: { task: shell, needs: [gen], run: "echo building; cat gen.txt > out.txt", inputs: [gen.txt], outputs: [out.txt] }
  test: { task: shell, needs: [build], run: 'echo "src/a.c:3:4: error: bad, token $TOKEN"; exit 3', secrets: [TOKEN] }
  publish: { task: shell, needs: [test], run: echo publish }
`;

function withRun(use: (project: TestProject) => Promise<void>, ...flags: readonly string[]): Promise<void> {
  return withProject({ 'Sandboxfile.yaml': SANDBOXFILE }, async (project) => {
    const ran = await project.sbx(['run', ...flags], { env: { TOKEN: 'hunter2hunter2' } });
    assert.is(ran.code, 1, ran.stderr);
    await use(project);
  });
}

needing(BROWSER)(
  '`report RUN` as one self-contained html page: graph, timeline with the critical path, what hit and what missed and why, logs',
  () =>
    withRun(async ({ sbx, root }) => {
      const ended = await sbx(['report']);
      assert.is(ended.code, 0, ended.stderr);
      const file = join(root, ended.stdout.trim());
      assert.match(file, /\/\.sbx\/runs\/[\w-]+\/report\.html$/);
      assert.is(statSync(file).mode & 0o777, 0o600, 'logs are for the eyes of the user');
      await withPage(file, async (page) => {
        const text = await page.ask<string>('document.body.innerText');
        for (const part of ['hello', 'failed, exit code 1', 'Critical path', 'miss: never ran here', 'test failed', 'Graph'])
          assert.match(text, part);
        assert.match(text, 'src/a.c:3:4: error: bad');
        assert.not.match(await page.ask<string>('document.documentElement.outerHTML'), 'hunter2');
        assert.is(await page.ask('document.querySelectorAll("svg .node").length'), 4);
        assert.equal([page.complaints, page.requests], [[], []]);
      });
    }),
);

test('durations against history: what is known of earlier runs is in the report of the next', () =>
  withRun(async ({ sbx }) => {
    await sbx(['run', '--force', 'build']);
    const { steps } = JSON.parse((await sbx(['report', '--json'])).stdout);
    const build = steps.find(({ id }: { id: string }) => id === 'build');
    assert.is(build.past.length, 2);
    assert.type(build.usual, 'number');
    assert.match(build.key, /^[0-9a-f]{64}$/);
    assert.equal(steps.find(({ id }: { id: string }) => id === 'gen').hit, true);
  }));

test('a run writes the reports that are asked for at its end, also one that finds everything fresh', () =>
  withRun(
    async ({ sbx, read, root }) => {
      assert.match(read('out/junit.xml'), '<failure type="command-failed" message="the command exited with 3">');
      assert.ok(JSON.parse(read('trace.json')).traceEvents.length > 4);
      assert.is(JSON.parse(read('run.json')).exit, 1);
      for (let time = 0; time < 3; time++) {
        const ended = await sbx(['run', 'build', '--report', `json=again-${time}.json`]);
        assert.is(ended.code, 0, ended.stderr);
        assert.equal(JSON.parse(read(`again-${time}.json`)).counts, { fresh: 2 });
      }
      const asked = ['run', 'build', '--report', 'json=same.json'];
      const runs = [];
      for (let time = 0; time < 3; time++) {
        await sbx(asked);
        runs.push(JSON.parse(read('same.json')).run);
      }
      assert.is(new Set(runs).size, 3, 'each is of its own run');
      assert.is((await sbx(['run', 'build', '--report', 'json=/dev/null/no.json'])).code, 1);
      assert.not.ok(existsSync(join(root, 'no.json')));
    },
    ...['--report', 'junit=out/junit.xml', '--report', 'trace=trace.json', '--report', 'json=run.json'],
  ));

test('`report RUN` is of that run, in every format: a page, JSON, a trace, JUnit', () =>
  withRun(async ({ sbx, read }) => {
    const { run, steps } = JSON.parse((await sbx(['report', '--json'])).stdout);
    await sbx(['run', 'build']);
    const { stdout } = await sbx(['report', run, '--format', 'json', '-o', '-']);
    assert.equal([JSON.parse(stdout).run, JSON.parse(stdout).steps.length], [run, steps.length]);
    for (const [format, name, part] of [
      ['html', 'report.html', '<!doctype html>'],
      ['trace', 'trace.json', `"run":"${run}"`],
      ['junit', 'junit.xml', '<testsuites name="hello" tests="4" failures="1"'],
    ] as const) {
      const written = await sbx(['report', run, '--format', format]);
      assert.equal([written.code, written.stdout], [0, `.sbx/runs/${run}/${name}\n`]);
      assert.match(read(`.sbx/runs/${run}/${name}`), part);
    }
  }));

test('what is asked for wrongly is said', () =>
  withRun(async ({ sbx }) => {
    const refused = async (...args: readonly string[]) => {
      const { code, stderr } = await sbx(args);
      return [code, stderr.trim().split('\n')[0]];
    };
    assert.equal(await refused('report', '--format', 'dot'), [2, 'sbx: sbx report writes no dot']);
    assert.equal(await refused('run', '--report', 'x.xml'), [2, 'sbx: --report needs FORMAT=FILE, not "x.xml"']);
    assert.equal(await refused('report', 'nosuch'), [1, 'sbx: there is no run nosuch']);
  }));

test.run();
