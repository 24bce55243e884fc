import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Note, notesOf } from '../../lib/hub/notes.ts';
import type { Event, PlannedStep } from '../../lib/model/event.ts';
import type { Outcome } from '../../lib/model/outcome.ts';

const COUNTS = { fresh: 0, restored: 0, succeeded: 1, skipped: 0, failed: 0, cancelled: 0 };
const RUN: Decision = { is: 'run', reasons: [{ code: 'never-ran' }] };
type Decision = PlannedStep['decision'];

function planned(id: string, more: Partial<PlannedStep> = {}): PlannedStep {
  return { id, title: `geheim ${id}`, task: 'shell', sandbox: 'vm', needs: [], decision: RUN, ...more };
}

/** A run of project `p` with an interval of 1000: `tell` gives what is told at a moment, an event or the time that has gone by. */
function story(steps: readonly PlannedStep[], ...tests: readonly string[]) {
  const notes = notesOf({ domain: 'd', interval: 1000, tests: new Set(tests) });
  const shown = ({ body }: Note): unknown => [body.event_type, body.summary, body.detail];
  const tell = (at: number, event?: Event): readonly unknown[] =>
    (event ? notes.hear({ ...event, at, seq: 0 }) : notes.tick(at)).map(shown);
  tell(0, { type: 'run-started', run: 'r', version: '1', project: 'p', root: '/geheim', named: [] });
  tell(0, { type: 'planned', steps, places: [], again: false });
  return tell;
}

const start = (step: string, attempt = 1, decision = RUN): Event => ({ type: 'step-started', step, decision, attempt });
const finish = (step: string, ms: number, outcome: Outcome): Event => ({ type: 'step-finished', step, ms, outcome });
const end = (exit: number, ms: number): Event => ({ type: 'run-finished', exit, ms, counts: COUNTS });
const SUCCEEDED: Outcome = { is: 'succeeded', cached: false };

test('Progress notes during a long step: at its begin, in each interval, at its end', () => {
  const tell = story([planned('build')]);
  const of = { run: 'r', project: 'p' };
  const step = { ...of, step: 'build', task: 'shell', sandbox: 'vm' };
  assert.equal(tell(5000, start('build')), [['progress', 'p: a run began', { ...of, state: 'began' }]]);
  assert.equal(tell(5900), []);
  assert.equal(tell(6000), [['progress', 'p: build has been running for 1.0s', { ...step, state: 'running', ms: 1000 }]]);
  assert.equal(tell(6500, start('build', 2)), [], 'another attempt is the same step');
  assert.equal(tell(7000), [['progress', 'p: build has been running for 2.0s', { ...step, state: 'running', ms: 2000 }]]);
  assert.equal(tell(7100, finish('build', 2100, SUCCEEDED)), [
    ['progress', 'p: build succeeded after 2.1s', { ...step, state: 'succeeded', ms: 2100 }],
  ]);
  assert.equal(tell(9000), []);
  assert.equal(tell(9000, end(0, 4000)), [
    ['progress', 'p: the run ended with 0 after 4.0s', { ...of, state: 'ended', exit: 0, ms: 4000, counts: COUNTS }],
  ]);
});

test('of short steps nothing is told but that there is a run, of a run that executed nothing not even that, and of services nothing', () => {
  const short = story([planned('a'), planned('b')]);
  const told = [...short(0, start('a')), ...short(9, start('b')), ...short(10, finish('a', 10, SUCCEEDED)), ...short(20, end(0, 20))];
  assert.equal(
    told.map((one) => (one as readonly unknown[])[1]),
    ['p: a run began', 'p: the run ended with 0 after 20ms'],
  );
  const fresh = story([planned('a')], 'a');
  assert.equal([...fresh(0, finish('a', 0, { is: 'fresh' })), ...fresh(5000), ...fresh(5000, end(0, 5000))], []);
  const service = story([planned('db', { service: true })]);
  assert.equal([...service(0, start('db')), ...service(5000), ...service(5000, finish('db', 5000, SUCCEEDED))], []);
});

test('A test run reports an e2e_result: that it passed or failed, of what was tested alone', () => {
  const result = (outcome: Outcome): unknown => story([planned('smoke')], 'smoke')(9, finish('smoke', 7, outcome))[0];
  const about = { run: 'r', project: 'p', step: 'smoke', task: 'shell', sandbox: 'vm' };
  assert.equal(result(SUCCEEDED), ['e2e_result', 'p: smoke passed', { ...about, result: 'passed', ms: 7 }]);
  const failed: Outcome = {
    is: 'failed',
    failure: { code: 'command-failed', message: 'geheim', exitCode: 1, command: 'geheim', lastLines: ['geheim'] },
  };
  assert.equal(result(failed), ['e2e_result', 'p: smoke failed', { ...about, result: 'failed', ms: 7, failure: 'command-failed' }]);
  assert.equal(result({ is: 'skipped', because: { code: 'upstream-failed', step: 'build' } }), [
    'e2e_result',
    'p: smoke failed',
    { ...about, result: 'failed', ms: 7 },
  ]);
  const none: readonly Outcome[] = [
    { is: 'fresh' },
    { is: 'restored', files: 1, bytes: 1 },
    { is: 'cancelled' },
    { is: 'skipped', because: { code: 'stopped' } },
  ];
  for (const outcome of none) assert.is(result(outcome), undefined, outcome.is);
});

test('no command, title, message or line of output is in a note, whatever the events hold', () => {
  const tell = story([planned('build')], 'build');
  const told = [
    tell(0, start('build')),
    tell(1, { type: 'step-output', step: 'build', text: 'geheim' }),
    tell(1, { type: 'step-note', step: 'build', text: 'geheim' }),
    tell(1, { type: 'warning', text: 'geheim' }),
    tell(5000),
    tell(5000, finish('build', 5000, { is: 'failed', failure: { code: 'timeout', message: 'geheim', hint: 'geheim', command: 'geheim' } })),
    tell(5000, end(1, 5000)),
  ];
  assert.is(told.flat().length, 5);
  assert.not.match(JSON.stringify(told), /geheim/);
});

test('a clock that is put back tells of no time before the step began', () => {
  const tell = story([planned('build')]);
  tell(5000, start('build'));
  assert.equal(tell(0), []);
});

test.run();
