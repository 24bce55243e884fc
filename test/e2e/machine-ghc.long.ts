// rig: timeout 3600s
// GHC and cabal in a guest of Debian packages under QEMU's software emulation: a cabal project is built there, and what was built runs here.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asRoot, machinesBelow, withRealGuest } from './real-guest.ts';

const FILES = {
  'Sandboxfile.yaml': `version: 1
name: hello
use: debian-build
with: { vm_name: haskell, accelerator: tcg, memory: 1536, cpus: 2, packages: "ghc,cabal-install", disk_size: 3072 }
sandboxes:
  vm: { files: all, machine: { boot: 20m }, probes: { ghc: ghc --numeric-version } }
steps:
  sync: { task: sync, in: vm, exclude: [build, dist-newstyle] }
  remote-build:
    task: remote-build
    in: vm
    needs: [sync]
    run: cabal build --offline -v1 -O0 all && cp "$(cabal list-bin --offline -O0 hello)" hello
    inputs: ["*.cabal", "*.hs"]
    state: [dist-newstyle]
    outputs: [hello]
  fetch: { task: fetch-artifacts, in: vm, needs: [remote-build], from: hello }
`,
  'hello.cabal': `cabal-version: 2.4
name: hello
version: 0
executable hello
  main-is: Main.hs
  other-modules: Text
  build-depends: base
  default-language: Haskell2010
`,
  'Main.hs': 'module Main (main) where\nimport Text (text)\nmain :: IO ()\nmain = putStrLn text\n',
  'Text.hs': 'module Text (text) where\ntext :: String\ntext = "built"\n',
};

asRoot('GHC and cabal in a guest build a project, whose program runs here; an edit compiles what it touches; then nothing is left', () =>
  withRealGuest(FILES, async ({ home, project, write, done }) => {
    const hello = (): string => execFileSync(join(project, 'hello'), { encoding: 'utf8' });
    const first = await done('run', 'fetch');
    assert.match(first, /Compiling Text /);
    assert.match(first, /Compiling Main /);
    assert.is(hello(), 'built\n');
    write('Main.hs', `${FILES['Main.hs']}-- looked at again\n`);
    const second = await done('run', 'fetch');
    assert.match(second, /Compiling Main /);
    assert.not.match(second, /Compiling Text /);
    assert.match(await done('run', 'fetch'), /everything is fresh/);
    await done('run', 'teardown');
    assert.equal(machinesBelow(home), []);
  }),
);

test.run();
