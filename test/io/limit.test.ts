import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { limitOf } from '../../lib/io/limit.ts';
import { comes } from '../rig/patience.ts';

test('a limit comes though garbage is collected meanwhile, and says that it is the time', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heard: string[] = [];
  for (let n = 0; n < 20; n++) limitOf(new AbortController().signal, 100).signal.addEventListener('abort', () => heard.push(`${n}`));
  collect();
  await new Promise((wake) => setTimeout(wake, 10));
  collect();
  assert.ok(await comes(() => heard.length === 20));
});

test('who is stopped before the time is stopped for that reason, and a limit that is over never comes', async () => {
  const stop = new AbortController();
  using limit = limitOf(stop.signal, 60_000);
  stop.abort(new Error('INT'));
  assert.is((limit.signal.reason as Error).message, 'INT');
  assert.is(limit.deadline.aborted, false);
  using after = limitOf(stop.signal, 60_000);
  assert.ok(after.signal.aborted && !after.deadline.aborted);
  const short = limitOf(new AbortController().signal, 1);
  short[Symbol.dispose]();
  await new Promise((wake) => setTimeout(wake, 20));
  assert.is(short.signal.aborted, false);
});

test('a limit that comes is the deadline, too', async () => {
  using limit = limitOf(new AbortController().signal, 1);
  assert.ok(await comes(() => limit.deadline.aborted && limit.signal.aborted));
  assert.is((limit.signal.reason as Error).name, 'TimeoutError');
});

test.run();
