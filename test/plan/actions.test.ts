import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Reads } from '../../lib/model/plan.ts';
import type { Step } from '../../lib/model/project.ts';
import { draftActions } from '../../lib/plan/actions.ts';
import { makeGraph } from '../../lib/plan/graph.ts';
import { selectAll } from '../../lib/plan/select.ts';
import { project, step, tasks, World } from './world.ts';

function draft(steps: readonly Step[]) {
  const file = project(steps);
  const graph = makeGraph(file).value;
  if (!graph) throw new Error('circle');
  return draftActions(file, selectAll(graph), tasks);
}

function problems(steps: readonly Step[]): string {
  return draft(steps)
    .diagnostics.map((one) => `${one.code}: ${one.message}`)
    .join('\n');
}

function readsOf(steps: readonly Step[], id: string): Reads | undefined {
  return draft(steps).value?.find((action) => action.id === id)?.draft.reads;
}

function treeOf(steps: readonly Step[], id: string, paths: string): string {
  const world = new World();
  for (const path of paths.split(' ')) world.write(path, path);
  const action = draft(steps).value?.find((one) => one.id === id);
  return (
    (action &&
      world
        .inputs(action)
        ?.entries.map((entry) => entry.path)
        .join(' ')) ??
    'none'
  );
}

const at = (line: number) => ({ spanOf: () => ({ file: 'Sandboxfile.yaml', start: { line, column: 3 }, end: { line, column: 9 } }) });

test('overlapping outputs are refused and both steps are named', () => {
  const steps = [step('a', { outputs: ['dist'], ...at(4) }), step('b', { outputs: ['dist/b/*.js', 'x'], ...at(9) })];
  const { value, diagnostics } = draft(steps);
  assert.is(value, undefined);
  assert.is(diagnostics[0]?.message, 'outputs of b (dist/b/*.js, x) and of a (Sandboxfile.yaml:4:3) (dist) can be the same files');
  assert.equal(diagnostics[0]?.span?.start.line, 9);
  assert.is(diagnostics[0]?.code, 'overlapping-outputs');
});

test('thousands of outputs that begin with a wildcard and differ behind it are apart, and one that is not is found', () => {
  const many = Array.from({ length: 1500 }, (_, i) => step(`s${i}`, { outputs: [`build/*/pkg-${i}.tar`, `*.o${i}`] }));
  assert.is(problems(many), '');
  const found = problems([...many, step('z', { outputs: ['build/x/pkg-1499.*'] })]);
  assert.is(
    found,
    'overlapping-outputs: outputs of z (build/x/pkg-1499.*) and of s1499 (build/*/pkg-1499.tar, *.o1499) can be the same files',
  );
});

test('outputs are compared in their place, below their folder, and without what was taken away', () => {
  assert.is(problems([step('a', { outputs: ['dist'], dir: 'x' }), step('b', { outputs: ['dist'], dir: 'y' })]), '');
  assert.ok(problems([step('a', { outputs: ['dist'], dir: 'x' }), step('b', { outputs: ['x/dist'] })]));
  assert.is(problems([step('a', { outputs: ['dist', '!dist/b'] }), step('b', { outputs: ['dist/b'] })]), '');
  const remote = step('b', { task: 'remote-build', sandbox: 'vm', outputs: ['dist'] });
  assert.is(problems([step('a', { outputs: ['dist'] }), remote]), '');
  assert.ok(problems([{ ...remote, id: 'a' }, remote]));
  assert.ok(problems([step('a', { outputs: ['dist'] }), step('b', { task: 'fetch-artifacts', sandbox: 'vm', fields: { to: 'dist' } })]));
});

test('state may be shared, and a disabled step makes nothing', () => {
  assert.is(problems([step('a', { outputs: ['a'], state: ['memory'] }), step('b', { outputs: ['b'], state: ['memory'] })]), '');
  assert.is(problems([step('a', { outputs: ['dist'], enabled: false }), step('b', { outputs: ['dist'] })]), '');
});

test('two thousand outputs side by side are no overlap', () => {
  const many = Array.from({ length: 1500 }, (_, i) => step(`s${i}`, { inputs: ['src'], outputs: [`out/${i}/*.js`, `out/${i}.map`] }));
  assert.is(problems(many), '');
});

test('what is changed in place cannot be remembered', () => {
  assert.is(
    problems([step('a', { inputs: ['src', 'x.c'], outputs: ['x.c'] })]),
    'overlapping-outputs: step a: x.c is both input and output',
  );
  assert.is(problems([step('a', { inputs: ['src'], outputs: ['src/gen'] })]), '');
  const both = (inputs: readonly string[], outputs: readonly string[]): boolean => problems([step('a', { inputs, outputs })]) !== '';
  for (const glob of ['src/**', 'src/*', 'src/**/*.c', 'src/{a,b}/*.[ch]']) assert.ok(both([glob], [glob]), glob);
  assert.ok(both(['src'], ['src/**']));
  assert.not(both(['src/**', '!src/gen/**'], ['src/gen/**']));
  assert.not(both(['**/*.c'], ['gen/*.c', '**/*.o']));
});

test('outputs that take in the Sandboxfile would take the sources for products', () => {
  for (const outputs of [['*'], ['**'], ['*.yaml'], ['Sandboxfile.yaml']])
    assert.match(problems([step('a', { inputs: [], outputs })]), 'take in Sandboxfile.yaml, which it does not make');
  assert.is(problems([step('a', { inputs: [], outputs: ['*', '!Sandboxfile.yaml'] })]), '');
});

test('globs that only take away name nothing', () => {
  assert.match(problems([step('a', { inputs: ['!docs'], outputs: [] })]), /bad-glob: step a: inputs only take away/);
});

test('outputs without inputs: all files less outputs and state of all, one list for all such steps', () => {
  const steps = [
    step('a', { outputs: ['dist', '!dist/keep'], state: ['.memo'] }),
    step('b', { outputs: ['lib/*.o'], dir: 'sub' }),
    step('fetch', { task: 'fetch-artifacts', sandbox: 'vm', fields: { to: 'art' } }),
  ];
  const paths = 'a.c .memo/x art/y dist/keep dist/z lib/x.o sub/lib/x.c sub/lib/x.o';
  assert.is(treeOf(steps, 'a', paths), 'a.c dist/keep lib/x.o sub/lib/x.c');
  const globs = ['a', 'b'].map((id) => readsOf(steps, id)).map((reads) => reads?.is === 'files' && reads.globs);
  assert.equal(globs[0], globs[1]);
});

test('a step reads neither its own products nor those that count by what it needs', () => {
  const steps = [
    step('gen', { inputs: ['x.y'], outputs: ['src/gen.c'] }),
    step('a', { inputs: ['src'], outputs: ['src/a.o'], state: ['src/.m'], needs: ['gen'] }),
  ];
  assert.is(treeOf(steps, 'a', 'src/a.c src/a.o src/.m/x src/gen.c src/other.c'), 'src/a.c src/other.c');
});

test('a sync sends sources and what it needs, not what others make here', () => {
  const steps = [
    step('gen', { inputs: ['x.y'], outputs: ['src/gen.c'], state: ['memo'] }),
    step('docs', { inputs: ['x.y'], outputs: ['docs'] }),
    step('sync', { task: 'sync', sandbox: 'vm', needs: ['gen'] }),
    step('fetch', { task: 'fetch-artifacts', sandbox: 'vm', needs: ['sync'], fields: { to: 'art' } }),
  ];
  assert.is(treeOf(steps, 'sync', 'src/a.c src/gen.c memo/m docs/d art/a x.y'), 'src/a.c src/gen.c x.y');
});

test('unknown tasks and places have suggestions', () => {
  const { diagnostics } = draft([step('a', { task: 'sinc' }), step('b', { sandbox: 'mv' })]);
  assert.equal(
    diagnostics.map((one) => [one.code, one.hint]),
    [
      ['unknown-task', 'Did you mean `sync`?'],
      ['unknown-sandbox', 'Did you mean `vm`?'],
    ],
  );
});

test.run();
