import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectOf } from './loading.ts';

test('a simple file becomes a project with defaults', async () => {
  const project = await projectOf(`
version: 1
env: { A: 1, B: x }
steps:
  build:
    run: make all
    env: [LANG, NOT_SET]
    inputs: src/**
    outputs: [out/**]
    timeout: 1h
    needs: prepare
  prepare:
    run: echo hi
`);
  assert.is(project.name, 'hello');
  assert.equal([...project.sandboxes.keys()], ['local']);
  const build = project.steps.get('build');
  assert.equal(build?.script, { shell: 'sh', text: 'make all', variables: [], source: 'make all' });
  assert.equal(build?.env, [
    ['A', '1'],
    ['B', 'x'],
    ['LANG', 'C'],
  ]);
  assert.equal(build?.inputs, ['src/**']);
  assert.equal(build?.needs, ['prepare']);
  assert.is(build?.timeout, 3_600_000);
  assert.is(build?.span?.start.line, 5);
  assert.equal(project.sandboxes.get('local')?.probeMaxAge, 7 * 86_400_000);
});

test.run();
