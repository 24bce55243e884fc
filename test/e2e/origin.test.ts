import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

const FILES = {
  'Sandboxfile.yaml': `version: 1
params: { level: 1 }
steps:
  build:
    run: |
      make clean
      make all
    env: { A: one }
profiles:
  release: { steps: { build: { timeout: 2h } } }
`,
};

test('`sbx list --origin`: origin of every value, with file and line, also after the file was read before', () =>
  withProject(FILES, async (project) => {
    await project.sbx(['run', 'build']);
    const { stdout, code } = await project.sbx(['list', '--origin', '--profile', 'release', '--set', 'level=2']);
    assert.is(code, 0);
    assert.is(
      stdout,
      `Steps:
  build
    run      make clean …  Sandboxfile.yaml:5:5
    env.A    one           Sandboxfile.yaml:8:12
    timeout  2h            Sandboxfile.yaml:10:32 (profile release)

Parameters:
  level
    value  2  --set level
`,
    );
    assert.is((await project.sbx(['list', '--origin', 'level'])).stdout, 'Parameters:\n  level\n    value  1  Sandboxfile.yaml:2:11\n');
    const json = JSON.parse((await project.sbx(['list', '--origin', '--json', '--profile', 'release'])).stdout);
    assert.is(json.schema, 'sbx-origins');
    const timeout = json.values.find(({ field }: { field: string }) => field === 'timeout');
    const place = { by: 'profile', called: 'release', file: 'Sandboxfile.yaml', line: 10, column: 32 };
    assert.equal(timeout, { of: 'step', name: 'build', field: 'timeout', value: '2h', ...place });
  }));

test.run();
