import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../lib/model/event.ts';
import { groupedView } from '../../lib/view/grouped.ts';
import { PLAIN } from '../../lib/view/paint.ts';
import { EDITED, failing, finished, plan, planned, SUCCEEDED, started, told } from './story.ts';

const grouped = (write: (text: string) => void) => groupedView({ write, paint: PLAIN, level: 'normal' });
const output = (step: string, text: string): Event => ({ type: 'step-output', step, text });
const begin = (step: string): Event => ({ type: 'step-started', step, decision: EDITED, attempt: 1 });
const end = (step: string): Event => ({ type: 'step-finished', step, outcome: SUCCEEDED, ms: 20 });

test('output of parallel steps does not mix', async () => {
  const text = await told(grouped, [
    started(),
    plan(planned('a', EDITED, 'local'), planned('b', EDITED, 'local')),
    begin('a'),
    begin('b'),
    output('a', 'a1\na2'),
    output('b', 'b1\n'),
    output('a', ' goes on\n'),
    output('b', 'b2'),
    end('b'),
    end('a'),
    finished(0, 50),
  ]);
  assert.is(
    text,
    `a runs: inputs changed: src/Main.hs
b runs: inputs changed: src/Main.hs
b succeeded in 20ms, its output:
  | b1
  | b2
a succeeded in 20ms, its output:
  | a1
  | a2 goes on
2 steps: 2 succeeded, in 50ms
`,
  );
});

test('the root failure is last', async () => {
  const text = await told(grouped, failing());
  assert.match(text, /\n {2}reason {3}the command ended with exit code 1\n {2}hint {5}sbx ssh vm opens a shell there\n$/);
});

test('endless output is shown in parts, nothing is lost', async () => {
  const line = `${'y'.repeat(1000)}\n`;
  const many = Array.from({ length: 2500 }, () => output('a', line));
  const text = await told(grouped, [started(), plan(planned('a', EDITED)), begin('a'), ...many, end('a'), finished(0, 50)]);
  assert.is(text.match(/a goes on, its output:\n/g)?.length, 2);
  assert.is(text.match(/ {2}\| y{1000}\n/g)?.length, 2500);
});

test.run();
