import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok, type Result } from '../../lib/base/result.ts';
import type { Failure } from '../../lib/model/failure.ts';
import { anew } from '../../tasks/anew.ts';

const LOST: Failure = { code: 'link-lost', message: 'far: the connection was lost' };

async function tries(results: readonly Result<number, Failure>[], signal = new AbortController().signal) {
  const notes: string[] = [];
  const numbers: number[] = [];
  const done = await anew({ signal, note: (text) => void notes.push(text) }, async (number) => {
    numbers.push(number);
    return results[number] ?? ok(-1);
  });
  return { done, notes, numbers };
}

test('what was cut by a lost link is begun anew, twice at most, and that is said', async () => {
  const back = await tries([err(LOST), ok(7)]);
  assert.equal([back.done, back.numbers], [ok(7), [0, 1]]);
  assert.equal(back.notes, ['begun anew, since far: the connection was lost']);
  const never = await tries([err(LOST), err(LOST), err(LOST), ok(7)]);
  assert.equal([never.done, never.numbers], [err(LOST), [0, 1, 2]]);
});

test('other failures are not, nor is what was stopped', async () => {
  const full: Failure = { code: 'far-side-full', message: 'full' };
  assert.equal((await tries([err(full), ok(7)])).done, err(full));
  assert.equal((await tries([err(LOST), ok(7)], AbortSignal.abort())).done, err(LOST));
});

test.run();
