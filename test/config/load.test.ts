import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadText, projectOf } from './loading.ts';

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
  assert.is(build?.spanOf?.()?.start.line, 5);
  assert.equal(project.sandboxes.get('local')?.probeMaxAge, 7 * 86_400_000);
});

const withEnv = (variables: number, steps: number, own: string): string =>
  `version: 1\nenv:\n${lines(variables, (n) => `  K${n}: x`)}\nsteps:\n${lines(steps, (n) => `  s${n}: { run: x${own} }`)}\n`;
const lines = (count: number, line: (n: number) => string): string => Array.from({ length: count }, (_, n) => line(n)).join('\n');

test('steps without an environment of their own share one list of variables, however many', async () => {
  const { steps } = await projectOf(withEnv(2000, 2000, ''));
  assert.is(new Set([...steps.values()].map(({ env }) => env)).size, 1);
});

test('a thousand steps with 300 variables and one of their own are fine', async () => {
  const { steps } = await projectOf(withEnv(300, 1000, ', env: { A: b }'));
  assert.is(steps.get('s999')?.env.length, 301);
});

test('more variables than a second can take are refused, once', async () => {
  const { diagnostics } = await loadText(withEnv(2000, 2000, ', env: { A: b }'));
  assert.equal(
    diagnostics.map(({ message, hint }) => [message, hint]),
    [['the steps have too many variables', 'Move them to the top level: what has an `env` of its own has a copy of all.']],
  );
});

test.run();
