import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, execute, REPOSITORY, SBX } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { type FarHaskell, findFiles, withFarHaskell } from './far-haskell.ts';

const SHIM = join(REPOSITORY, 'examples/make-shim');
const DEPRECATED = /^make sync: .*: deprecated, done with rsync and ssh$/m;

interface Shim {
  make(...args: string[]): Promise<Ended>;
  verify(project: string, vm: string): Promise<Ended>;
}

/** The shim, with the sbx of this build on the PATH. */
function shimOf({ folder, sshd }: FarHaskell): Shim {
  const programs = join(folder, 'programs');
  mkdirSync(programs, { recursive: true });
  const shim = join(folder, 'the shim'); // make itself cannot tell where a file with a blank in its path lies
  cpSync(SHIM, shim, { recursive: true });
  writeFileSync(join(programs, 'sbx'), `#!/bin/sh\nexec "${process.execPath}" "${SBX}" "$@"\n`, { mode: 0o755 });
  const env = { PATH: `${programs}:${process.env.PATH ?? ''}`, ...sshd.env, SSH: `ssh -F ${sshd.config}` };
  const invocation = { cwd: folder, home: join(folder, 'home'), env };
  return {
    make: (...args) => execute('make', ['--no-print-directory', '-f', join(shim, 'Makefile'), ...args], invocation),
    verify: (project, vm) => execute('sh', [join(shim, 'verify.sh'), project, vm], invocation),
  };
}

needing(
  'sshd',
  'make',
  'rsync',
)('make shim: PROJECT with blanks and quotes in its path is synced by sbx, and without it by rsync with a notice', async () => {
  await withFarHaskell(async (story) => {
    const name = `it's a ${story.project.root.slice(-6)}`;
    const project = join(story.folder, name);
    cpSync(story.project.root, project, { recursive: true });
    const { make } = shimOf(story);
    const there = (path: string): boolean => existsSync(join('/build', name, path));
    const ways = [['SBX=none-at-all'], [], ['SBX=none-at-all']];
    try {
      for (const [way, args] of ways.entries()) {
        writeFileSync(join(project, 'src', `new ${way}`), 'x\n');
        if (way > 0) rmSync(join(project, 'src', `new ${way - 1}`));
        const ended = await make('sync', `PROJECT=${project}`, 'VM=far', ...args);
        if (way === 1) {
          // What rsync put there is not taken over without being asked.
          assert.is.not(ended.code, 0);
          assert.match(ended.stdout + ended.stderr, /sbx adopt vm/);
          const adopted = await story.sbx(['adopt', '-y', '-C', project, 'vm', '--set', 'vm=far']);
          assert.is(adopted.code, 0, adopted.stdout + adopted.stderr);
          const again = await make('sync', `PROJECT=${project}`, 'VM=far', ...args);
          assert.is(again.code, 0, again.stdout + again.stderr);
        } else assert.is(ended.code, 0, ended.stdout + ended.stderr);
        assert.is(DEPRECATED.test(ended.stderr), args.length > 0, ended.stderr);
        assert.ok(there(`src/new ${way}`) && !there(`src/new ${way - 1}`));
      }
      // rsync left alone what sbx keeps there: the workspace is still ours.
      const last = await make('sync', `PROJECT=${project}`, 'VM=far');
      assert.is(last.code, 0, last.stdout + last.stderr);
    } finally {
      rmSync(join('/build', name), { recursive: true, force: true });
    }
  });
});

needing(
  'sshd',
  'make',
  'rsync',
  'ghc',
  'cabal',
)('make shim: the verify script builds and fetches both ways', async () => {
  await withFarHaskell(async (story) => {
    const { verify } = shimOf(story);
    const ended = await verify(story.project.root, 'far');
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
    assert.equal(ended.stdout.match(/^\S+/gm), Array(7).fill('ok'), ended.stdout);
    assert.equal(findFiles(story.project.root, 'hello'), []);
    const wrong = await verify(story.project.root, 'nowhere.invalid');
    assert.is(wrong.code, 1);
    assert.match(wrong.stdout, /^FAIL with sbx: remote-build$/m);
  });
});

test('make shim: every old target is there, and `make` alone changes nothing', async () => {
  const targets = [
    'sync',
    'remote-build',
    'remote-test',
    'remote-ghci',
    'fetch-artifacts',
    'bridge-status',
    'vm-info',
    'install-ssh-config',
  ];
  const told = (target: string): string => execFileSync('make', ['-n', '-f', join(SHIM, 'Makefile'), target], { encoding: 'utf8' });
  for (const target of targets) assert.match(told(target), /exec sbx /, target);
  assert.match(told('remote-test'), /run -C "\$PROJECT" {2}remote-test/);
  assert.match(told('fetch-artifacts'), /--only fetch-artifacts/);
  const shown = execFileSync('make', ['-f', join(SHIM, 'Makefile')], { encoding: 'utf8' });
  for (const target of targets) assert.ok(shown.includes(target), target);
});

needing('shellcheck')('make shim: its scripts are clean', () => {
  execFileSync('shellcheck', ['without-sbx.sh', 'verify.sh'], { cwd: SHIM });
});

test.run();
