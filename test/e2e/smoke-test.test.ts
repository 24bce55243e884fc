import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needing } from '../rig/needing.ts';
import { withProject } from '../rig/project.ts';
import { startSshd } from '../rig/sshd.ts';
import { withCaller } from './smoke.ts';

const HELLO = '#include <stdio.h>\nint main(void) { puts("built there, run here"); return 0; }\n';

needing(
  'sshd',
  'autossh',
  'gcc',
)('smoke test: waits for the tunnel and the entry in the catalogue, builds, fetches and runs what was built', () =>
  withProject({ 'hello.c': HELLO }, async (project) => {
    await using vm = await startSshd();
    await withCaller(project, vm, async ({ port, hub, entry, run, call }) => {
      const build = 'build: "mkdir -p out && gcc -o out/hello hello.c", from: out, try: out/hello';
      project.write(
        'Sandboxfile.yaml',
        `version: 1
use: { recipe: smoke-test, with: { vm: vm, port: ${port}, hostname: vm-a, hub: "${hub.url}", tries: 2, ${build} } }
sandboxes: { vm: { workspace: ${join(vm.home, 'hello')} } }
`,
      );
      const results = (): unknown[] => hub.notes.filter(({ event_type }) => event_type === 'e2e_result').map(({ detail }) => detail.result);
      const others = [entry(1, 'vm-a', port + 1), entry(2, 'vm-b', port)];
      const good = await run((text) => {
        if (text.includes('tunnel runs')) call();
        if (text.includes('registered runs')) hub.entries = [...others, entry(3, 'vm-a', port)];
      });
      assert.is(good.code, 0, good.stdout + good.stderr);
      assert.match(good.stdout, /tunnel note no connection [\s\S]*\| built there, run here\n/);

      assert.equal(results(), ['passed']);

      rmSync(join(project.root, 'out'), { recursive: true });
      hub.entries = others;
      const bad = await run();
      assert.is(bad.code, 1, bad.stdout + bad.stderr);
      assert.match(bad.stdout, `no agent vm-a with port ${port} is in the catalogue`);
      assert.equal(results(), ['passed', 'failed']);
      assert.not(existsSync(join(project.root, 'out')));
    });
  }),
);

test.run();
