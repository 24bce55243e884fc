// What the resident agent lends, and to whom. Real sshd; the agent's server within this process.
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../lib/base/result.ts';
import type { Link } from '../../lib/ssh/link.ts';
import { BorrowedLink } from '../../lib/ssh/resident/borrowed-link.ts';
import { call } from '../../lib/ssh/resident/call.ts';
import { Frames, frame } from '../../lib/ssh/resident/frames.ts';
import type { LentRoute } from '../../lib/ssh/resident/words.ts';
import { sshSandbox } from '../../lib/ssh/ssh.ts';
import { START } from '../../lib/ssh/start.ts';
import { withLender } from '../contract/lender.ts';
import { type Far, SOON, withFar } from '../contract/places.ts';
import { withFolder } from '../rig/folder.ts';
import { pause, until } from '../rig/patience.ts';

const SIGNAL = new AbortController().signal;

function routeTo({ sshd, home }: Far): LentRoute {
  return { named: sshd.host, user: undefined, tunnel: undefined, state: join(home, 'state') };
}

async function said(link: Link, program: string): Promise<string> {
  const opened = await link.exec(START, SIGNAL);
  if (!opened.ok) throw new Error(opened.error.message);
  const { stdin, stdout, stderr, ended } = opened.value;
  let text = '';
  stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  stderr.resume();
  stdin.end(`${program}\n`);
  await ended;
  return text;
}

test('a link is lent to one at a time, and again once it was given back', () =>
  withFar({}, (far) =>
    withLender(far.io, far.home, async ({ borrow, ask, links }) => {
      const first = await borrow(routeTo(far));
      assert.is(await said(first, 'echo one'), 'one\n');
      assert.is(await ask(routeTo(far)), undefined, 'another run dials by itself');
      assert.equal(
        links.status().map(({ state }) => state),
        ['lent'],
      );
      await first[Symbol.asyncDispose]();
      const second = await borrow(routeTo(far));
      assert.is(await said(second, 'echo two'), 'two\n');
      await second[Symbol.asyncDispose]();
      assert.is(far.sshd.log().split('Accepted publickey').length - 1, 1);
    }),
  ));

test('what nobody reads, or writes without end, ends with its channel, and the link is lent on', () =>
  withFar({}, (far) =>
    withLender(far.io, far.home, async ({ borrow }) => {
      const link = await borrow(routeTo(far));
      for (const program of ['exec sleep 61.5', 'exec yes sleep 61.5']) {
        const opened = await link.exec(START, SIGNAL);
        if (!opened.ok) throw new Error(opened.error.message);
        opened.value.stdin.write(`${program}\n`);
        for (let i = 0; i < 64; i++) opened.value.stdin.write(Buffer.alloc(64 * 1024, 'x')); // more than any buffer on its way takes
        await until('it runs', () => far.sshd.started().length > 0);
        opened.value.terminate();
        opened.value.close();
        await opened.value.ended;
      }
      await link[Symbol.asyncDispose]();
      const again = await borrow(routeTo(far));
      assert.is(await said(again, 'pgrep -cf "61[.]5" || echo none'), '0\nnone\n');
      await again[Symbol.asyncDispose]();
    }),
  ));

test('a link that is lost says why, and is not lent again', () =>
  withFar({}, (far) =>
    withLender(far.io, far.home, async ({ borrow, ask }) => {
      const link = await borrow(routeTo(far));
      far.sshd.cut();
      await until('it is lost', () => link.lost.aborted);
      assert.match(link.failure.message, /the connection was lost/);
      assert.is((await link.exec(START, SIGNAL)).ok, false);
      await link[Symbol.asyncDispose]();
      assert.is(await ask(routeTo(far)), undefined);
    }),
  ));

test('an agent that hangs while its link is used: the link is lost, and whatever runs on it ends here', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'hanging.sock');
    // It lends a link and opens a channel, and says nothing more.
    const hanging = createServer((socket) => {
      const frames = new Frames((letter, bytes) => {
        const lends = bytes.includes('"link","route"');
        if (letter === 'q') socket.write(frame('a', lends ? '{"is":"lent","link":"a","label":"far"}' : '{"is":"open"}'));
      });
      socket.on('error', () => {}).on('data', (chunk) => void frames.push(chunk));
    });
    await new Promise<void>((resolve) => hanging.listen(path, resolve));
    const route = { named: 'far', user: undefined, tunnel: undefined, state: folder };
    const called = await call(path, { ask: 'link', route, env: [] }, SIGNAL);
    if (called.is !== 'answered' || called.answer.is !== 'lent') throw new Error(called.is);
    const link = new BorrowedLink(path, called.answer, called.connection, { interval: 20, most: 3 });
    const opened = await link.exec(START, SIGNAL);
    assert.ok(opened.ok);
    await until('it is lost', () => link.lost.aborted);
    assert.match(link.failure.message, /the resident agent of sbx does not answer any more/);
    assert.is((await link.exec(START, SIGNAL)).ok, false);
    opened.value.stdout.resume();
    opened.value.stderr.resume();
    assert.is(await opened.value.ended, undefined);
    hanging.close();
  }));

test('a borrowed link behind which nobody answers is left for one of the run, and that is said', () =>
  withFar({}, async (far) => {
    const sandbox = sshSandbox({ name: 'far', ...routeTo(far), ...SOON }, far.io, { borrow: async () => silentLink(), offer: () => {} });
    const notes: string[] = [];
    const session = await sandbox.connect(SIGNAL, (text) => notes.push(text));
    if (!session.ok) throw new Error(session.error.message);
    await session.value[Symbol.asyncDispose]();
    assert.equal(notes, ['a connection of the resident agent of sbx does not answer: going on without it']);
  }));

/** It opens channels, and nothing comes out of them. */
function silentLink(): Link {
  return {
    label: 'far',
    lost: SIGNAL,
    failure: { code: 'link-lost', message: 'lost' },
    async exec() {
      const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
      let end: (exit: undefined) => void = () => {};
      const ended = new Promise<undefined>((resolve) => {
        end = resolve;
      });
      return ok({ stdin, stdout, stderr, ended, terminate() {}, resize() {}, close: () => end(undefined) });
    },
    forward: async () => err({ code: 'link-lost', message: 'lost' }),
    async [Symbol.asyncDispose]() {},
  };
}

test('an agent that answers is not lost, however long nothing happens', () =>
  withFar({}, (far) =>
    withLender(far.io, far.home, async ({ borrow }) => {
      const link = await borrow(routeTo(far), { interval: 10, most: 50 });
      await pause(1000);
      assert.is(await said(link, 'echo on'), 'on\n');
      await link[Symbol.asyncDispose]();
    }),
  ));

test('one who is no run of ours is refused, and the others go on', () =>
  withFar({}, (far) =>
    withLender(far.io, far.home, async ({ borrow, path }) => {
      const link = await borrow(routeTo(far));
      for (const bytes of [
        Buffer.from('GET / HTTP/1.1\r\n\r\n'),
        frame('q', '{'),
        frame('q', 'null'),
        frame('q', '{"ask":"link"}'),
        frame('q', '{"ask":"exec","link":"x","channel":"1","command":"true"}'),
        Buffer.alloc(9, 0xff),
      ]) {
        const socket = connect({ path });
        socket.on('error', () => {});
        socket.resume();
        socket.end(bytes);
        await new Promise((resolve) => socket.once('close', resolve));
      }
      assert.is(await said(link, 'echo on'), 'on\n');
      await link[Symbol.asyncDispose]();
    }),
  ));

test('nobody there is told from somebody who does not answer', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'mute.sock');
    assert.is((await call(path, { ask: 'status' }, SIGNAL)).is, 'absent');
    const mute = createServer((socket) => void socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => mute.listen(path, resolve));
    assert.is((await call(path, { ask: 'status' }, AbortSignal.timeout(100))).is, 'mute');
    mute.close();
  }));

test('a stream is put together again, whatever it was cut into', () => {
  const whole = Buffer.concat([frame('o', 'one'), frame('x'), frame('e', Buffer.alloc(70_000, 7))]);
  for (const size of [1, 3, 5, 8, 1000, whole.length]) {
    const heard: string[] = [];
    const frames = new Frames((letter, bytes) => void heard.push(`${letter}${bytes.length}`));
    for (let at = 0; at < whole.length; at += size) assert.ok(frames.push(whole.subarray(at, at + size)));
    assert.equal(heard, ['o3', 'x0', 'e70000']);
  }
  assert.not.ok(new Frames(() => {}).push(Buffer.from('o\xff\xff\xff\xff', 'latin1')), 'a piece of 4 GiB is none');
});

test.run();
