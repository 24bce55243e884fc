// Several at once on the same sandboxes: one of them does it, the others wait, or leave and say so.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { holdSandbox, NAMES, openCreated } from '../../lib/run/created.ts';
import { needing } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { withProject } from '../rig/project.ts';
import { namesIn, withVm } from './created.ts';

const io = { files: realFiles, clock: realClock, nonce };
const never = new AbortController().signal;

test('two creates of one name at once: one has it, the other is refused by it, and leaves nothing', () =>
  withProject({}, async (project) => {
    const state = join(project.home, '.state/sbx');
    mkdirSync(state, { recursive: true });
    // Somebody else's process has it: both have seen that the name is free when they may go on.
    const other = spawn('sleep', ['1000']);
    const files = {
      ...realFiles,
      readFileSync: (path: string, as: 'utf8') => realFiles.readFileSync(path.replace('/proc/self/', `/proc/${other.pid}/`), as),
    };
    const gate = await holdSandbox(
      { ...io, files: files as typeof realFiles },
      { state, id: NAMES, command: 'the test' },
      { signal: never, waiting: () => {} },
    );
    assert.ok(gate.ok);
    let waiting = 0;
    const seen = (text: string): void => {
      if (text.includes('waiting for')) waiting++;
    };
    const create = ['create', '--profile', 'vm-haskell-build', '--host', 'embedded', '--name', 'mine'];
    const both = [project.sbx(create, { seen }), project.sbx(create, { seen })];
    await until('both to wait', () => waiting === 2);
    gate.value.release();
    other.kill();
    const [won, lost] = (await Promise.all(both)).sort((a, b) => (a.code ?? 9) - (b.code ?? 9));
    assert.equal([won?.code, lost?.code], [0, 2], `${won?.stderr}${lost?.stderr}`);
    assert.match(lost?.stderr ?? '', /^sbx: the sandbox [0-9a-f]{12} is called mine already\n {2}sbx destroy mine\n/m);
    const { all, damaged } = openCreated(io, state).list();
    assert.equal([all.map(({ name, state }) => [name, state]), damaged], [[['mine', 'ready']], []]);
    assert.equal(namesIn(join(state, 'locks')), []);
  }));

needing('sshd', 'ssh')(
  'two reaps at once: one leaves, and says who is at it; a host that hangs holds up no other one, and nothing is done twice',
  () =>
    withVm(async (vm) => {
      const over = await vm.create('--ttl', '1ms');
      const hanging = await vm.create('--ttl', '1ms', '--input', `workspace_dir=${vm.builds}/two`);
      // Somebody takes the connection and never says a word.
      const open = new Set<{ destroy(): void }>();
      const silent = createServer((socket) => open.add(socket.on('error', () => {})));
      await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
      const store = openCreated(io, join(vm.home, '.state/sbx'));
      const record = store.read(hanging.id);
      assert.ok(record);
      const { port } = silent.address() as { readonly port: number };
      store.write({ ...record, places: record.places.map((place) => ({ ...place, tunnel: port })) });
      const first = vm.sbx(['reap', '--json']);
      await until('its connection', () => open.size > 0);
      const second = await vm.sbx(['reap']);
      assert.is(second.code, 0);
      assert.match(second.stderr, /^sbx reap \(process \d+.*\) is at it\n$/);
      assert.is(second.stdout, '');
      await until('the other one to be gone, though one host hangs', () => !existsSync(over.workspace ?? ''));
      for (const socket of open) socket.destroy();
      await new Promise((closed) => silent.close(closed));
      const { ended, left } = JSON.parse((await first).stdout) as {
        readonly ended: readonly { readonly id: string }[];
        readonly left: readonly { readonly id: string }[];
      };
      assert.equal([ended.map(({ id }) => id), left.map(({ id }) => id)], [[over.id], [hanging.id]]);
    }),
);

test.run();
