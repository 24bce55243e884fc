import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock } from '../../lib/io/io.ts';
import { freshKey } from '../../lib/ssh/keys.ts';
import type { Link } from '../../lib/ssh/link.ts';
import { runProgram } from '../../lib/ssh/program.ts';
import { SshClient, SshServer } from '../../lib/ssh/ssh2.ts';
import { Ssh2Link } from '../../lib/ssh/ssh2-link.ts';

/** A peer that runs what it is told and closes the channel without a word of how it ended, or with the code or signal that is said. */
async function withPeer(code: number | string | undefined, use: (link: Link) => Promise<void>): Promise<void> {
  const server = new SshServer({ hostKeys: [freshKey().private] }, (connection) => {
    connection.on('error', () => {});
    connection.on('authentication', (attempt) => attempt.accept());
    connection.on('session', (accept) => {
      accept().on('exec', (yes, _no, { command }) => {
        const channel = yes();
        const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'ignore'] });
        channel.pipe(child.stdin);
        child.stdout.pipe(channel, { end: false });
        child.on('close', () => {
          if (code !== undefined) channel.exit(code as never);
          channel.close();
        });
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new SshClient();
  client.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, username: 'x', password: 'x' });
  await once(client, 'ready');
  const link = new Ssh2Link(client, 'peer', realClock);
  try {
    await use(link);
  } finally {
    await link[Symbol.asyncDispose]();
    server.close();
  }
}

const run = (link: Link) => runProgram(link, nonce(), 'echo done', [], { signal: new AbortController().signal });

test('a command of which nobody tells how it ended is a failure, though all of its output came', () =>
  withPeer(undefined, async (link) => {
    const ended = await run(link);
    assert.is(ended.ok ? 'success' : ended.error.code, 'no-exit-status');
  }));

test('the same peer with an exit code is believed', () =>
  withPeer(3, async (link) => {
    const ended = await run(link);
    assert.equal(ended.ok && [ended.value.exit, Buffer.from(ended.value.stdout).toString()], [{ code: 3 }, 'done\n']);
  }));

test('an end by signal is told by the name of the signal', () =>
  withPeer('SEGV', async (link) => {
    const ended = await run(link);
    assert.equal(ended.ok && ended.value.exit, { signal: 'SIGSEGV' });
  }));

test.run();
