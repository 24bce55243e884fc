import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { joinStreams } from '../../lib/io/join-streams.ts';
import { listenerAt } from '../../lib/io/listener.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { freePort } from '../rig/sshd.ts';
import { inBorrowed, inEmbedded, inLocal, inSsh, inSystemSsh, type WithPlace } from './places.ts';

// Ports of a place: the same whatever carries the link. Every place of a test is on this computer.

const PLACES: readonly (readonly [string, WithPlace])[] = [
  ['local', inLocal],
  ['embedded', inEmbedded],
  ['ssh2', inSsh],
  ["the system's ssh", inSystemSsh],
  ['a borrowed link', inBorrowed],
];
const MUCH = 3_000_000;

/** Says back what it hears, and its end. */
async function withEcho(use: (port: number) => Promise<void>): Promise<void> {
  const port = await freePort();
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pipe(socket));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(port);
  } finally {
    await closed(server);
  }
}

function closed(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

async function said(stream: Duplex, text: string): Promise<string> {
  stream.end(text);
  let heard = '';
  for await (const chunk of stream) heard += Buffer.from(chunk as Buffer).toString();
  return heard;
}

function dialled(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

async function isFree(port: number): Promise<boolean> {
  return dialled(port).then(
    (socket) => {
      socket.destroy();
      return false;
    },
    () => true,
  );
}

async function forwarded({ forward }: Session, port: number): Promise<Duplex> {
  const made = await forward('127.0.0.1', port, new AbortController().signal);
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

for (const [name, inPlace] of PLACES) {
  test(`${name}: a stream to a port of the place carries bytes both ways, several at once, and says why where nobody answers`, () =>
    inPlace(({ session }) =>
      withEcho(async (port) => {
        const [long, short] = await Promise.all([forwarded(session, port), forwarded(session, port)]);
        const text = 'x'.repeat(MUCH);
        const both = await Promise.all([said(long as Duplex, text), said(short as Duplex, 'short')]);
        assert.ok(both[0] === text);
        assert.is(both[1], 'short');
        const nobody = await session.forward('127.0.0.1', await freePort(), new AbortController().signal);
        assert.is(nobody.ok ? '' : nobody.error.code, 'unreachable');
      }),
    ));

  test(`${name}: a port of the place that is listened on gives what connects, and is free afterwards`, () =>
    inPlace(({ session }) =>
      withEcho(async (port) => {
        const stop = new AbortController();
        const [one, two] = [await freePort(), await freePort()];
        const take = (stream: Duplex): void => {
          void dialled(port).then((socket) => joinStreams(stream, socket));
        };
        const first = await session.listen(one, take, stop.signal);
        const second = await session.listen(two, take, stop.signal);
        if (!first.ok || !second.ok) throw new Error(JSON.stringify([first, second]));
        const text = 'x'.repeat(MUCH);
        const answers = await Promise.all(
          [dialled(one), dialled(two)].map(async (socket, n) => said(await socket, n === 0 ? text : 'short')),
        );
        assert.ok(answers[0] === text);
        assert.is(answers[1], 'short');
        assert.match((await listenerAt(session, one, stop.signal)) ?? 'nobody', /^$|process \d+/);
        stop.abort();
        assert.is(await first.value.ended, undefined);
        assert.is(await second.value.ended, undefined);
        assert.ok((await isFree(one)) && (await isFree(two)));
      }),
    ));

  test(`${name}: a port that somebody else has is not listened on, and who has it can be asked`, () =>
    inPlace(({ session }) =>
      withEcho(async (port) => {
        const { signal } = new AbortController();
        const refused = await session.listen(port, (stream) => stream.destroy(), signal);
        assert.is(refused.ok ? '' : refused.error.code, 'port-in-use');
        assert.type(await listenerAt(session, port, signal), 'string');
        assert.is(await listenerAt(session, await freePort(), signal), undefined);
      }),
    ));
}

test.run();
