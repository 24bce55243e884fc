import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drive } from './drive.ts';
import type { Row, Trial } from './row.ts';

function rowOf(trials: readonly Trial[], more: Partial<Row> = {}): Row {
  const open: Row['open'] = async () => ({ trials: (count) => trials.slice(0, count), async [Symbol.asyncDispose]() {} });
  return { name: 'example', figure: 'examples', bar: '0 wrong', short: 3, long: 10, open, ...more };
}

const trial = (name: string, says?: string): Trial => ({ name, run: async () => says });
const effort = { part: 'short', seed: 's', box: 60_000 } as const;

test('what a trial says, throws or never ends with is wrong, by its name', async () => {
  const thrower: Trial = { name: 'throws', run: () => Promise.reject(new Error('a reason')) };
  const endless: Trial = { name: 'endless', run: () => new Promise(() => {}) };
  const { cases, wrong } = await drive(rowOf([trial('good'), trial('bad', 'lost'), thrower, endless], { patience: 50, short: 4 }), effort);
  assert.is(cases, 4);
  assert.equal(
    wrong.map((one) => one.name),
    ['bad', 'throws', 'endless'],
  );
  assert.is(wrong[0]?.says, 'lost');
  assert.match(wrong[1]?.says ?? '', /a reason/);
  assert.match(wrong[2]?.says ?? '', /did not end/);
});

test('nothing begins beside a trial that hangs', async () => {
  const endless: Trial = { name: 'endless', run: () => new Promise(() => {}) };
  const { cases } = await drive(rowOf([endless, trial('good')], { patience: 50 }), effort);
  assert.is(cases, 1);
});

test('a match leaves out other trials, and its report does not pass for the whole part', async () => {
  const { cases, part } = await drive(rowOf([trial('put 1'), trial('get 1'), trial('put 2')]), { ...effort, match: 'put' });
  assert.equal([cases, part], [2, 'some']);
});

test('when the time is up no further trial begins, and the report says so', async () => {
  const slow: Trial = { name: 'slow', run: () => new Promise((resolve) => setTimeout(resolve, 30, undefined)) };
  const { cases, cut } = await drive(rowOf([slow, slow, slow]), { ...effort, box: 1 });
  assert.ok(cases < 3);
  assert.is(cut, true);
});

test('until the first wrong trial', async () => {
  const { cases } = await drive(rowOf([trial('bad', 'lost'), trial('good')]), { ...effort, untilWrong: true });
  assert.is(cases, 1);
});

test.run();
