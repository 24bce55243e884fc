import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gathering } from '../../lib/ssh/dial.ts';

test('what is written in one turn goes as one piece, in its order', async () => {
  const pieces: string[] = [];
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      pieces.push(chunk.toString());
      done();
    },
    writev(chunks, done) {
      pieces.push(chunks.map(({ chunk }) => (chunk as Buffer).toString()).join(''));
      done();
    },
  });
  const socket = gathering(wire as Socket);
  for (const part of ['length ', 'packet ', 'mac']) socket.write(part);
  await new Promise(setImmediate);
  socket.write('next');
  socket.end(' last');
  await new Promise((resolve) => socket.once('finish', resolve));
  assert.equal(pieces, ['length packet mac', 'next last']);
});

test.run();
