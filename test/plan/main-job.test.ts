import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planOf, play } from './play.ts';
import { project, sandbox, step, World } from './world.ts';

const vm = { sandbox: 'vm' };
const file = project(
  [
    step('sync', { ...vm, task: 'sync' }),
    step('build', { ...vm, task: 'remote-build', needs: ['sync'], inputs: ['**/*.hs'], state: ['dist'] }),
    step('unit', { ...vm, task: 'remote-build', needs: ['build'], inputs: ['**/*.hs'], outputs: [], state: ['dist'] }),
    step('fetch', { ...vm, task: 'fetch-artifacts', needs: ['build'] }),
    step('ghci', { ...vm, needs: ['sync'], interactive: true }),
  ],
  { default: ['fetch'] },
);

function begin(): World {
  const world = new World();
  world.write('src/Main.hs', 'main');
  world.write('README', 'text');
  world.probe('vm', { os: 'Linux', ghc: '9.6.6' });
  return world;
}

function told(world: World, names: readonly string[]): string {
  return planOf(file, world, names)
    .actions.map(({ action, decision }) => {
      const why = decision.is === 'run' || decision.is === 'maybe' ? decision.reasons.map((reason) => reason.code).join('+') : '';
      return `${action.id}:${decision.is === 'skip' ? decision.because.code : decision.is}${why && `(${why})`}`;
    })
    .join(' ');
}

test('at first everything runs', () => {
  const world = begin();
  assert.is(told(world, []), 'sync:run(never-ran) build:run(never-ran) fetch:run(never-ran)');
  assert.equal(planOf(file, world, []).places, ['vm']);
  play(file, world, []);
  assert.equal(world.executed, ['sync', 'build', 'fetch']);
});

test('then all is fresh and no place is reached', () => {
  const world = begin();
  play(file, world, []);
  const plan = planOf(file, world, []);
  assert.ok(plan.actions.every(({ decision }) => decision.is === 'fresh'));
  assert.equal(plan.places, []);
});

test('artifacts that were deleted come back without the place', () => {
  const world = begin();
  play(file, world, []);
  world.files.delete('artifacts');
  assert.equal(planOf(file, world, []).places, []);
  assert.is(play(file, world, []).get('fetch'), 'restored');
  assert.ok(world.files.has('artifacts'));
});

test('an edit that is no input sends nothing', () => {
  const world = begin();
  play(file, world, []);
  world.write('README', 'other');
  assert.is(told(world, []), 'sync:not-needed build:fresh fetch:fresh');
});

test('an edit runs sync, build and fetch', () => {
  const world = begin();
  play(file, world, []);
  world.write('src/Main.hs', 'other');
  assert.is(told(world, []), 'sync:run(inputs-changed) build:run(inputs-changed) fetch:run(upstream-changed)');
});

test('an edit taken back is restored, though the place holds other', () => {
  const world = begin();
  play(file, world, []);
  world.write('src/Main.hs', 'other');
  play(file, world, []);
  world.write('src/Main.hs', 'main');
  assert.is(told(world, []), 'sync:not-needed build:not-needed fetch:restore');
  assert.equal(planOf(file, world, []).places, []);
  play(file, world, []);
  assert.is(told(world, ['build']), 'sync:run(inputs-changed) build:run(inputs-changed)');
});

test('build, test, build: the third is fresh', () => {
  const world = begin();
  play(file, world, ['build']);
  play(file, world, ['unit']);
  assert.is(play(file, world, ['build']).get('build'), 'fresh');
});

test('what a place no longer holds is made again only for a step that runs there', () => {
  const world = begin();
  play(file, world, ['fetch', 'unit']);
  world.places.set('vm', { probes: { os: 'Linux', ghc: '9.6.6' }, at: 1, holds: {} });
  assert.is(told(world, ['fetch', 'unit']), 'sync:not-needed build:not-needed unit:fresh fetch:fresh');
  world.store.clear();
  assert.is(told(world, ['unit']), 'sync:run(place-holds-other) build:run(place-holds-other) unit:run(record-lost)');
});

test('a step that runs in the place has its sync asked, though it is fresh by record', () => {
  const world = begin();
  play(file, world, []);
  assert.is(told(world, ['ghci']), 'sync:run(needed-there) ghci:run(not-cacheable)');
  const [sync] = planOf(file, world, ['ghci']).actions;
  assert.equal(sync?.decision, { is: 'run', reasons: [{ code: 'needed-there', step: 'ghci' }] });
});

test('another toolchain makes all that ran in the place stale', () => {
  const world = begin();
  play(file, world, []);
  world.probe('vm', { os: 'Linux', ghc: '9.8.4' });
  assert.is(told(world, []), 'sync:run(needed-there) build:run(place-changed) fetch:run(place-changed+upstream-changed)');
});

test('a place that was never seen is reached, whatever the store remembers', () => {
  const world = begin();
  play(file, world, []);
  world.places.delete('vm');
  const plan = planOf(file, world, []);
  assert.equal(plan.places, ['vm']);
});

test('a first sync that failed says so when it is tried again', () => {
  const world = begin();
  world.failing.add('sync');
  play(file, world, []);
  world.receipts.delete('vm');
  assert.is(told(world, ['sync']), 'sync:run(failed-before)');
});

test('a failed build is tried again and nothing after it runs', () => {
  const world = begin();
  world.failing.add('build');
  assert.is(play(file, world, []).get('fetch'), 'upstream-failed');
  assert.is(told(world, []), 'sync:run(needed-there) build:run(failed-before) fetch:run(never-ran)');
  world.failing.clear();
  assert.is(play(file, world, []).get('fetch'), 'ran');
  assert.ok(planOf(file, world, []).actions.every(({ decision }) => decision.is === 'fresh'));
});

test('moved here, a place is this computer: what was seen of the far side says nothing', () => {
  const world = begin();
  const unit = step('unit', { ...vm, outputs: [], inputs: ['**/*.hs'] });
  play(project([unit]), world, ['unit']);
  const here = project([unit], { places: [sandbox('vm', { kind: 'local', probes: [['ghc', 'ghc --version']] })] });
  world.places.set('local', { probes: { os: 'linux' }, at: 0, holds: {} });
  const [planned] = planOf(here, world, ['unit']).actions;
  assert.equal(planned?.record?.place, Object.assign(Object.create(null), { os: 'linux' }));
});

test('sources that are made first: the place waits until it is known what they are', () => {
  const made = project([
    step('gen', { inputs: ['grammar'], outputs: ['src/gen.hs'] }),
    step('sync', { ...vm, task: 'sync', needs: ['gen'] }),
    step('build', { ...vm, task: 'remote-build', needs: ['sync'] }),
    step('fetch', { ...vm, task: 'fetch-artifacts', needs: ['build'] }),
  ]);
  const world = begin();
  world.write('grammar', 'a');
  world.constant.add('gen');
  play(made, world, ['fetch']);
  assert.ok(planOf(made, world, ['fetch']).actions.every(({ decision }) => decision.is === 'fresh'));
  world.store.clear();
  world.write('grammar', 'a');
  world.executed.length = 0;
  const gen = planOf(made, world, ['gen']).actions[0];
  assert.is(gen?.decision.is, 'run');
  const before = planOf(made, world, ['build']);
  assert.equal(
    before.actions.map(({ decision }) => decision.is),
    ['run', 'maybe', 'maybe'],
  );
  assert.equal(before.places, []);
  const played = play(made, world, ['build']);
  assert.equal(
    [...played],
    [
      ['gen', 'ran'],
      ['sync', 'fresh'],
      ['build', 'fresh'],
    ],
  );
});

test.run();
