import { appendFileSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../lib/base/result.ts';
import type { Sandbox } from '../../lib/model/sandbox.ts';
import { Early } from '../../lib/ssh/early.ts';
import { connected, withFar } from '../contract/places.ts';
import { until } from '../rig/patience.ts';

// A host that is dialled before anybody is sure to need it. With a real sshd.

const NEVER = new AbortController().signal;

interface Wire {
  readonly sandbox: Sandbox;
  /** `open`, `shut`: connections that came and went. */
  readonly seen: readonly string[];
  /** Bytes that the far side was sent. */
  sent(): number;
  /** Connections are ended as they come. */
  cut(): void;
}

function withWire(use: (wire: Wire) => Promise<void>): Promise<void> {
  return withFar({ clientLines: ['HostKeyAlias sbx-far'] }, async (far) => {
    appendFileSync(far.sshd.knownHosts, `sbx-far ${readFileSync(join(far.sshd.folder, 'host_key.pub'), 'utf8')}`);
    const seen: string[] = [];
    let sent = 0;
    let isCut = false;
    const server = createServer((near) => {
      seen.push('open');
      near.on('close', () => seen.push('shut')).on('error', () => {});
      if (isCut) return near.destroy();
      const to = connect(far.sshd.port, '127.0.0.1').on('error', () => {});
      near.on('data', (chunk) => {
        sent += chunk.length;
      });
      near.pipe(to).pipe(near);
      return near;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const sandbox = far.sandbox({ named: `far:${(server.address() as AddressInfo).port}` });
      await use({
        sandbox,
        seen,
        sent: () => sent,
        cut: () => {
          isCut = true;
        },
      });
    } finally {
      server.close();
    }
  });
}

test('a host that is dialled ahead is dialled once: who connects takes that link', () =>
  withWire(async ({ sandbox, seen, sent }) => {
    sandbox.ahead?.(NEVER);
    await until('somebody dials', () => sent() > 0);
    await using session = await connected(sandbox);
    const said = await session.program('echo here', [], { signal: NEVER });
    assert.is(said.ok && Buffer.from(said.value.stdout).toString(), 'here\n');
    assert.equal(seen, ['open']);
  }));

test('a host that was dialled ahead and is not needed is left, and can be reached later', () =>
  withWire(async ({ sandbox, seen, sent }) => {
    const drop = new AbortController();
    sandbox.ahead?.(drop.signal);
    await until('somebody dials', () => sent() > 0);
    drop.abort();
    await until('it is left', () => seen.includes('shut'));
    assert.equal(seen, ['open', 'shut']);
    await using session = await connected(sandbox);
    assert.ok((await session.program('exit 0', [], { signal: NEVER })).ok);
  }));

test('what goes wrong ahead is said by who connects, who does not dial again', () =>
  withWire(async ({ sandbox, seen, cut }) => {
    cut();
    sandbox.ahead?.(NEVER);
    await until('it is refused', () => seen.includes('shut'));
    const session = await sandbox.connect(NEVER);
    assert.is(!session.ok && session.error.code, 'unreachable');
    assert.equal(seen, ['open', 'shut']);
  }));

test('nothing is asked and nothing is said before somebody wants it', async () => {
  const log: string[] = [];
  const dialled = new Early(NEVER, async ({ note, wanted }) => {
    note('touch the token');
    await wanted;
    log.push('asks');
    return ok({ [Symbol.asyncDispose]: async () => {} });
  });
  await new Promise(setImmediate);
  assert.equal(log, []);
  await dialled.take(NEVER, (text) => log.push(text));
  assert.equal(log, ['touch the token', 'asks']);
});

test.run();
