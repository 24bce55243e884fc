// The bench itself: a wire takes as long as it says, verdicts follow from figures, and what was sent wrongly has none.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withHome } from '../contract/places.ts';
import { needing } from '../rig/needing.ts';
import type { Result } from './cases.ts';
import { alternate } from './far/alternate.ts';
import { farCases } from './far/cases.ts';
import { farBounds } from './far/goals.ts';
import { COLD, WARM } from './far/own.ts';
import { PACKED, RSYNC } from './far/peers.ts';
import { differ, writeSources } from './far/tree.ts';
import { wireOf } from './far/wire.ts';
import { startRelay } from './relay.ts';
import { tableOf } from './table.ts';

test('a wire is named by its round trip and its rate', () => {
  assert.equal(wireOf('loopback'), { name: 'loopback', trip: 0 });
  assert.equal(wireOf('20ms-100mbit'), { name: '20ms-100mbit', trip: 20, rate: 100e6 });
  for (const name of ['', '20', 'ms', '20ms-', '20ms-100', 'fast']) assert.is(wireOf(name), undefined, name);
});

/** Milliseconds until `bytes` bytes came back from an echo behind a relay. */
async function echoed(wire: { readonly delay: number; readonly rate?: number }, bytes: number): Promise<number> {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => echo.once('listening', resolve));
  await using relay = await startRelay({ to: (echo.address() as { readonly port: number }).port, ...wire });
  const since = performance.now();
  const socket = connect(relay.port, '127.0.0.1');
  socket.write(Buffer.alloc(bytes));
  let back = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    back += chunk.length;
    if (back === bytes) break;
  }
  echo.close();
  return performance.now() - since;
}

test('a relay takes at least its round trip, and no less than its rate allows; all bytes arrive', async () => {
  assert.ok((await echoed({ delay: 100 }, 1)) >= 200);
  assert.ok((await echoed({ delay: 10, rate: 8e6 }, 500_000)) >= 20 + 500);
});

const result = (tool: string, walls: readonly number[], name: string): Result => ({
  case: name,
  tool,
  cpu: 1,
  wall: walls[1] ?? 0,
  wallMin: 1,
  walls,
});

test('a verdict comes from rounds that followed each other, and says by how much it was missed', () => {
  const name = 'no change, 10,000 files, loopback';
  // The machine became slower from round to round: neither noticed it more than the other.
  const results = [result(RSYNC, [100, 200, 400], name), result(COLD, [60, 120, 240], name), result(WARM, [30, 60, 120], name)];
  const [cold, warm, large] = farBounds(results);
  assert.is(cold?.holds, true);
  assert.is(cold?.measured, '0.60 times');
  assert.is(warm?.holds, false);
  assert.is(warm?.measured, '0.30 times, missed by 100 %');
  assert.is(large?.measured, 'not measured');
  assert.is(large?.holds, false);
});

test('a limit in milliseconds is judged by the middle', () => {
  const name = 'cancel, 20ms';
  const of = (wall: number): boolean | undefined =>
    farBounds([result(COLD, [1, wall, 1e6], name)]).find((one) => one.says.startsWith(name))?.holds;
  assert.is(of(120), true);
  assert.is(of(121), false);
});

test('the packed peer is the one that a narrow wire is judged by', () => {
  const name = 'first sync, 10,000 files, 20ms-100mbit';
  const bound = farBounds([result(RSYNC, [1], name), result(PACKED, [100], name), result(COLD, [90], name)]).find((one) =>
    one.says.startsWith(name),
  );
  assert.is(bound?.measured, '0.90 times');
  assert.is(bound?.holds, true);
});

test('who sends the wrong thing or fails has no figures and meets no goal, however quick', () =>
  withHome(async (folder) => {
    writeSources(join(folder, 'near'), 3);
    writeSources(join(folder, 'same'), 3);
    writeSources(join(folder, 'other'), 3);
    writeFileSync(join(folder, 'other/d0/f1.c'), '');
    mkdirSync(join(folder, 'empty'));
    assert.is(differ(join(folder, 'near'), join(folder, 'same')), undefined);
    assert.is(differ(join(folder, 'empty'), join(folder, 'empty')), 'nothing was there to compare');
    const once = (): { cpu: number; wall: number } => ({ cpu: 1, wall: 1 });
    const name = 'no change, 10,000 files, loopback';
    const results = await alternate(
      name,
      [
        { name: RSYNC, once, check: () => differ(join(folder, 'near'), join(folder, 'same')) },
        { name: COLD, once, check: () => differ(join(folder, 'near'), join(folder, 'other')) },
        { name: WARM, once: () => Promise.reject(new Error('exit 1')) },
      ],
      3,
    );
    assert.equal(
      results.map((one) => one.void),
      [undefined, 'both sides differ', 'exit 1'],
    );
    assert.equal(
      farBounds(results)
        .slice(0, 2)
        .map((one) => [one.holds, one.measured]),
      [
        [false, `void: ${COLD}: both sides differ`],
        [false, `void: ${WARM}: exit 1`],
      ],
    );
    assert.match(tableOf(results), `| ${COLD} | void: both sides differ |`);
  }));

needing('sshd', 'rsync')('ten files over a wire: everyone measured, nobody void, the far side holds what is here', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-bench-'));
  try {
    const wire = wireOf('2ms');
    assert.ok(wire);
    const cases = farCases({ files: [10], mib: [], wires: [wire], without: ['unison over fresh ssh'] });
    const results = (await cases['far-again']?.({ folder, tools: [], rounds: 1, say: () => {} })) ?? [];
    assert.equal(
      results.filter((one) => one.void !== undefined),
      [],
    );
    for (const name of ['no change, 10 files, 2ms', '1 edited, 10 files, 2ms']) {
      const tools = results.filter((one) => one.case === name).map((one) => one.tool);
      assert.not(tools.includes('unison over fresh ssh'));
      for (const tool of [RSYNC, COLD, WARM]) assert.ok(tools.includes(tool), `${name}: ${tool}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
