import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { GUEST_NEEDS, guestAppliance } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { comes } from '../rig/patience.ts';
import { endAll, processesWith } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { namesIn } from './created.ts';

/** Its guest boots in a second and lets nobody in: create waits for it. */
const PROFILE = `version: 1
sandboxes:
  created:
    machine: { driver: qemu, image: guest.ova, memory: 64, accelerator: tcg, name: shared }
`;

type Create = () => Promise<{ readonly child: ChildProcess; readonly ended: Promise<number | null> }>;

/** `create` comes back when the machine runs. */
function withMachine(use: (project: TestProject, machines: () => readonly string[], create: Create) => Promise<void>): Promise<void> {
  return withProject({ 'profiles/small.yaml': PROFILE }, async (project) => {
    project.write('guest.ova', guestAppliance());
    const state = join(project.home, '.state/sbx');
    const create: Create = async () => {
      const env = cleanEnvironment({ home: project.home });
      const child = spawn(process.execPath, [SBX, 'create', '--profile', 'small'], { cwd: project.root, env, stdio: 'ignore' });
      const ended = new Promise<number | null>((end) => child.once('exit', end));
      assert.ok(await comes(async () => running(project).length > 0), 'it does not start');
      return { child, ended };
    };
    try {
      await use(project, () => namesIn(join(state, 'machines')).filter((name) => /-.*-/.test(name)), create);
    } finally {
      endAll([state]);
    }
  });
}

/** Words of the machines that run. */
function running({ home }: TestProject): readonly string[] {
  return processesWith([join(home, '.state/sbx/machines')]).flatMap(({ command }) => (command.startsWith('qemu-system') ? [command] : []));
}

const withQemu = needing(...GUEST_NEEDS);

withQemu('TERM while its machine starts: create takes it away again, whole', () =>
  withMachine(async (project, machines, create) => {
    const { child, ended } = await create();
    child.kill('SIGTERM');
    assert.is(await ended, 143);
    assert.equal(machines(), []);
    assert.equal(namesIn(join(project.home, '.state/sbx/sandboxes')), []);
    assert.equal(running(project), []);
  }),
);

withQemu('kill -9 while its machine starts: reap takes the machine away, and what it was made from stays', () =>
  withMachine(async (project, machines, create) => {
    const { child, ended } = await create();
    child.kill('SIGKILL');
    await ended;
    assert.is(machines().length, 1);
    const said = await project.sbx(['reap']);
    assert.match(said.stdout, /^ended \w+: whoever created it was killed\n {2}\S/m);
    assert.equal(machines(), []);
    assert.equal(running(project), []);
    assert.ok(project.read('guest.ova').length > 0);
    assert.equal(namesIn(join(project.home, '.state/sbx/sandboxes')), []);
  }),
);

test.run();
