import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../lib/model/project.ts';
import { type Graph, makeGraph } from '../../lib/plan/graph.ts';
import { linksOf } from '../../lib/plan/step-graph.ts';
import { planOf } from './play.ts';
import { project, sandbox, step, World } from './world.ts';

function orderOf(steps: readonly Step[]): string {
  const { value, diagnostics } = makeGraph(project(steps, { places: [sandbox('vm'), sandbox('board')] }));
  return value
    ? value.order.join(' ')
    : diagnostics.map((one) => `${one.code}: ${one.message}${one.hint ? ` (${one.hint})` : ''}`).join('\n');
}

test('the order of the file decides where edges do not', () => {
  assert.is(orderOf([step('c'), step('a'), step('b')]), 'c a b');
  assert.is(orderOf([step('c', { needs: ['b'] }), step('a'), step('b')]), 'a b c');
  assert.is(orderOf([step('d', { after: ['a'] }), step('c', { needs: ['a'] }), step('a'), step('b')]), 'a d c b');
});

test('a circle is told with its whole path, begun where it stands first in the file', () => {
  const steps = [step('z'), step('b', { needs: ['c'] }), step('c', { needs: ['z', 'a'] }), step('a', { after: ['b'] })];
  assert.is(orderOf(steps), 'cycle: steps wait for each other: b -> c -> a -> b');
  assert.is(orderOf([step('a', { needs: ['a'] })]), 'cycle: step a waits for itself');
});

test('every circle is told, what only hangs on one is not', () => {
  const steps = [
    ...[step('a', { needs: ['b'] }), step('b', { needs: ['a'] }), step('c', { needs: ['d'] }), step('d', { needs: ['c'] })],
    step('e', { needs: ['a', 'd'] }),
  ];
  assert.is(orderOf(steps), 'cycle: steps wait for each other: a -> b -> a\ncycle: steps wait for each other: c -> d -> c');
});

test('a circle is shown where its first step says what it needs', () => {
  const span = { file: 'Sandboxfile.yaml', start: { line: 3, column: 5 }, end: { line: 3, column: 9 } };
  const { diagnostics } = makeGraph(project([step('a', { needs: ['b'], spanOf: () => span }), step('b', { needs: ['a'] })]));
  assert.equal(diagnostics[0]?.span, span);
});

test('providers come before what runs in the place, but not before what they need themselves', () => {
  const steps = [
    step('build', { sandbox: 'vm' }),
    step('start', { provides: 'vm', needs: ['setup'] }),
    step('setup', { sandbox: 'vm', needs: ['import'] }),
    step('import'),
  ];
  assert.is(orderOf(steps), 'import setup start build');
});

test('releasers come after the last user, but not after what waits for them', () => {
  const steps = [
    step('down', { releases: 'vm' }),
    step('start', { provides: 'vm' }),
    step('build', { sandbox: 'vm' }),
    step('anew', { sandbox: 'vm', needs: ['down'] }),
  ];
  assert.is(orderOf(steps), 'start build down anew');
});

test('places that wait for each other are told why', () => {
  const steps = [step('one', { sandbox: 'vm', provides: 'board' }), step('two', { sandbox: 'board', provides: 'vm' })];
  assert.match(orderOf(steps), /^cycle: .*one -> two -> one \(two provides vm, where one runs; one provides board, where two runs\)$/);
});

test('unknown needs are left to others to tell', () => {
  assert.is(orderOf([step('a', { needs: ['nobody'] })]), 'a');
});

test('five thousand steps, deep, wide and in a circle', () => {
  const ids = Array.from({ length: 5000 }, (_, i) => `s${i}`);
  const deep = ids.map((id, i) => step(id, { needs: i > 0 ? [`s${i - 1}`] : [] })).reverse();
  assert.is(orderOf(deep), ids.join(' '));
  const wide = [step('last', { needs: ids }), ...ids.map((id) => step(id))];
  assert.is(orderOf(wide), [...ids, 'last'].join(' '));
  const round = ids.map((id, i) => step(id, { needs: [`s${(i + 1) % 5000}`] }));
  assert.ok(orderOf(round).endsWith(`${ids.join(' -> ')} -> s0`));
});

test('twenty thousand providers and releasers of one place, and as many users', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => i);
  const steps = [
    ...many.map((i) => step(`down${i}`, { releases: 'vm', when: 'always' })),
    ...many.map((i) => step(`use${i}`, { sandbox: 'vm' })),
    ...many.map((i) => step(`up${i}`, { provides: 'vm' })),
  ];
  const file = project(steps, { places: [sandbox('vm')] });
  const graph = makeGraph(file).value as Graph;
  assert.equal([graph.order[0], graph.order[20_000], graph.order[40_000]], ['up0', 'use0', 'down0']);
  assert.equal([graph.before('use7').length, graph.before('down7').length, graph.before('up7').length], [20_000, 40_000, 0]);
  const planned = planOf(file, new World(), ['use0']).actions.map(({ action, decision }) => `${action.id}:${decision.is}`);
  assert.is(planned.length, 40_001);
  assert.equal([planned[0], planned.at(-1)], ['up0:run', 'down19999:run']);
});

test('what waits for what is found by looking at each a few times, however many provide a place, use and release it', () => {
  const many = Array.from({ length: 60 }, (_, i) => String(i));
  const steps = many.flatMap((i) => [
    step(`up${i}`, { provides: 'vm' }),
    step(`use${i}`, { sandbox: 'vm' }),
    step(`down${i}`, { releases: 'vm', needs: [`use${i}`] }),
  ]);
  const of = project(steps, { places: [sandbox('vm')] });
  const graph = makeGraph(of).value as Graph;
  let named = 0;
  const counted = (one: string): readonly string[] => {
    const found = graph.before(one);
    named += found.length;
    return found;
  };
  const links = linksOf(of.steps, graph.order, counted);
  assert.is(links.get('use7')?.after.length, 60, 'all that bring the place up');
  assert.ok(links.get('down7')?.after.every((id) => id.startsWith('use')));
  const edges = graph.order.reduce((sum, id) => sum + graph.before(id).length, 0);
  assert.ok(named <= 2 * edges, `${named} names were given, of ${edges} edges`);
});

test.run();
