import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import type { Stamped } from '../../lib/model/event.ts';
import { openJournal } from '../../lib/run/journal.ts';
import { runName } from '../../lib/run/run-name.ts';
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

withQemu('ps, attach and kill do not bring a machine up: what a killed run left there ended with it', () =>
  withProject({ 'Sandboxfile.yaml': FILE.replace(', network: none', '').replace('echo hello', 'echo hello, in: vm') }, async (project) => {
    project.write('guest.ova', guestAppliance());
    const run = runName({ clock: realClock, nonce });
    const journal = openJournal(realFiles, join(project.root, '.sbx'), run);
    const events = [
      { type: 'planned', steps: [{ id: 'hello', sandbox: 'vm' }], places: ['vm'], again: false },
      { type: 'step-started', step: 'hello', decision: { is: 'run', reasons: [] }, attempt: 1 },
    ];
    for (const [seq, event] of events.entries()) journal.write({ ...event, seq, at: Date.now() } as unknown as Stamped);
    journal.close();
    const machines = join(project.home, '.state/sbx/machines');
    try {
      const listed = await project.sbx(['ps']);
      assert.match(listed.stdout, new RegExp(`${run}  hello  vm  for .*  gone`), listed.stderr);
      assert.match(listed.stderr, /^vm: its machine does not run: what was left there ended with it$/m);
      assert.is((await project.sbx(['attach', run])).code, 1);
      const killed = await project.sbx(['kill', run]);
      assert.is(killed.stdout, 'nothing of it goes on any more\n', killed.stderr);
      assert.is(killed.code, 0);
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
