import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FarStream, MESSAGE, WINDOW } from '../../lib/ssh/system/far-stream.ts';
import { pack, Words } from '../../lib/ssh/system/wire.ts';
import { pause } from '../rig/patience.ts';

const PART = Buffer.alloc(32 * 1024);

/** A stream to a far side that takes `window` bytes, with all it sends. */
function opened(window: number) {
  const sent: (readonly [type: number, length: number])[] = [];
  const stream = new FarStream({ far: 7, window, packet: 1024 }, (type, body, done) => {
    sent.push([type, body.length]);
    done?.();
  });
  const hear = (type: number, ...words: (number | boolean | string | Buffer)[]): void => stream.heard(type, new Words(pack(...words)));
  return { stream, sent, hear };
}

test('no more is sent than the far side takes, in pieces that it takes, and the rest when it takes more', async () => {
  const { stream, sent, hear } = opened(1500);
  let flushed = false;
  stream.write(Buffer.alloc(2000), () => {
    flushed = true;
  });
  const data = (length: number) => [MESSAGE.data, 8 + length];
  assert.equal(sent, [data(1024), data(476)]);
  assert.is(flushed, false);
  hear(MESSAGE.windowAdjust, 1000);
  await pause(0);
  assert.equal(sent.slice(2), [data(500)]);
  assert.is(flushed, true);
});

test('what nobody reads is granted once; a far side that sends more all the same is left', () => {
  const { stream, sent, hear } = opened(0);
  for (let bytes = 0; bytes < WINDOW; bytes += PART.length) hear(MESSAGE.data, PART);
  const adjusted = sent.filter(([type]) => type === MESSAGE.windowAdjust).length;
  assert.is(adjusted, 0);
  assert.is(stream.destroyed, false);
  hear(MESSAGE.data, PART);
  assert.is(stream.destroyed, true);
  assert.equal(sent, [[MESSAGE.close, 4]]);
});

test('how a command ended is told once all it wrote was read', async () => {
  const { stream, hear } = opened(0);
  hear(MESSAGE.data, Buffer.from('last'));
  hear(MESSAGE.request, 'exit-status', false, 3);
  hear(MESSAGE.close);
  let ended: unknown = 'not yet';
  void stream.ended.then((exit) => {
    ended = exit;
  });
  await pause(20);
  assert.is(ended, 'not yet');
  stream.stderr.resume();
  assert.is(String((await stream.toArray())[0]), 'last');
  assert.equal(await stream.ended, { code: 3 });
});

test('a connection that goes leaves no end that could be taken for one', async () => {
  const { stream, hear } = opened(0);
  hear(MESSAGE.request, 'exit-status', false, 0);
  const asked = stream.ask('exec', 'true');
  stream.lost();
  assert.is(await stream.ended, undefined);
  assert.is(await asked, false);
});

test.run();
