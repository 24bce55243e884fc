import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GUEST_NEEDS, guestAppliance } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { endAll } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';
import { namesIn } from './created.ts';

/** Nobody gets into its guest. */
const FILE = `version: 1
sandboxes:
  vm:
    keep: none
    machine: { driver: qemu, image: guest.ova, memory: 64, accelerator: tcg, network: none, boot: 1s }
steps: { hello: { run: echo hello } }
`;

const withQemu = needing(...GUEST_NEEDS);

withQemu('a command that brings a machine up says what it waits for, and leaves it as `keep` says', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    project.write('guest.ova', guestAppliance());
    const machines = join(project.home, '.state/sbx/machines');
    try {
      const said = await project.sbx(['vm-info', 'vm']);
      assert.is(said.code, 4, said.stderr);
      assert.match(said.stderr, /^vm: waits for its guest$/m);
      assert.match(said.stderr, /^vm: removed \S+$/m);
      assert.equal(
        namesIn(machines).filter((name) => name.includes('-')),
        [],
      );
    } finally {
      endAll([machines]);
    }
  }),
);

test.run();
