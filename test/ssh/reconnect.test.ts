import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../lib/base/result.ts';
import type { Exit } from '../../lib/model/exit.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Job, LinkNews, Session } from '../../lib/model/sandbox.ts';
import { ownerTag } from '../../lib/ssh/patience.ts';
import type { Resident } from '../../lib/ssh/resident/resident.ts';
import { sshSandbox } from '../../lib/ssh/ssh.ts';
import { job } from '../contract/jobs.ts';
import { withLender } from '../contract/lender.ts';
import { type Far, SOON, withFar } from '../contract/places.ts';
import { until } from '../rig/patience.ts';
import { kill, processesWith } from '../rig/processes.ts';
import { type ChaosProxy, startProxy } from '../rig/proxy.ts';

// A link that is cut in the middle of work, and comes back. With a real sshd, and whatever carries the link.

interface Cut extends Far {
  readonly proxy: ChaosProxy;
  readonly session: Session;
  readonly news: readonly LinkNews[];
  readonly owner: string;
}

/** Long patience on both sides, but for what a case makes short. */
const PATIENCE = { ...SOON, grace: 60_000, keepalive: { interval: 300, most: 3 } };

interface Wish {
  readonly grace?: number;
  readonly kept?: number;
  readonly by?: keyof typeof CARRIERS;
}

/** Whatever carries the link; what is dialled anew is never lent. */
const CARRIERS = {
  ssh2: { SBX_SSH: 'builtin' },
  'the ssh of the system': { SBX_SSH: 'system' },
  'a resident agent': { SBX_SSH: 'builtin' },
};

const CARRIED = { ssh2: /^ssh2$/, 'the ssh of the system': /^the system's ssh/, 'a resident agent': /of the resident agent$/ };

function withCut(use: (at: Cut) => Promise<void>, { by = 'ssh2', ...more }: Wish = {}): Promise<void> {
  return withFar({ clientLines: ['HostKeyAlias sbx-far'] }, async (far) => {
    appendFileSync(far.sshd.knownHosts, `sbx-far ${readFileSync(join(far.sshd.folder, 'host_key.pub'), 'utf8')}`);
    await using proxy = await startProxy(far.sshd.port);
    const owner = far.home;
    const settings = { name: 'vm', named: `far:${proxy.port}`, state: join(far.home, 'state'), ...PATIENCE, ...more, owner };
    const io = { ...far.io, environment: new Map([...far.io.environment, ...Object.entries(CARRIERS[by])]) };
    const news: LinkNews[] = [];
    const over = async (resident?: Resident): Promise<void> => {
      const sandbox = sshSandbox(settings, io, resident);
      const session = await sandbox.connect(new AbortController().signal, undefined, undefined, (one) => news.push(one));
      if (!session.ok) throw new Error(session.error.message);
      await using connected = session.value;
      assert.match(connected.carrier ?? 'ssh2', CARRIED[by]);
      await use({ ...far, proxy, session: connected, news, owner });
    };
    if (by !== 'a resident agent') return await over();
    await withLender(io, far.home, ({ borrow }) => over({ borrow: (route) => borrow(route), offer: () => {} }));
  });
}

interface Working {
  readonly exit: Promise<Result<Exit, Failure>>;
  readonly job: Job;
  output(): string;
}

function work({ session }: Pick<Cut, 'session'>, script: string, signal = new AbortController().signal): Working {
  let output = '';
  const wanted = job('/tmp', script, { killGrace: 300 });
  const hear = (chunk: Uint8Array): void => {
    output += Buffer.from(chunk).toString();
  };
  const exit = session.supervise(wanted, { signal, output: hear });
  return { exit, job: wanted, output: () => output };
}

/** Where the far side keeps what is under way. */
function kept({ sshd, owner }: Cut): readonly string[] {
  const folder = join(sshd.home, '.sbx/runs', ownerTag(owner));
  return readdirSync(folder).map((name) => join(folder, name));
}

const living = ({ job: { run } }: Working): number => processesWith([`SBX_RUN=${run}`]).length;
const COUNTING = 'for i in 1 2 3 4 5 6 7 8; do echo "line $i"; sleep 0.2; done; exit 6';
const LINES = Array.from({ length: 8 }, (_, n) => `line ${n + 1}\n`).join('');

for (const fault of ['reset', 'close', 'hole', 'half'] as const) {
  test(`${fault}: the work goes on, and nothing of its output is lost or comes twice`, () =>
    withCut(async (at) => {
      const working = work(at, COUNTING);
      await until('it works', () => working.output().includes('line 2'));
      at.proxy.set(fault);
      await until('the loss is noticed', () => at.news.some((one) => one.is === 'lost'));
      at.proxy.set('none');
      assert.equal(await working.exit, { ok: true, value: { code: 6 } });
      assert.is(working.output(), LINES);
      assert.is(at.news.at(-1)?.is, 'back');
      await until('nothing is kept', () => kept(at).length === 0);
    }));
}

for (const by of ['the ssh of the system', 'a resident agent'] as const) {
  test(`the same over ${by}, also of what ended meanwhile`, () =>
    withCut(
      async (at) => {
        const working = work(at, COUNTING);
        const other = work(at, 'echo begun; sleep 0.5; echo end; exit 7');
        await until('both work', () => working.output().includes('line 2') && other.output().includes('begun'));
        at.proxy.set('reset');
        await until('the other one ends', () => living(other) === 0);
        at.proxy.set('none');
        assert.equal(await working.exit, { ok: true, value: { code: 6 } });
        assert.is(working.output(), LINES);
        assert.equal(await other.exit, { ok: true, value: { code: 7 } });
        assert.is(other.output(), 'begun\nend\n');
        await until('nothing is kept', () => kept(at).length === 0);
      },
      { by },
    ));
}

test('it ended while the link was lost: its end is taken', () =>
  withCut(async (at) => {
    const working = work(at, 'echo begun; sleep 1; echo end; exit 6');
    await until('it works', () => working.output().includes('begun'));
    at.proxy.set('reset');
    await until('it ends', () => living(working) === 0);
    assert.ok(at.news.filter((one) => one.is === 'lost').length > 1, 'it is tried again and again');
    at.proxy.set('none');
    assert.equal(await working.exit, { ok: true, value: { code: 6 } });
    assert.is(working.output(), 'begun\nend\n');
  }));

test('much output while the link is a black hole: the command does not wait for it', () =>
  withCut(async (at) => {
    const working = work(at, 'echo begun; sleep 0.5; head -c 8000000 /dev/zero; exit 6');
    await until('it works', () => working.output().includes('begun'));
    at.proxy.set('hole');
    await until('it ends', () => living(working) === 0);
    at.proxy.set('none');
    assert.equal(await working.exit, { ok: true, value: { code: 6 } });
    assert.is(working.output().length, 8_000_006);
  }));

test('the grace is over before the link is back: the end says so', () =>
  withCut(
    async (at) => {
      const working = work(at, 'echo begun; sleep 1000');
      await until('it works', () => working.output().includes('begun'));
      at.proxy.set('reset');
      await until('the grace is over', () => living(working) === 0);
      at.proxy.set('none');
      const exit = await working.exit;
      assert.is(exit.ok ? '' : exit.error.code, 'link-lost');
      assert.match(exit.ok ? '' : exit.error.message, /heard nothing for longer than the grace/);
    },
    { grace: 1500 },
  ));

test('a link that does not come back at all is said, and how long it was waited for', () =>
  withCut(
    async (at) => {
      const working = work(at, 'echo begun; sleep 1000');
      await until('it works', () => working.output().includes('begun'));
      at.proxy.set('reset');
      const exit = await working.exit;
      assert.is(exit.ok ? '' : exit.error.code, 'link-lost');
      assert.match(exit.ok ? '' : exit.error.message, /did not come back within \d+ s/);
      await until('nothing is left', () => living(working) === 0);
    },
    { grace: 1000 },
  ));

test('the machine was rebooted', () =>
  withCut(async (at) => {
    const working = work(at, 'echo begun; sleep 1000');
    await until('it works', () => working.output().includes('begun'));
    at.proxy.set('reset');
    for (const folder of kept(at)) {
      const facts = readFileSync(join(folder, 'job'), 'utf8').split('\n');
      writeFileSync(join(folder, 'job'), facts.with(3, 'another boot').join('\n'));
    }
    for (const { pid } of processesWith([`SBX_RUN=${working.job.run}`, 'watch'])) if (at.sshd.started().includes(pid)) kill(pid);
    at.proxy.set('none');
    const exit = await working.exit;
    assert.is(exit.ok ? '' : exit.error.code, 'link-lost');
    assert.match(exit.ok ? '' : exit.error.message, /was rebooted/);
  }));

test('the session of sshd is killed: the work goes on over another one', () =>
  withCut(async (at) => {
    const working = work(at, COUNTING);
    await until('it works', () => working.output().includes('line 2'));
    for (const { pid, command } of processesWith(['sshd: '])) if (/@notty/.test(command) && at.sshd.started().includes(pid)) kill(pid);
    assert.equal(await working.exit, { ok: true, value: { code: 6 } });
    assert.is(working.output(), LINES);
  }));

test('the supervisor is killed: that is said, and nothing is left', () =>
  withCut(async (at) => {
    const working = work(at, 'echo begun; sleep 1000');
    await until('it works', () => working.output().includes('begun'));
    const facts = kept(at).map((folder) => readFileSync(join(folder, 'job'), 'utf8').split('\n'));
    const [pid = ''] = facts[0]?.[4]?.split(' ') ?? [];
    kill(-Number(pid));
    const exit = await working.exit;
    assert.is(exit.ok ? '' : exit.error.code, 'no-exit-status');
    assert.match(exit.ok ? '' : exit.error.message, /supervisor of the command was killed/);
    await until('nothing is left', () => living(working) === 0);
  }));

test('stopped while the link is lost: it is said what goes on there', () =>
  withCut(
    async (at) => {
      const stop = new AbortController();
      const working = work(at, 'echo begun; sleep 1000', stop.signal);
      await until('it works', () => working.output().includes('begun'));
      at.proxy.set('reset');
      await until('the loss is noticed', () => at.news.length > 0);
      stop.abort();
      const exit = await working.exit;
      assert.is(exit.ok ? '' : exit.error.code, 'cancelled');
      assert.match(exit.ok ? '' : exit.error.message, /told to stop, but the connection is lost/);
    },
    { grace: 1000 },
  ));

test('a program that was cut fails, the next one has the link that came back', () =>
  withCut(async (at) => {
    const { signal } = new AbortController();
    const cut = await at.session.program('echo begun; sleep 5', [], { signal, stdout: () => at.proxy.set('reset') });
    assert.is(cut.ok ? '' : cut.error.code, 'link-lost');
    at.proxy.set('none');
    const next = await at.session.program('echo next', [], { signal });
    assert.is(next.ok && Buffer.from(next.value.stdout).toString(), 'next\n');
  }));

test.run();
