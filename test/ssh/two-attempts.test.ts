import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Job, Session } from '../../lib/model/sandbox.ts';
import type { Claim } from '../../lib/ssh/patience.ts';
import { sshSandbox } from '../../lib/ssh/ssh.ts';
import { job } from '../contract/jobs.ts';
import { claim, connected, SOON, withFar } from '../contract/places.ts';
import { until } from '../rig/patience.ts';
import { processesWith } from '../rig/processes.ts';
import { type ChaosProxy, startProxy } from '../rig/proxy.ts';
import { STUBBORN } from '../rig/stubborn.ts';

// A link becomes a black hole, of which the far side hears nothing for a long time. With a real sshd.

interface Hole {
  readonly proxy: ChaosProxy;
  connect(claim: Claim): Promise<Session>;
}

/** sbx gives up after two seconds, the far side would in minutes. */
const PATIENCE = { ...SOON, silence: 300_000, keepalive: { interval: 300, most: 3 } };

function withHole(use: (at: Hole) => Promise<void>): Promise<void> {
  return withFar({ clientLines: ['HostKeyAlias sbx-far'] }, async (far) => {
    appendFileSync(far.sshd.knownHosts, `sbx-far ${readFileSync(join(far.sshd.folder, 'host_key.pub'), 'utf8')}`);
    await using proxy = await startProxy(far.sshd.port);
    const settings = { name: 'vm', named: `far:${proxy.port}`, state: join(far.home, 'state'), ...PATIENCE, owner: far.home };
    await use({ proxy, connect: (mine) => connected(sshSandbox({ ...settings, claim: mine }, far.io)) });
  });
}

const living = ({ run }: Job): number => processesWith([`SBX_RUN=${run}`]).length;

/** Starts what no TERM ends, and waits until it works. */
async function begin(session: Session, more: Partial<Job> = {}, signal = new AbortController().signal) {
  const wanted = job('/tmp', STUBBORN, { killGrace: 300, ...more });
  let output = '';
  const hear = (chunk: Uint8Array): void => {
    output += Buffer.from(chunk).toString();
  };
  const exit = session.supervise(wanted, { signal, output: hear });
  await until('it works', () => output.includes('working'));
  return { job: wanted, exit };
}

test('given up before the far side noticed: the next attempt ends it first', () =>
  withHole(async ({ proxy, connect }) => {
    const mine = claim();
    const session = await connect(mine);
    const working = await begin(session);
    proxy.set('hole');
    const exit = await working.exit;
    assert.is(exit.ok ? '' : exit.error.code, 'link-lost');
    await session[Symbol.asyncDispose]();
    proxy.set('none');
    assert.ok(living(working.job) > 0, 'the far side knows nothing of it');
    await using again = await connect(mine);
    assert.is(living(working.job), 0);
    assert.ok(again);
  }));

test('a run that was stopped or killed behind a black hole: the next run ends what it left first', () =>
  withHole(async ({ proxy, connect }) => {
    const session = await connect(claim());
    const stop = new AbortController();
    const working = await begin(session, {}, stop.signal);
    proxy.set('hole');
    stop.abort();
    await working.exit;
    await session[Symbol.asyncDispose]();
    proxy.set('none');
    assert.ok(living(working.job) > 0);
    await using next = await connect(claim());
    assert.is(living(working.job), 0);
    assert.ok(next);
  }));

test('what the same run works at beside it goes on, and so do services of others', () =>
  withHole(async ({ connect }) => {
    const mine = claim();
    await using session = await connect(mine);
    await using watching = await connect(claim());
    const stop = new AbortController();
    const service = await begin(watching, { lasts: true }, stop.signal);
    const beside = await begin(session, {}, stop.signal);
    await using second = await connect(mine);
    assert.ok(second);
    assert.ok(living(beside.job) > 0);
    assert.ok(living(service.job) > 0);
    stop.abort();
    await Promise.all([beside.exit, service.exit]);
  }));

test.run();
