import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

test('a timeout longer than a timer of the engine holds ends nothing early', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps: { a: { run: sleep 0.2, timeout: 30d } }\n' }, async (project) => {
    const ended = await project.sbx(['run', 'a']);
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
  }));

test.run();
