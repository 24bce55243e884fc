import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describe, describeChange, describeDecision } from '../../lib/plan/describe.ts';

const probe = (from: string, to: string): string =>
  describe({ code: 'place-changed', sandbox: 'vm', probes: [{ name: 'cc', from, to }] }).replace('toolchain of vm changed: ', '');

test('of two outputs of a probe only what differs is shown', () => {
  assert.is(
    probe('gcc (Debian 12.2.0-14) 12.2.0\nCopyright', 'gcc (Debian 13.1.0-1) 13.1.0\nCopyright'),
    'cc 12.2.0-14) 12.2.0 -> 13.1.0-1) 13.1.0',
  );
  assert.is(probe('9.6.6', '9.8.4'), 'cc 9.6.6 -> 9.8.4');
  assert.is(probe('', '9.8.4'), 'cc is new');
  assert.is(probe('9.8.4\n', ''), 'cc is gone');
  assert.is(probe('a b', 'a b c'), 'cc (nothing) -> c');
  assert.is(probe('a', `a ${'x'.repeat(99)}`), `cc (nothing) -> ${'x'.repeat(39)}…`);
  assert.is(probe('1', '1 2 3 4 5 6 7'), 'cc (nothing) -> 2 3 4 5 …');
});

test('how a place is other than it was left', () => {
  const said = (['workspace-gone', 'toolchain', 'files', 'results'] as const).map((what) => describeChange({ sandbox: 'vm', what }));
  assert.equal(said, [
    'the workspace in vm is gone',
    'vm has another toolchain than before',
    'vm has other files than were sent last',
    'vm holds other results than were left there',
  ]);
});

test('long lists are cut and counted', () => {
  const steps = ['a', 'b', 'c', 'd', 'e'];
  assert.is(describe({ code: 'upstream-runs', steps }), 'depends on what a, b, c (and 2 more) will make');
  assert.is(describe({ code: 'upstream-runs', steps: steps.slice(1) }), 'depends on what b, c, d, e will make');
  assert.is(
    describe({ code: 'inputs-changed', changed: ['src/Main.hs', 'x', 'y', 'z'], added: [], removed: [] }),
    'inputs changed: src/Main.hs (and 3 more)',
  );
});

test('a decision in a few words', () => {
  assert.is(describeDecision({ is: 'fresh' }), '');
  assert.is(describeDecision({ is: 'restore', missing: ['a'], edited: ['b'] }), 'outputs edited: b');
  assert.is(describeDecision({ is: 'restore', missing: ['a'], edited: [] }), 'outputs missing: a');
  assert.is(
    describeDecision({ is: 'run', reasons: [{ code: 'command-changed' }, { code: 'failed-before' }] }),
    'command changed (and 1 more reason)',
  );
  assert.is(describeDecision({ is: 'skip', because: { code: 'not-needed' } }), 'no step that runs needs it');
});

test.run();
