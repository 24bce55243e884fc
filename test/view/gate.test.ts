import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gateOf } from '../../lib/view/gate.ts';
import type { View } from '../../lib/view/view.ts';

test('what a view writes waits while somebody has the terminal; one at a time, and each frame is taken off first', async () => {
  const said: string[] = [];
  const gate = gateOf((text) => said.push(text));
  const view: View = {
    event: () => {},
    end: async () => {},
    aside() {
      gate.write('frame off');
      return () => gate.write('frame on');
    },
  };
  const gated = gate.around(view);
  const answers: ((text: string) => void)[] = [];
  const ask = (question: string) =>
    gated.alone(
      () =>
        new Promise<string>((resolve) => {
          said.push(question);
          answers.push(resolve);
        }),
    );
  const first = ask('one?');
  const second = ask('two?').catch(() => 'failed');
  await Promise.resolve();
  gate.write('a line');
  gate.write('another');
  assert.equal(said, ['frame off', 'one?']);
  answers[0]?.('1');
  assert.is(await first, '1');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(said.slice(2), ['a lineanother', 'frame on', 'frame off', 'two?']);
  answers[1]?.('2');
  assert.is(await second, '2');
  assert.is(said.at(-1), 'frame on');
});

test('a question that fails gives the terminal back', async () => {
  const said: string[] = [];
  const gate = gateOf((text) => said.push(text));
  const gated = gate.around({ event: () => {}, end: async () => {} });
  const failed = await gated.alone(() => Promise.reject(new Error('no'))).catch((error: Error) => error.message);
  gate.write('on');
  assert.is(failed, 'no');
  assert.equal(said, ['on']);
});

test('output without bounds does not wait without bounds', async () => {
  let size = 0;
  const gate = gateOf((text) => {
    size += text.length;
  });
  await gate.around({ event: () => {}, end: async () => {} }).alone(async () => {
    for (let n = 0; n < 40; n++) gate.write('x'.repeat(100_000));
    assert.ok(size > 3_000_000);
  });
  assert.is(size, 4_000_000);
});

test.run();
