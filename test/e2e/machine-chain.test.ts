// rig: timeout 1800s
// From Debian packages to a guest that builds, and back to nothing, nothing of it played: mmdebstrap, Packer, an OVA, QEMU's software emulation, sshd. The
// image of packages is kept between runs by the digest of what makes it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execute } from '../rig/cli.ts';
import { assertSealed, keysIn } from '../rig/sealed.ts';
import { namesIn } from './created.ts';
import { asRoot, C_PROJECT, machinesBelow, SMALL, withRealGuest } from './real-guest.ts';

const FILE = `version: 1
name: hello
use: debian-build
with: { accelerator: tcg, memory: 512, cpus: 1, packages: "${SMALL.packages}", disk_size: ${SMALL.size}, provision: "echo provisioned >/etc/provisioned" }
sandboxes: { vm: { files: all, machine: { name: chain, boot: 20m } } }
steps:
  sync: { task: sync, in: vm, exclude: [build] }
  build: { task: remote-build, in: vm, needs: [sync], run: "cat /etc/provisioned && make", inputs: ["*.c", Makefile], state: ["*.o"], outputs: [hello] }
  fetch: { task: fetch-artifacts, in: vm, needs: [build], from: hello }
`;

asRoot(
  'from packages to a guest that builds: image, Packer, OVA, import, set-up, keys, start, sync, build, fetch; then nothing of it is left but the OVA',
  () =>
    withRealGuest({ ...C_PROJECT, 'Sandboxfile.yaml': FILE }, async ({ home, project, write, state, done }) => {
      const hello = (): string => execFileSync(join(project, 'hello'), { encoding: 'utf8' });
      const first = await done('run', 'fetch');
      assert.is(hello(), 'built\n');
      for (const step of [
        'image',
        'template',
        'packer-build',
        'export-ova',
        'import',
        'setup-vm',
        'inject-keys',
        'start',
        'wait-for',
        'build',
      ])
        assert.match(first, new RegExp(`^${step} succeeded`, 'm'));
      assert.match(first, /^ {2}\| provisioned$/m);

      // Neither the image nor its OVA, which is the same disk, holds a key, settings or an identity.
      const built = join(project, 'build/machine/image/debian-build.qcow2');
      const ova = join(project, 'build/machine/debian-build.ova');
      const tool = async (file: string, ...args: readonly string[]): Promise<void> => {
        const { code, stderr } = await execute(file, args, { cwd: home, home });
        assert.is(code, 0, `${file}: ${stderr}`);
      };
      await tool('tar', '-xf', ova, 'debian-build-disk1.vmdk');
      await tool('qemu-img', 'compare', '-q', built, 'debian-build-disk1.vmdk');
      await tool('qemu-img', 'convert', '-O', 'raw', built, 'raw');
      const inside = await assertSealed(home, join(home, 'raw'));
      assert.match(await inside('cat /etc/provisioned'), /^provisioned$/m);
      assert.equal(keysIn(home, 'raw'), [], 'not even in blocks of files that were removed');

      // Nothing to do: the machine is not even asked for.
      const [pid] = machinesBelow(home);
      assert.match(await done('run', 'fetch'), /everything is fresh: .*no place was reached/);
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const key = readFileSync(state(`guests/${namesIn(state('guests')).find((name) => !name.includes('.'))}/id_ed25519.pub`), 'utf8');
      assert.not.ok(words.includes(key.split(' ')[1] ?? ''), 'no key is in its words');
      assert.match(readFileSync(state('known_hosts'), 'utf8'), /^sbx-[0-9a-f]{16} ssh-ed25519 /m);

      // An edit: one file is compiled, in the machine that is there.
      write('text.c', 'const char *text(void) { return "built again"; }\n');
      const second = await done('run', 'fetch');
      assert.match(second, /-c -o text\.o/);
      assert.not.match(second, /-c -o main\.o/);
      assert.is(hello(), 'built again\n');
      assert.equal(machinesBelow(home), [pid]);

      await done('run', 'teardown');
      assert.equal(machinesBelow(home), []);
      assert.equal(namesIn(state('machines')), []);
      assert.equal(
        namesIn(state('guests')).filter((name) => !/\.(?:users|lock)$/.test(name)),
        [],
      );
      assert.not.match(readFileSync(state('known_hosts'), 'utf8'), /^sbx-/m);
      const lines = readFileSync(state('owned.ndjson'), 'utf8').split('\n');
      const owned = lines
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { readonly path: string; readonly state: string });
      const standing = new Map(owned.map(({ path, state: now }) => [path, now]));
      assert.equal(new Set(standing.values()), new Set(['destroyed']), 'the machine, and the workspace that went with it');
      assert.ok(existsSync(ova), 'the OVA stays');
      assert.match(await done('run', 'teardown'), /there is no machine/);
    }),
);

test.run();
