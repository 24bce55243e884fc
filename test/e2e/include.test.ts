import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../rig/cli.ts';
import { type TestProject, withProject } from '../rig/project.ts';

const FILES = {
  'Sandboxfile.yaml': `version: 1
params: { level: "1" }
include: { backend: backend, docs: { file: docs, optional: true } }
steps:
  all: { run: cat backend/out/app > all, needs: [backend:build], inputs: [], outputs: [all] }
`,
  'backend/Sandboxfile.yaml': `version: 1
params: { level: "0" }
dotenv: own.env
use: tools
steps:
  build:
    run: mkdir -p out && echo "$(cat src/a) $LEVEL \${{ params.level }}" > out/app
    needs: [generate]
    inputs: [src/**]
    outputs: [out]
    env: { LEVEL: "\${{ env.OWN }}" }
`,
  'backend/own.env': 'OWN=here\n',
  'backend/recipes/tools.yaml': 'version: 1\nsteps: { generate: { run: "pwd > where", inputs: [], outputs: [where] } }\n',
  'backend/src/a': 'a1',
};

async function ran(project: TestProject, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await project.sbx(['run', ...args]);
  assert.is(code, 0, stdout + stderr);
  return stdout;
}

test('steps of an included file run in its folder, and what lies beside it is found', () =>
  withProject(FILES, async (project) => {
    assert.match(await ran(project, 'all'), '3 steps: 3 succeeded');
    assert.is(project.read('all'), 'a1 here 1\n');
    assert.is(project.read('backend/where'), `${project.root}/backend\n`);
    assert.match((await project.sbx(['list'])).stdout, /backend:build +mkdir/);
    const alone = await project.sbx(['run', 'build'], { cwd: `${project.root}/backend` });
    assert.is(alone.code, 0, alone.stderr);
    assert.is(project.read('backend/out/app'), 'a1 here 0\n');
  }));

test('an edit of an included file, of what lies beside it, or an optional file that appears is seen by a run that has nothing to do', () =>
  withProject(FILES, async (project) => {
    /** With evidence, which is kept of what is older than the times of files are exact. */
    const settled = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 2200));
      assert.match(await ran(project, 'all'), 'everything is fresh: 3 steps');
      assert.ok(existsSync(join(project.root, '.sbx/evidence')));
      assert.match(await ran(project, 'all'), 'everything is fresh: 3 steps');
    };
    await ran(project, 'all');
    await settled();
    project.write('backend/own.env', 'OWN=there\n');
    assert.match(await ran(project, 'all'), '3 succeeded');
    assert.is(project.read('all'), 'a1 there 1\n');
    project.write('backend/Sandboxfile.yaml', project.read('backend/Sandboxfile.yaml').replace('> out/app', '| tr a b > out/app'));
    assert.match(await ran(project, 'all'), '2 succeeded');
    assert.is(project.read('all'), 'b1 there 1\n');
    await settled();
    project.write('docs/Sandboxfile.yaml', 'version: 1\nsteps: { all: { rnu: x } }\n');
    const { code, stderr } = await project.sbx(['run', 'all']);
    assert.is(code, 2);
    assert.match(
      stderr,
      'docs/Sandboxfile.yaml:2:17\n  |\n2 | steps: { all: { rnu: x } }\n  |                 ^^^\nhint: Did you mean `run`?',
    );
  }));

test('an error inside an included file shows that file, its line and column, from every folder', () =>
  withProject(FILES, async (project) => {
    project.write('backend/Sandboxfile.yaml', 'version: 1\nsteps:\n  build: { run: make, needs: [bild] }\n');
    const { stderr } = await project.sbx(['validate'], { cwd: `${project.root}/backend/src` });
    assert.match(stderr, ' --> ../Sandboxfile.yaml:3:31\n');
    const above = await project.sbx(['validate']);
    assert.match(
      above.stderr,
      ' --> backend/Sandboxfile.yaml:3:31\n  |\n3 |   build: { run: make, needs: [bild] }\n  |                               ^^^^\nhint: Did you mean `build`?',
    );
  }));

test('examples/monorepo runs, as a whole and alone', () =>
  withProject({}, async (project) => {
    cpSync(join(REPOSITORY, 'examples/monorepo'), project.root, { recursive: true });
    assert.match(await ran(project), '5 steps: 5 succeeded');
    assert.is(project.read('all.txt'), 'hello Welt small\nhello world large\nhello world small\n');
    assert.match(await ran(project, 'backend'), '5 steps: 2 succeeded, 3 fresh');
    const alone = await project.sbx(['run'], { cwd: join(project.root, 'backend') });
    assert.is(alone.code, 0, alone.stderr);
    assert.is(project.read('backend/out/de-small.txt'), 'hi Welt small\n');
  }));

test.run();
