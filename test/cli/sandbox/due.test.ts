import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dueOf } from '../../../lib/cli/sandbox/due.ts';
import type { Created, Moment } from '../../../lib/model/created.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START: Moment = { at: Date.UTC(2026, 0, 10), boot: 'one', up: 5 * HOUR };

function created(more: Partial<Created> = {}): Created {
  return {
    id: '0123456789ab',
    profile: 'p',
    state: 'ready',
    inputs: {},
    places: [],
    since: START,
    lease: { ttl: 2 * HOUR, since: START },
    ...more,
  };
}

function after(wall: number, up: number, boot = 'one'): Moment {
  return { at: START.at + wall, up: START.up + up, boot };
}

test('within one boot a clock that jumps neither ends a sandbox early nor late', () => {
  assert.is(dueOf(created(), after(HOUR, HOUR)).is, 'lives');
  assert.equal(dueOf(created(), after(3 * HOUR, 3 * HOUR)), { is: 'due', why: 'its time ran out 1h00m ago' });
  assert.is(dueOf(created(), after(400 * DAY, HOUR)).is, 'lives', 'set forward by a year');
  assert.is(dueOf(created(), after(-400 * DAY, HOUR)).is, 'lives', 'set back by a year');
  assert.is(dueOf(created(), after(-400 * DAY, 3 * HOUR)).is, 'due', 'and its time is over all the same');
});

test('in another boot the clock of the wall counts, and one before the creation is not believed', () => {
  assert.is(dueOf(created(), after(HOUR, -4 * HOUR, 'two')).is, 'lives');
  assert.is(dueOf(created(), after(3 * HOUR, -4 * HOUR, 'two')).is, 'due');
  const unknown = dueOf(created(), after(-DAY, 100 * HOUR, 'two'));
  assert.is(unknown.is, 'unknown');
  // A system that tells of no boots has two that are never the same.
  const nameless = created({ lease: { ttl: 2 * HOUR, since: { ...START, boot: '' } } });
  assert.is(dueOf(nameless, after(HOUR, 99 * HOUR, '')).is, 'lives');
});

test('a renewed life begins anew; without a lease there is no end; what is half done has no time', () => {
  assert.is(dueOf(created({ lease: { ttl: 2 * HOUR, since: after(2 * HOUR, 2 * HOUR) } }), after(3 * HOUR, 3 * HOUR)).is, 'lives');
  const { lease: _, ...endless } = created();
  assert.is(dueOf(endless, after(999 * DAY, 999 * DAY)).is, 'lives');
  for (const state of ['creating', 'destroying', 'failed'] as const) {
    assert.is(dueOf(created({ state }), START).is, 'due', state);
    assert.is(dueOf({ ...endless, state }, after(-DAY, 0, 'two')).is, 'due', state);
  }
});

test.run();
