import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Project, Step } from '../../lib/model/project.ts';
import { makeGraph } from '../../lib/plan/graph.ts';
import { type SelectOptions, select } from '../../lib/plan/select.ts';
import { planOf, play } from './play.ts';
import { project, step, World } from './world.ts';

function selected(steps: readonly Step[], names: readonly string[], options: SelectOptions = {}, more: Partial<Project> = {}): string {
  const file = project(steps, more);
  const graph = makeGraph(file).value;
  if (!graph) throw new Error('circle');
  const { value, diagnostics } = select(file, graph, names, options);
  return value ? value.steps.join(' ') : diagnostics.map((one) => `${one.code}: ${one.message}; ${one.hint}`).join('\n');
}

const steps = [step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['b'], after: ['d'] }), step('d'), step('e')];

test('named steps bring what they need', () => {
  assert.is(selected(steps, ['c']), 'a b c');
  assert.is(selected(steps, ['c', 'd']), 'a b d c');
  assert.is(selected(steps, ['c'], { only: true }), 'c');
});

test('without names the default, without a default a word', () => {
  assert.is(selected(steps, [], {}, { default: ['b'] }), 'a b');
  assert.is(
    selected(steps, []),
    'nothing-to-run: no step was named and the file has no default; Name a step, e.g. `a`, or set `default: [a]`.',
  );
});

test('an unknown name has a suggestion', () => {
  const known = [step('remote-build'), step('fetch')];
  assert.is(
    selected(known, ['remote-biuld', 'zzz']),
    'unknown-step: there is no step remote-biuld; Did you mean `remote-build`?\nunknown-step: there is no step zzz; `sbx list` shows them all.',
  );
  assert.match(selected(known, ['fetch'], { force: ['fetsh'] }), /Did you mean `fetch`/);
});

test('a cell that is none is answered with those that are', () => {
  const cells = ['b@1,x', 'b@2,x', 'b@2,y'];
  const called = new Map([
    ['b', cells],
    ['other', ['a']],
  ]);
  const told = (name: string) => selected([step('a'), ...cells.map((id) => step(id))], [name], {}, { called });
  assert.is(told('b@1'), 'unknown-step: there is no step b@1; `b` has b@1,x, b@2,x, b@2,y.');
  assert.is(told('other@1'), 'unknown-step: there is no step other@1; Did you mean `other`?');
});

test('what runs on failure or always comes along when all it needs is there', () => {
  const some = [
    ...[step('a'), step('b')],
    step('tell', { when: 'failure', needs: ['a', 'b'] }),
    step('later', { when: 'always', needs: ['tell'] }),
    step('beside', { when: 'always', after: ['b'] }),
    step('ever', { when: 'always' }),
  ];
  assert.is(selected(some, ['a']), 'a ever');
  assert.is(selected(some, ['a', 'b']), 'a b tell later beside ever');
  assert.is(selected(some, ['a'], { only: true }), 'a');
});

test('a disabled step brings nothing along', () => {
  assert.is(selected([step('a'), step('b', { needs: ['a'], enabled: false }), step('c', { needs: ['b'] })], ['c']), 'b c');
});

const vm = { sandbox: 'vm' };
const machine = [
  step('import'),
  step('start', { provides: 'vm', needs: ['import'] }),
  step('sync', { ...vm, task: 'sync' }),
  step('build', { ...vm, task: 'remote-build', needs: ['sync'] }),
  step('fetch', { ...vm, task: 'fetch-artifacts', needs: ['build'] }),
  step('down', { ...vm, task: 'teardown', releases: 'vm' }),
  step('local'),
];

test('a place brings its providers; a releaser comes only if named or by its when', () => {
  assert.is(selected(machine, ['fetch']), 'import start sync build fetch');
  assert.is(selected(machine, ['local']), 'local');
  assert.is(selected(machine, ['down']), 'down');
  const always = machine.map((one) => (one.id === 'down' ? { ...one, when: 'always' as const } : one));
  assert.is(selected(always, ['fetch']), 'import start sync build fetch down');
  assert.is(selected(always, ['local']), 'local');
});

test('providers and releasers run only if something runs in their place', () => {
  const always = project(machine.map((one) => (one.id === 'down' ? { ...one, when: 'always' as const } : one)));
  const world = new World();
  world.write('a', '1');
  world.probe('vm', { ghc: '1' });
  const said = (): string =>
    planOf(always, world, ['fetch'])
      .actions.map(({ action, decision }) => `${action.id}:${decision.is === 'skip' ? decision.because.code : decision.is}`)
      .join(' ');
  assert.is(said(), 'import:run start:run sync:run build:run fetch:run down:run');
  play(always, world, ['fetch']);
  assert.equal(world.executed, ['import', 'start', 'sync', 'build', 'fetch', 'down']);
  assert.is(said(), 'import:run start:not-needed sync:fresh build:fresh fetch:fresh down:not-needed');
  assert.equal(planOf(always, world, ['fetch']).places, []);
  world.executed.length = 0;
  play(always, world, ['fetch']);
  assert.equal(world.executed, ['import']);
});

test('the order passes through what is not selected', () => {
  const file = project([step('a'), step('b', { needs: ['a'] }), step('c', { needs: ['b'] })]);
  const graph = makeGraph(file).value;
  assert.equal(graph && select(file, graph, ['a', 'c'], { only: true }).value?.before('c'), ['a']);
});

test('--only trusts what the others made last', () => {
  const file = project([step('a', { inputs: ['a'], outputs: ['out/a'] }), step('b', { inputs: ['b'], outputs: [], needs: ['a'] })]);
  const world = new World();
  world.write('a', '1');
  play(file, world, ['b']);
  world.write('a', '2');
  assert.is(planOf(file, world, ['b'], { only: true }).actions[0]?.decision.is, 'fresh');
  assert.is(play(file, world, ['b']).get('b'), 'ran');
});

test('--force of all, and of one', () => {
  const file = project([step('a', { inputs: ['a'], outputs: ['out/a'] }), step('b', { inputs: ['b'], outputs: [], needs: ['a'] })]);
  const world = new World();
  play(file, world, ['b']);
  const codes = (force: true | readonly string[]): string =>
    planOf(file, world, ['b'], { force })
      .actions.map(({ decision }) => decision.is)
      .join(' ');
  assert.is(codes(['b']), 'fresh run');
  assert.is(codes(['a']), 'run maybe');
  assert.is(codes(true), 'run run');
  assert.is(planOf(file, world, ['b'], { noCache: true }).actions[0]?.decision.is, 'run');
});

test.run();
