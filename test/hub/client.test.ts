import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { askHub } from '../../lib/hub/client.ts';
import { freePort } from '../rig/sshd.ts';

async function asked(answer: (response: ServerResponse) => void, patience = 5000, signal = new AbortController().signal) {
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  try {
    return await askHub({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, patience }, '/x', undefined, signal);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function trouble(answer: (response: ServerResponse) => void, patience?: number): Promise<string> {
  const result = await asked(answer, patience);
  return result.ok ? JSON.stringify(result.value) : result.error.message.replace(/http:\S+/, 'URL');
}

test('a hub that is wrong: each way has its words, and none throws', async () => {
  assert.is(await trouble((response) => response.end('{"id": 1}')), '{"id":1}');
  assert.is(await trouble((response) => response.end('<html>')), 'the State Hub at URL sends no JSON');
  assert.is(await trouble((response) => response.end()), 'the State Hub at URL sends no JSON');
  assert.is(await trouble((response) => response.writeHead(500).end('{}')), 'the State Hub at URL answers with 500');
  assert.is(
    await trouble((response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()),
    'the State Hub at URL answers with 302, which leads elsewhere',
  );
  assert.is(
    await trouble((response) => void response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy())),
    'the State Hub at URL cut its answer off',
  );
  assert.match(await trouble((response) => response.end(' '.repeat(5_000_000))), /sends more than 4194304 bytes/);
  assert.match(await trouble((response) => void response.destroy()), /cannot be reached/);
});

test('a hub that is slow: neither the first byte nor the last is waited for longer than the patience', async () => {
  assert.is(await trouble(() => {}, 100), 'the State Hub at URL did not answer within 100ms');
  assert.is(await trouble((response) => void response.write('['), 100), 'the State Hub at URL did not end its answer within 100ms');
});

test('a hub that is down is known not to have done anything', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const result = await askHub({ url, patience: 5000 }, '/', {}, new AbortController().signal);
  assert.equal(result, {
    ok: false,
    error: { message: `the State Hub at ${url} cannot be reached (ECONNREFUSED)`, mayBeDone: false },
  });
});

test('who stops the question gets no answer', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('INT')), 50);
  try {
    await asked(() => {}, 5000, stop.signal);
    assert.unreachable();
  } catch (thrown) {
    assert.is((thrown as Error).message, 'INT');
  }
});

test.run();
