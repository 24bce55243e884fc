import { randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exitCode, hypervisorIn, lastLines } from '../../lib/machine/hypervisor.ts';
import { inLocal, inSsh } from './places.ts';
import { PAYLOADS, program } from './programs.ts';

const signal = new AbortController().signal;

for (const [where, place] of [
  ['here', inLocal],
  ['over SSH', inSsh],
] as const) {
  test(`${where}: a program is run with its words and bytes as they are, whatever its exit`, () =>
    place(async ({ session }) => {
      const hypervisor = hypervisorIn('vm', session);
      const echoed = await hypervisor.run(['printf', '%s\\000', ...PAYLOADS], { signal });
      assert.ok(echoed.ok);
      assert.equal(Buffer.from(echoed.value.stdout).toString().split('\0'), [...PAYLOADS, '']);
      const bytes = randomBytes(500_000);
      const cat = await hypervisor.run(['cat'], { signal, stdin: bytes });
      assert.ok(cat.ok && bytes.equals(cat.value.stdout));
      const failed = await hypervisor.run(['sh', '-c', 'echo why >&2; exit 7'], { signal });
      assert.ok(failed.ok && exitCode(failed.value) === 7);
      assert.equal(lastLines(failed.value.stderr), ['why']);
      const missing = await hypervisor.run(['no-such-program'], { signal });
      assert.ok(missing.ok && exitCode(missing.value) === 127);
    }));

  test(`${where}: a file is replaced whole, for nobody else to read, and read back`, () =>
    place(async (at) => {
      const hypervisor = hypervisorIn('local', at.session);
      const path = `${at.folder}/a b'c`;
      assert.equal(await hypervisor.read(path, signal), { ok: true, value: undefined });
      for (const content of [Buffer.from('old'), randomBytes(300_000), Buffer.alloc(0)]) {
        assert.ok((await hypervisor.write(path, content, signal)).ok);
        const back = await hypervisor.read(path, signal);
        assert.ok(back.ok && content.equals(back.value as Uint8Array));
      }
      const mode = await program(at, 'stat -c %a -- "$1"; ls -A "$2" | wc -l', [path, at.folder]);
      assert.is(Buffer.from(mode.stdout).toString(), '600\n1\n');
      const nowhere = await hypervisor.write(`${at.folder}/no/such`, Buffer.from('x'), signal);
      assert.ok(!nowhere.ok && nowhere.error.code === 'local-io');
      const folder = await hypervisor.read(at.folder, signal);
      assert.ok(!folder.ok && folder.error.lastLines?.join('').includes('directory'));
    }));

  test(`${where}: told to stop, a program is ended and no success`, () =>
    place(async ({ session }) => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      const ended = await hypervisorIn('vm', session).run(['sleep', '1000'], { signal: stop.signal });
      assert.ok(ended.ok ? exitCode(ended.value) !== 0 : ended.error.code === 'cancelled');
    }));
}

test.run();
