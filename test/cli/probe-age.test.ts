import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

const FILE = `version: 1
sandboxes:
  vm: { files: all, probes: { sh: echo 1 }, probeMaxAge: 1ms }
steps:
  sync: { task: sync, in: vm }
  build: { task: remote-build, in: vm, needs: [sync], run: cat a.txt }
  use: { run: "true", needs: [build] }
`;
const WARNING = 'the toolchain of vm was last looked at';

test('old probes give a warning where they are believed, and none where the place is reached', () =>
  withProject({ 'Sandboxfile.yaml': FILE, 'a.txt': 'a\n' }, async (project) => {
    const first = await project.sbx(['run', 'build']);
    assert.is(first.code, 0, first.stderr);
    assert.not.match(first.stdout, WARNING);
    const second = await project.sbx(['run', 'use']);
    assert.is(second.code, 0, second.stderr);
    assert.match(second.stdout, WARNING);
    assert.match((await project.sbx(['plan', 'use'])).stderr, WARNING);
    assert.match((await project.sbx(['explain', 'build'])).stderr, WARNING);
  }));

test.run();
