import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Ended, execute, type Invocation, REPOSITORY, sbx } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { leftOut, needing } from '../rig/needing.ts';
import { kill } from '../rig/processes.ts';

/** Tests with a guest of Debian packages, which boots under software emulation. */
export const asRoot =
  process.getuid?.() !== 0
    ? leftOut('not root')
    : needing('mmdebstrap', 'sfdisk', 'mcopy', 'syslinux', 'mke2fs', 'debugfs', 'qemu-img', 'qemu-system-x86_64', 'packer');

/** A compiler of C that takes no minutes to be packed and booted; size in MiB. */
export const SMALL = { packages: 'tcc,libc6-dev,make', size: 1024 } as const;

export const C_PROJECT: { readonly [path: string]: string } = {
  Makefile: 'hello: main.o text.o\n\t$(CC) -o $@ $^\n',
  'main.c': '#include <stdio.h>\nconst char *text(void);\nint main(void) { return puts(text()) < 0; }\n',
  'text.c': 'const char *text(void) { return "built"; }\n',
};

export interface RealGuest {
  readonly home: string;
  readonly project: string;
  readonly write: (name: string, text: string) => void;
  /** Below sbx's state. */
  readonly state: (path: string) => string;
  readonly run: (...args: readonly string[]) => Promise<Ended>;
  /** What it said; it ended well. */
  readonly done: (...args: readonly string[]) => Promise<string>;
}

/** A project, and images that are kept from test to test. No machine of it outlives the test. */
export function withRealGuest(
  files: { readonly [path: string]: string },
  use: (guest: RealGuest) => Promise<void>,
  env: Invocation['env'] = {},
): Promise<void> {
  return withFolder(async (home) => {
    const project = join(home, 'the project');
    const images = join(REPOSITORY, '.build/images');
    for (const folder of [project, images, join(home, '.cache/sbx')]) mkdirSync(folder, { recursive: true });
    symlinkSync(images, join(home, '.cache/sbx/images'));
    const write = (name: string, text: string): void => writeFileSync(join(project, name), text);
    for (const [name, text] of Object.entries(files)) write(name, text);
    const run = (...args: readonly string[]): Promise<Ended> => sbx(args, { cwd: project, home, env });
    const state = (path: string): string => join(home, '.state/sbx', path);
    const done = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(...args);
      assert.is(code, 0, `sbx ${args.join(' ')}\n${stdout}${stderr}`);
      return stdout + stderr;
    };
    try {
      await use({ home, project, write, state, run, done });
    } finally {
      for (const pid of machinesBelow(home)) kill(pid);
    }
  });
}

/** The small guest as an appliance: its path. */
export async function smallAppliance(home: string): Promise<string> {
  const [image, ova] = [join(home, 'image.qcow2'), join(home, 'guest.ova')];
  const recipe = async (name: string, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await execute(join(REPOSITORY, 'recipes/debian-build', name), args, { cwd: home, home });
    assert.is(code, 0, `${name}: ${stderr}`);
  };
  const cache = join(REPOSITORY, '.build/images');
  await recipe('build-image', '--output', image, '--cache', cache, '--packages', SMALL.packages, '--size', String(SMALL.size));
  await recipe('export-ova', '--image', image, '--output', ova, '--memory', '512', '--cpus', '1');
  rmSync(image);
  return ova;
}

/** Processes of QEMU that have a file below a folder open: a disk. */
export function machinesBelow(folder: string): readonly number[] {
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
