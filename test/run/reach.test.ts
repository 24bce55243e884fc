import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../lib/base/result.ts';
import { realFiles } from '../../lib/io/io.ts';
import { localSandbox } from '../../lib/io/local.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { PlaceChange } from '../../lib/model/event.ts';
import type { PlaceSeen } from '../../lib/model/look.ts';
import type { Sandbox } from '../../lib/model/sandbox.ts';
import { Reach } from '../../lib/run/reach.ts';

const BEFORE: PlaceSeen = { probes: { cc: '12', os: 'linux' }, at: 1, receipt: 'r1', holds: { build: 'k1' } };

const NEVER = new AbortController().signal;

/** What is said of a place that was recorded as `before` and is `now`. */
async function changed(before: PlaceSeen | undefined, now: PlaceSeen): Promise<readonly PlaceChange[] | undefined> {
  const input = { root: '/p', offline: false, emit: () => {}, signal: NEVER, hurry: NEVER, create: async () => ok(undefined) };
  const io = { spawn: realSpawn(), files: realFiles, environment: new Map<string, string>() };
  const place = { ...localSandbox('vm', io), kind: 'ssh' as const };
  await using reach = new Reach({
    ...input,
    sandboxes: new Map([['vm', place]]),
    arrive: async () => ok({ seen: now, workspace: '/w', found: { is: 'ours' }, notes: [] }),
    recorded: () => before,
    record: () => {},
  });
  await reach.to('vm');
  const found = reach.takeChanged();
  assert.is(reach.takeChanged(), undefined, 'asked once');
  return found;
}

test('how a place is other than it was recorded: the difference that says most', async () => {
  const seen = async (now: Partial<PlaceSeen>): Promise<unknown> => (await changed(BEFORE, { ...BEFORE, at: 2, ...now }))?.[0]?.what;
  assert.is(await seen({}), undefined);
  assert.is(await seen({ holds: {} }), 'results');
  assert.is(await seen({ holds: { build: 'k2' } }), 'results');
  assert.is(await seen({ receipt: 'r2', holds: {} }), 'files');
  assert.is(await seen({ probes: { os: 'linux', cc: '12' } }), undefined);
  assert.is(await seen({ probes: { cc: '13', os: 'linux' }, receipt: 'r2' }), 'toolchain');
  const { receipt, ...gone } = BEFORE;
  assert.is((await changed(BEFORE, { ...gone, holds: {} }))?.[0]?.what, 'workspace-gone');
});

test('a place of which nothing was known is a reason to plan anew, and no difference', async () => {
  assert.equal(await changed(undefined, BEFORE), []);
  assert.is(await changed(BEFORE, BEFORE), undefined);
});

test('a place is left when its sessions are closed, once, and what it says then is told', async () => {
  const told: string[] = [];
  const io = { spawn: realSpawn(), files: realFiles, environment: new Map<string, string>() };
  const local = localSandbox('vm', io);
  const place: Sandbox = {
    ...local,
    kind: 'machine',
    connect: async (signal, note) => {
      note?.('starts');
      const session = await local.connect(signal);
      if (!session.ok) return session;
      return ok({ ...session.value, [Symbol.asyncDispose]: async () => void told.push('closed') });
    },
    leave: async (note) => note('stopped'),
  };
  {
    await using reach = new Reach({
      ...{ root: '/p', offline: false, signal: NEVER, hurry: NEVER, create: async () => ok(undefined) },
      emit: (event) => void (event.type === 'place-note' && told.push(`${event.sandbox} ${event.text}`)),
      sandboxes: new Map([['vm', place]]),
      arrive: async () => ok({ seen: BEFORE, workspace: '/w', found: { is: 'ours' }, notes: [] }),
      recorded: () => BEFORE,
      record: () => {},
    });
    await reach.to('vm');
    // A link that was lost is no end of its use.
    await reach.lost('vm');
    await reach.to('vm');
  }
  assert.equal(told, ['vm starts', 'closed', 'vm starts', 'closed', 'vm stopped']);
});

test.run();
