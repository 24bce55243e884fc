import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tell } from './story.ts';

const skipped = (code: string, more: object = {}): object => ({ is: 'skipped', because: { code, ...more } });
const succeeded = { is: 'succeeded', cached: false };

test('steps run after what they need, outputs reach their events and logs', async () => {
  await tell({ steps: { a: { run: 'echo one > f; echo from a' }, b: { needs: ['a'], run: 'cat f' } } }, (told, folder) => {
    assert.equal(told.outcomes, { a: succeeded, b: succeeded });
    assert.is(told.output('b'), 'one\n');
    assert.is(told.exit, 0);
    assert.not(existsSync(join(folder, '.sbx/runs/r1/a.log')), 'small and not needed');
    assert.equal(
      [...told.settled.values()].map((settled) => settled.is === 'done' && settled.executed),
      [true, true],
    );
  });
});

test('a failure says the command, its exit code, its last lines; dependents say the root; nothing new starts', async () => {
  const { outcomes, exit } = await tell({
    jobs: 1,
    steps: {
      root: { run: 'echo before; echo wrong >&2; exit 3' },
      mid: { needs: ['root'] },
      leaf: { needs: ['mid'] },
      other: { after: ['root'] },
    },
  });
  const failure = {
    code: 'command-failed',
    message: 'the command exited with 3',
    command: 'echo before; echo wrong >&2; exit 3',
    exitCode: 3,
  };
  assert.equal(outcomes.root, { is: 'failed', failure: { ...failure, step: 'root', lastLines: ['before', 'wrong'] } });
  assert.equal(outcomes.mid, skipped('upstream-failed', { step: 'root' }));
  assert.equal(outcomes.leaf, skipped('upstream-failed', { step: 'root' }));
  assert.equal(outcomes.other, skipped('stopped'));
  assert.is(exit, 1);
});

test('a step that waits for a slot when another one fails does not begin', async () => {
  const steps = { bad: { run: 'false' }, late: {}, later: {}, tidy: { when: 'always' as const }, mend: { when: 'failure' as const } };
  const { outcomes, started } = await tell({ jobs: 1, steps });
  assert.equal([outcomes.late, outcomes.later], [skipped('stopped'), skipped('stopped')]);
  assert.equal([...started].sort(), ['bad', 'mend', 'tidy']);
});

test('-k: what does not depend on the failure goes on; always: everything does', async () => {
  const steps = { root: { run: 'false' }, mid: { needs: ['root'] }, other: { after: ['root'] } };
  const some = await tell({ steps, keepGoing: 'dependencies-successful' });
  assert.equal([some.outcomes.mid, some.outcomes.other], [skipped('upstream-failed', { step: 'root' }), succeeded]);
  const all = await tell({ steps, keepGoing: 'always' });
  assert.equal([all.outcomes.mid, all.outcomes.other, all.exit], [succeeded, succeeded, 1]);
});

test('when: failure runs after a failure only, always runs always, neither makes a failed run a success', async () => {
  const steps = (run: string): object => ({
    work: { run },
    mend: { needs: ['work'], when: 'failure' as const },
    tidy: { needs: ['work'], when: 'always' as const },
  });
  const bad = await tell({ steps: steps('false') as never });
  assert.equal([bad.outcomes.mend, bad.outcomes.tidy, bad.exit], [succeeded, succeeded, 1]);
  const good = await tell({ steps: steps('true') as never });
  assert.equal([good.outcomes.mend, good.outcomes.tidy, good.exit], [skipped('condition'), succeeded, 0]);
});

test('when: failure and always without needs come after all others', async () => {
  const { outcomes, started } = await tell({
    keepGoing: 'dependencies-successful',
    steps: {
      mend: { when: 'failure' },
      tidy: { when: 'always' },
      good: { run: 'sleep 0.1' },
      bad: { run: 'sleep 0.1; false' },
      ask: { needs: ['tidy'] },
    },
  });
  assert.equal([outcomes.mend, outcomes.tidy, outcomes.ask], [succeeded, succeeded, succeeded]);
  assert.equal([...started.slice(0, 2)].sort(), ['bad', 'good']);
});

test('a releaser runs after the last user of the place, also after a failure', async () => {
  const { outcomes, started } = await tell({ steps: { a: { run: 'sleep 0.2' }, b: { run: 'false' }, down: { releases: 'local' } } });
  assert.is(started.at(-1), 'down');
  assert.equal(outcomes.down, succeeded);
});

test('a timeout ends the whole tree and has an exit code of its own', async () => {
  const { outcomes, exit } = await tell({ steps: { slow: { run: 'echo on; sleep 60', timeout: 1500 } } });
  const { slow } = outcomes;
  assert.ok(slow?.is === 'failed');
  assert.equal([slow.failure.code, slow.failure.lastLines, slow.failure.command], ['timeout', ['on'], 'echo on; sleep 60']);
  assert.is(exit, 124);
});

test('fresh, restored and skipped by the plan: nothing is executed', async () => {
  const { outcomes, started } = await tell({
    steps: { a: {}, b: {}, c: {} },
    decide: (id) =>
      id === 'a'
        ? { is: 'fresh' }
        : id === 'b'
          ? { is: 'restore', missing: ['x'], edited: [] }
          : { is: 'skip', because: { code: 'disabled' } },
    ledger: { restore: () => ({ files: 2, bytes: 10, outputs: 'd', notes: [] }) },
  });
  assert.equal(outcomes, { a: { is: 'fresh' }, b: { is: 'restored', files: 2, bytes: 10 }, c: skipped('disabled') });
  assert.equal(started, []);
});

test('a restore that misses becomes an execution', async () => {
  const { outcomes, events } = await tell({ steps: { a: {} }, decide: () => ({ is: 'restore', missing: ['x'], edited: [] }) });
  assert.equal(outcomes.a, succeeded);
  const start = events.find((event) => event.type === 'step-started');
  assert.equal(start?.type === 'step-started' && start.decision, { is: 'run', reasons: [{ code: 'record-lost' }] });
});

test('what hangs on others is decided when they have settled: early cutoff', async () => {
  const { outcomes, settled } = await tell({
    steps: { gen: {}, use: { needs: ['gen'] } },
    decide: (id, done) => {
      if (id === 'gen') return { is: 'run', reasons: [{ code: 'never-ran' }] };
      return done.has('gen') ? { is: 'fresh' } : { is: 'maybe', reasons: [{ code: 'upstream-runs', steps: ['gen'] }] };
    },
  });
  assert.equal([outcomes.use, settled.get('use')?.is], [{ is: 'fresh' }, 'done']);
});

test('a missing command in argv, a failing step that was ended by a signal', async () => {
  const { outcomes } = await tell({
    keepGoing: 'always',
    steps: { argv: { script: { shell: 'argv', words: ['catt'], source: 'catt' } } as never, crash: { run: 'kill -SEGV $$' } },
  });
  assert.ok(outcomes.argv?.is === 'failed' && outcomes.argv.failure.code === 'command-missing');
  assert.ok(outcomes.crash?.is === 'failed' && outcomes.crash.failure.code === 'command-signalled');
});

test('an exception in a task is a fault, told and not thrown', async () => {
  const { outcomes, exit } = await tell({ steps: { bad: { script: undefined } as never } });
  assert.ok(outcomes.bad?.is === 'failed' && outcomes.bad.failure.code === 'fault');
  assert.is(exit, 70);
});

test('a step in a folder that does not exist says so', async () => {
  const { outcomes } = await tell({ steps: { a: { dir: 'nowhere', run: 'touch x' } } }, (_, folder) => {
    assert.not(existsSync(join(folder, 'x')));
  });
  assert.ok(outcomes.a?.is === 'failed' && outcomes.a.failure.code === 'local-io');
});

test.run();
