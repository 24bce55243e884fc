// Makefiles of three kinds: what make does with them, and what sbx does with what `sbx import` made of them. The oracle is the real make.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { REPOSITORY } from '../../rig/cli.ts';
import { needing } from '../../rig/needing.ts';
import { type Pair, withPair } from './pair.ts';

function withKind(kind: string, use: (pair: Pair) => Promise<void>): Promise<void> {
  return withPair((folder) => cpSync(join(REPOSITORY, 'test/cli/import', kind), folder, { recursive: true }), use);
}

needing('make', 'gcc')('a C project with pattern rules and variables: the result of sbx import runs, and makes what make makes', () =>
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
  'a Makefile of scripts, .PHONY only, with cd, -, @ and env: the result of sbx import runs, and does what make does',
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
  'the build-machines Makefile: the result of sbx import runs, and calls what make calls (ssh, scp, rsync, packer, VBoxManage are stand-ins)',
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
