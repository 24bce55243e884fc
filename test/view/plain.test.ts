import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../lib/model/event.ts';
import { PLAIN } from '../../lib/view/paint.ts';
import { plainView } from '../../lib/view/plain.ts';
import { EDITED, FRESH, failing, finished, plan, planned, started, told } from './story.ts';

test('a failing run: lines as they arrive, the root failure last', async () => {
  const text = await told((write) => plainView({ write, paint: PLAIN, level: 'normal' }), failing());
  assert.is(
    text,
    `connecting to vm (build@vm:22)
sync  runs: inputs changed: src/Main.hs
sync  succeeded in 300ms
build runs: inputs changed: src/Main.hs
build | [1 of 1] Compiling Main
build | src/Main.hs:3:8: error: [GHC-88464]
build |     Variable not in scope: foo
build failed after 4.1s: the command ended with exit code 1
skipped test, fetch: build failed
4 steps: 1 succeeded, 2 skipped, 1 failed, in 4.6s

failed build after 4.1s
  command  cabal build all
  stale    inputs changed: src/Main.hs
  output
  | src/Main.hs:3:8: error: [GHC-88464]
  |     Variable not in scope: foo
  reason   the command ended with exit code 1
  hint     sbx ssh vm opens a shell there
`,
  );
});

test('lines of a chunk: no blanks at their ends, suspect ones by themselves, a cut one later, whole', async () => {
  const said = (text: string): Event => ({ type: 'step-output', step: 'build', text });
  const text = await told(
    (write) => plainView({ write, paint: PLAIN, level: 'normal' }),
    [plan(planned('build', EDITED)), said('one \n\ntwo$&\t\nthr'), said('ee\nold\rnew\u0007\nla'), said('st')],
  );
  assert.is(text, 'build | one\nbuild |\nbuild | two$&\nbuild | three\nbuild | new\n');
});

test('everything fresh: one line, and that no place was reached', async () => {
  const story = [
    started(),
    plan(planned('sync', FRESH), planned('build', FRESH)),
    { type: 'step-finished', step: 'sync', outcome: { is: 'skipped', because: { code: 'not-needed' } }, ms: 0 } as const,
    { type: 'step-finished', step: 'build', outcome: { is: 'fresh' }, ms: 0 } as const,
    finished(0, 80),
  ];
  const text = await told((write) => plainView({ write, paint: PLAIN, level: 'normal' }), story);
  assert.is(text, 'everything is fresh: 1 step, in 80ms; no place was reached\n');
});

test('a step that was said to run is said to be fresh', async () => {
  const story = [
    started(),
    plan(planned('sync', EDITED)),
    { type: 'step-started', step: 'sync', decision: EDITED, attempt: 1 } as const,
    { type: 'step-finished', step: 'sync', outcome: { is: 'fresh' }, ms: 90 } as const,
    finished(0, 80),
  ];
  const text = await told((write) => plainView({ write, paint: PLAIN, level: 'normal' }), story);
  assert.is(text, 'sync runs: inputs changed: src/Main.hs\nsync fresh\neverything is fresh: 1 step, in 80ms\n');
});

test('a run that was stopped says how far it came', async () => {
  const stop = (level: 1 | 2 | 3): Event => ({ type: 'stopping', level, cause: 'SIGTERM' });
  const shown = (...events: readonly Event[]) => told((write) => plainView({ write, paint: PLAIN, level: 'normal' }), events);
  const waiting: Event = { type: 'waiting', what: 'project', holder: 'sbx run' };
  assert.is(
    await shown(waiting, stop(1), finished(143, 50, {})),
    'waiting for sbx run, which holds the project\nstopping (SIGTERM): nothing was begun yet\nstopped before any step began, in 50ms\n',
  );
  const begun: readonly Event[] = [
    started(),
    plan(planned('a', EDITED), planned('b', EDITED)),
    { type: 'step-started', step: 'a', decision: EDITED, attempt: 1 },
  ];
  assert.match(await shown(...begun, stop(3), finished(143, 50, {})), /\n1 step: 1 not waited for, in 50ms\n$/);
});

test('quiet shows the summary and the failure only', async () => {
  const text = await told((write) => plainView({ write, paint: PLAIN, level: 'quiet' }), failing());
  assert.match(text, /^skipped test, fetch: build failed\n4 steps: /);
});

test.run();
