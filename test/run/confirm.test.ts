import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../lib/base/result.ts';
import { realClock } from '../../lib/io/io.ts';
import { tell } from './story.ts';

const HOUR = 3_600_000;

test('what a step took does not count how long the user thought before it began', async () => {
  let thought = 0;
  const clock = { ...realClock, now: () => realClock.now() + thought, monotonic: () => realClock.monotonic() + thought };
  let at = 0;
  const asked = Date.now();
  const told = await tell({
    steps: { deploy: { confirm: 'Sure?' } },
    clock,
    confirm: async () => {
      thought = HOUR;
      return true;
    },
    ledger: {
      succeed: (planned, _, __, spent) => {
        at = spent.at;
        return ok({ cached: false, key: planned.key, outputs: undefined, notes: [] });
      },
    },
  });
  assert.is(told.outcomes.deploy?.is, 'succeeded');
  const [ms] = told.events.flatMap((event) => (event.type === 'step-finished' ? [event.ms] : []));
  assert.ok(ms !== undefined && ms < HOUR, `${ms} ms`);
  assert.ok(at >= asked + HOUR, 'it began after the answer');
});

test.run();
