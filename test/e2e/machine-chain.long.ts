// rig: timeout 900s
// From Debian packages to a guest that builds, and back to nothing, nothing of it played: mmdebstrap, Packer, an OVA, QEMU's software emulation, sshd. The
// image of packages is kept between runs by the digest of what makes it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, execute, REPOSITORY, sbx } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { leftOut, needing } from '../rig/needing.ts';
import { kill } from '../rig/processes.ts';
import { assertSealed, keysIn } from '../rig/sealed.ts';

const asRoot =
  process.getuid?.() !== 0
    ? leftOut('not root')
    : needing('mmdebstrap', 'sfdisk', 'mcopy', 'syslinux', 'mke2fs', 'debugfs', 'qemu-img', 'qemu-system-x86_64', 'packer');

const FILE = `version: 1
name: hello
use: debian-build
with: { accelerator: tcg, memory: 512, provision: "echo provisioned >/etc/provisioned" }
sandboxes: { vm: { files: all, machine: { name: chain } } }
steps:
  sync: { task: sync, in: vm, exclude: [build] }
  build: { task: remote-build, in: vm, needs: [sync], run: "cat /etc/provisioned && make", inputs: ["*.c", Makefile], state: ["*.o"], outputs: [hello] }
  fetch: { task: fetch-artifacts, in: vm, needs: [build], from: hello }
`;

interface Bench {
  readonly home: string;
  readonly project: string;
  /** Below sbx's state. */
  readonly state: (path: string) => string;
  readonly done: (...args: readonly string[]) => Promise<string>;
}

function withBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  return withFolder(async (home) => {
    const project = join(home, 'the project');
    const images = join(REPOSITORY, '.build/images');
    for (const folder of [project, images, join(home, '.cache/sbx')]) mkdirSync(folder, { recursive: true });
    symlinkSync(images, join(home, '.cache/sbx/images'));
    const write = (name: string, text: string): void => writeFileSync(join(project, name), text);
    write('Sandboxfile.yaml', FILE);
    write('Makefile', 'hello: main.o text.o\n\t$(CC) -o $@ $^\n');
    write('main.c', '#include <stdio.h>\nconst char *text(void);\nint main(void) { return puts(text()) < 0; }\n');
    write('text.c', 'const char *text(void) { return "built"; }\n');
    const run = (...args: readonly string[]): Promise<Ended> => sbx(args, { cwd: project, home });
    const state = (path: string): string => join(home, '.state/sbx', path);
    const done = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(...args);
      assert.is(code, 0, `sbx ${args.join(' ')}\n${stdout}${stderr}`);
      return stdout + stderr;
    };
    try {
      await use({ home, project, state, done });
    } finally {
      for (const pid of machinesBelow(home)) kill(pid);
    }
  });
}

/** Processes of QEMU that have a file below a folder open: a disk. */
function machinesBelow(folder: string): readonly number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      if (!readFileSync(`/proc/${entry}/comm`, 'utf8').startsWith('qemu-system')) return [];
      const open = readdirSync(`/proc/${entry}/fd`).map((fd) => readlinkSync(`/proc/${entry}/fd/${fd}`));
      return open.some((path) => path.startsWith(folder)) ? [Number(entry)] : [];
    } catch {
      return []; // ended meanwhile
    }
  });
}

/** Names of folders; none where there is no such folder. */
function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

asRoot(
  'from packages to a guest that builds: image, Packer, OVA, import, set-up, keys, start, sync, build, fetch; then nothing of it is left but the OVA',
  () =>
    withBench(async ({ home, project, state, done }) => {
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
      writeFileSync(join(project, 'text.c'), 'const char *text(void) { return "built again"; }\n');
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
