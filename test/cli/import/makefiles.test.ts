// Makefiles of three kinds: what make does with them, and what sbx does with what `sbx import` made of them. The oracle is the real make.
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, execute, REPOSITORY } from '../../rig/cli.ts';
import { withFolder } from '../../rig/folder.ts';
import { needing } from '../../rig/needing.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';

const KINDS = join(REPOSITORY, 'test/cli/import');

/** The same project twice: one is left to make, the other to sbx. */
interface Pair {
  readonly made: TestProject;
  readonly run: TestProject;
  readonly imported: Ended;
  /** Does the same in both, and compares what is there then and what was called. */
  both(
    targets: readonly string[],
    more?: { readonly make?: readonly string[]; readonly sbx?: readonly string[]; readonly env?: { readonly [name: string]: string } },
  ): Promise<void>;
}

/** Programs that note that they were called, and with what: nothing is reached, started or built by them. */
const STAND_INS = ['ssh', 'scp', 'rsync', 'packer', 'VBoxManage', 'tool'];
const STAND_IN = `#!/bin/sh
printf '%s' "STAND-IN \${0##*/}" >> "$HOME/called"
for word; do printf ' <%s>' "$word" >> "$HOME/called"; done
echo >> "$HOME/called"
case "\${0##*/} $*" in
"VBoxManage list bridgedifs") echo 'Name:            en0: Wi-Fi (AirPort)' ;;
"rsync "*/dist-newstyle/) for word; do :; done; mkdir -p "$word" ;;
"ssh "*12222*) exit 255 ;;
"ssh "*sudo*) exit 1 ;;
esac
`;

function withKind(kind: string, use: (pair: Pair) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const bin = join(folder, 'bin');
    cpSync(join(KINDS, kind), join(folder, 'make/work'), { recursive: true });
    cpSync(join(KINDS, kind), join(folder, 'sbx/work'), { recursive: true });
    const made = projectIn(join(folder, 'make/work'), join(folder, 'make/home'));
    const run = projectIn(join(folder, 'sbx/work'), join(folder, 'sbx/home'));
    cpSync(join(KINDS, kind), bin, { recursive: true, filter: (source) => source === join(KINDS, kind) });
    for (const name of STAND_INS) writeStandIn(join(bin, name));
    const imported = await run.sbx(['import']);
    assert.is(imported.code, 0, imported.stderr);
    const valid = await run.sbx(['validate']);
    assert.is(valid.code, 0, valid.stderr);
    const both: Pair['both'] = async (targets, { make = [], sbx = [], env = {} } = {}) => {
      const all = { ...env, PATH: `${bin}:${process.env.PATH}` };
      const one = await execute('make', ['--no-print-directory', ...make, ...targets], { cwd: made.root, home: made.home, env: all });
      const other = await run.sbx(['run', ...sbx, ...targets.map((target) => stepOf(run, target))], { env: all });
      assert.is(other.code === 0, one.code === 0, `make: ${one.stdout}${one.stderr}\nsbx: ${other.stdout}${other.stderr}`);
      assert.equal(filesIn(run.root), filesIn(made.root), `${targets.join(' ')}: files`);
      assert.equal(called(run), called(made), `${targets.join(' ')}: calls`);
    };
    await use({ made, run, imported, both });
  });
}

function writeStandIn(path: string): void {
  writeFileSync(path, STAND_IN);
  chmodSync(path, 0o755);
}

/** The step of a target: its description names the target where its own name cannot. */
function stepOf({ root }: TestProject, target: string): string {
  const text = readFileSync(join(root, 'Sandboxfile.yaml'), 'utf8');
  const found = new RegExp(`^ {2}([a-z][\\w-]*):\\n {4}description: (?:.*\\()?${target.replace(/[.]/g, '\\.')}\\)?$`, 'm').exec(text);
  return found?.[1] ?? target;
}

/** What there is, but for what is sbx's own: paths with contents. */
function filesIn(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (path.startsWith('.sbx') || path === 'Sandboxfile.yaml') continue;
    found[path] = entry.isDirectory() ? 'a folder' : readFileSync(join(root, path), 'latin1');
  }
  return found;
}

/** What was called since this was last asked. Steps that do not wait for each other may call in any order. */
function called({ home }: TestProject): readonly string[] {
  const file = join(home, 'called');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').replaceAll(home, 'HOME').trimEnd().split('\n');
  writeFileSync(file, '');
  return lines.sort();
}

needing('make', 'gcc')('a C project with pattern rules and variables: sbx makes what make makes', () =>
  withKind('c-project', async ({ made, run, both }) => {
    await both([]);
    await both(['check']);
    for (const { root } of [made, run]) writeFileSync(join(root, 'lib/twice.c'), 'int twice(int number) { return number + number + 2; }\n');
    await both(['check']);
    assert.match(run.read('build/said'), '44 22');
    await both(['install'], { make: ['DESTDIR=out', 'PREFIX=/usr'], sbx: ['--set', 'destdir=out', '--set', 'prefix=/usr'] });
    await both(['clean'], { make: ['CFLAGS=-O2 -g0'], sbx: ['--set', 'cflags=-O2 -g0'] });
    await both(['rebuild']);
    await both(['build/lib-half.o', 'docs.txt']);
    const again = await run.sbx(['run', '--json']);
    assert.not.match(again.stdout, '"step-started"', 'the second time everything is fresh');
  }),
);

needing('make', 'bash')(
  'a Makefile of scripts, all of them .PHONY, with cd, -, @ and variables of the environment: sbx does what make does',
  () =>
    withKind('scripts', async ({ both }) => {
      await both([]);
      await both(['setup']);
      await both(['test']);
      await both(['test'], { make: ['PORT=9090'], sbx: ['--set', 'port=9090'], env: { APP_ENV: 'prod' } });
      await both(['ci']);
      await both(['serve'], { make: ['ARGS=--tls  --name x'], sbx: ['--set', 'args=--tls  --name x'], env: { PORT: '7000' } });
      await both(['release'], { env: { TOKEN: 'to ken' } });
      await both(['shell-words']);
      await both(['rebuild']);
      await both(['clean']);
    }),
);

needing('make')(
  'the Makefile of build-machines: its targets call what they called (ssh, scp, rsync, packer and VBoxManage are stand-ins)',
  () =>
    withKind('build-machines', async ({ run, imported, both }) => {
      await both([]);
      await both(['remote-build']);
      await both(['remote-test'], { make: ['VM=haskell-build-alpha'], sbx: ['--set', 'vm=haskell-build-alpha'] });
      await both(['remote-build'], { make: ['PROJECT=packer'], sbx: ['--set', 'project=packer'] });
      for (const target of ['fetch-artifacts', 'bridge-status', 'vm-info', 'image', 'setup-vm', 'inject-keys', 'smoke'])
        await both([target]);
      await both(['setup-vm'], { make: ['BRIDGE=eth 0', 'VM_NAME=beta'], sbx: ['--set', 'bridge=eth 0', '--set', 'vm_name=beta'] });
      await both(['install-ssh-config']);
      await both(['install-ssh-config']);
      assert.is(readFileSync(join(run.home, '.ssh/config'), 'utf8').match(/^Host /gm)?.length, 1);
      assert.match(imported.stdout, 'Makefile:13: not translated: `NAME := $(notdir $(abspath $(PROJECT)))`');
      assert.match(run.read('Sandboxfile.yaml'), /remote-ghci:\n(?: {4}.*\n)*? {4}interactive: true\n/);
    }),
);

test.run();
