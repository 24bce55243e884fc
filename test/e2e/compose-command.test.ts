import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

/** Stands for compose and its engine: notes how it was called, has no containers and brings none up. */
const STAND_IN = `#!/bin/sh
echo "$(basename "$0") $*" >>"$(dirname "$0")/called"
case $* in *' up'*) echo 'what stands in for compose brings nothing up' >&2; exit 9;; esac
`;

test('SANDBOXER_COMPOSE_CMD says how compose is called for the steps that do not say it; the engine is the same less compose', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
sandboxes: { box: { files: all } }
steps:
  sync: { task: sync, in: box }
  stack: { task: compose, in: box, needs: [sync] }
  other: { task: compose, in: box, needs: [sync], command: other-compose }
`,
      'compose.yaml': 'services: { web: { image: none } }\n',
    },
    async (project) => {
      for (const name of ['mine', 'mine-compose']) project.write(`bin/${name}`, STAND_IN, 0o755);
      const env = { SANDBOXER_COMPOSE_CMD: join(project.root, 'bin/mine-compose') };
      const mine = await project.sbx(['run', 'stack', '--output', 'plain'], { env });
      assert.is.not(mine.code, 0);
      assert.match(mine.stdout + mine.stderr, /what stands in for compose brings nothing up/);
      const called = project.read('bin/called');
      assert.match(called, /^mine ps -q$/m);
      assert.match(called, /^mine-compose .* up/m);
      const other = await project.sbx(['run', 'other', '--output', 'plain'], { env });
      assert.match(other.stdout + other.stderr, /`other-compose` does not work there/);
      assert.match((await project.sbx(['reap'])).stdout, /^there is nothing to end\n$/);
    },
  ));

test.run();
