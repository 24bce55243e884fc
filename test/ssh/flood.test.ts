import { PassThrough, Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../lib/base/result.ts';
import { nonce } from '../../lib/io/io.ts';
import { follow } from '../../lib/ssh/follow.ts';
import type { Link } from '../../lib/ssh/link.ts';
import { patienceOf } from '../../lib/ssh/patience.ts';
import { runProgram } from '../../lib/ssh/program.ts';
import { realIo, SOON } from '../contract/places.ts';

// A far side that writes without end: nothing of it is kept without a bound.

const { signal } = new AbortController();

/** Its channels write `head`, and then on and on. */
function flooding(head: string): Link {
  const failure = { code: 'link-lost', message: 'lost' } as const;
  return {
    ...{ label: 'far', lost: signal, failure, forward: async () => err(failure) },
    async exec() {
      const stdout = Readable.from(flood(head));
      const ended = new Promise<undefined>((resolve) => stdout.once('close', () => resolve(undefined)));
      const [stdin, stderr] = [new PassThrough(), new PassThrough()];
      return ok({ stdin, stdout, stderr, ended, terminate() {}, resize() {}, close: () => void stdout.destroy() });
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function* flood(head: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  const more = Buffer.alloc(2 ** 20, 'x');
  for (;;) {
    await new Promise(setImmediate);
    yield more;
  }
}

test('a program of ours that answers without end is left', async () => {
  const mark = nonce();
  const ended = await runProgram(flooding(mark), mark, 'true', [], { signal });
  assert.is(ended.ok ? '' : ended.error.message, 'far: a program of sbx answers without end there');
});

test('a last word without an end is no success', async () => {
  const mark = nonce();
  const link = flooding(`${mark}output${mark} 0`);
  const out: Buffer[] = [];
  const streams = { signal, output: (chunk: Uint8Array) => out.push(Buffer.from(chunk)) };
  const followed = await follow(link, realIo('/'), patienceOf(SOON), { mark }, 100, streams, Buffer.from(''), false);
  if (!followed.ok || followed.value.end.is !== 'said') throw new Error(JSON.stringify(followed));
  assert.match(followed.value.end.word, /^0x{100,}$/);
  assert.is(Buffer.concat(out).toString(), 'output');
});

test.run();
