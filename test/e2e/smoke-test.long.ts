// rig: timeout 900s
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needing } from '../rig/needing.ts';
import { withFarHaskell } from './far-haskell.ts';
import { withCaller } from './smoke.ts';

needing(
  'sshd',
  'autossh',
  'ghc',
  'cabal',
)('smoke test with GHC: the small Haskell project is built in the VM and runs here', () =>
  withFarHaskell(({ project, sshd, workspace }) =>
    withCaller(project, sshd, async ({ port, hub, entry, run, call }) => {
      project.write(
        'Sandboxfile.yaml',
        `version: 1
use: { recipe: smoke-test, with: { vm: vm, port: ${port}, hostname: vm-a, hub: "${hub.url}", build: cabal build --offline all } }
sandboxes: { vm: { workspace: ${workspace} } }
`,
      );
      hub.entries = [entry(1, 'vm-a', port)];
      call();
      const { code, stdout, stderr } = await run();
      assert.is(code, 0, stdout + stderr);
      assert.match(stdout, /try succeeded in .*\n {2}\| Hello/);
    }),
  ),
);

test.run();
