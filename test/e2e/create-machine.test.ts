import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { GUEST_NEEDS, guestAppliance } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { comes } from '../rig/patience.ts';
import { endAll, processesWith } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { startSshd } from '../rig/sshd.ts';
import { namesIn, type Shown, textOf } from './created.ts';

/** Its guest boots in a second and lets nobody in: create waits for it. */
function profile(more = ' }'): string {
  return `version: 1
sandboxes:
  created:
    machine: { driver: qemu, image: guest.ova, memory: 64, accelerator: tcg, name: shared${more}
`;
}

interface Creating {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly said: () => string;
  /** On standard error. */
  readonly noted: () => string;
}

type Create = (...args: readonly string[]) => Promise<Creating>;

/** `create` comes back when the machine runs. */
function withMachine(
  use: (project: TestProject, machines: () => readonly string[], create: Create) => Promise<void>,
  more?: string,
): Promise<void> {
  return withProject({ 'profiles/small.yaml': profile(more) }, async (project) => {
    project.write('guest.ova', guestAppliance());
    const state = join(project.home, '.state/sbx');
    const create: Create = async (...args) => {
      const env = cleanEnvironment({ home: project.home });
      const child = spawn(process.execPath, [SBX, 'create', '--profile', 'small', ...args], {
        cwd: project.root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stderr?.on('data', (chunk) => {
        err += String(chunk);
      });
      child.stdout?.on('data', (chunk) => {
        out += String(chunk);
      });
      const ended = new Promise<number | null>((end) => child.once('close', end));
      assert.ok(await comes(async () => running(project).length > 0), 'it does not start');
      return { child, ended, said: () => out, noted: () => err };
    };
    try {
      await use(project, () => namesIn(join(state, 'machines')).filter((name) => /-.*-/.test(name)), create);
    } finally {
      endAll([state]);
    }
  });
}

function textIn(...path: readonly string[]): string {
  return existsSync(join(...path)) ? textOf(...path) : '';
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

withQemu('TERM while sbx asks whether it has an address yet: the same', () =>
  withMachine(async (project, machines, create) => {
    const { child, ended, noted } = await create();
    assert.ok(await comes(async () => noted().includes('waits for its guest')), noted());
    child.kill('SIGTERM');
    assert.is(await ended, 143);
    assert.equal(machines(), []);
    assert.equal(namesIn(join(project.home, '.state/sbx/sandboxes')), []);
  }, ', network: none }'),
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

withQemu('reap takes away the machine of a sandbox whose record is lost, and no machine that a project keeps', () =>
  withMachine(async (project, machines, create) => {
    const state = join(project.home, '.state/sbx');
    const { child, ended } = await create();
    child.kill('SIGKILL');
    await ended;
    for (const name of namesIn(join(state, 'sandboxes'))) rmSync(join(state, 'sandboxes', name), { recursive: true });
    project.write(
      'Sandboxfile.yaml',
      'version: 1\nsandboxes: { vm: { machine: { driver: qemu, image: guest.ova } } }\nsteps: { import: { task: import, provides: vm } }\n',
    );
    assert.is((await project.sbx(['run', 'import'])).code, 0);
    const both = machines();
    assert.is(both.length, 2);
    const dry = await project.sbx(['reap', '-n']);
    assert.match(dry.stdout, /^would end \S+: the record of its sandbox is lost$/m);
    assert.equal(machines(), both);
    const said = await project.sbx(['reap']);
    assert.match(said.stdout, /^ended \S+: .* is lost\n {2}removed \S+$/m);
    assert.is(machines().length, 1);
    assert.equal(running(project), []);
    assert.is((await project.sbx(['reap'])).stdout, 'there is nothing to end\n');
  }),
);

needing(...GUEST_NEEDS, 'sshd')('a machine of its own is reached, saved, restored, and destroyed with all that it had', async () => {
  // The guest has no sshd: one of this computer stands in for it at the end of a tunnel, from when it is known which keys the guest was given.
  await using sshd = await startSshd();
  sshd.stop();
  const more = `, endpoint: "tunnel:${sshd.port}" }\n    user: ${sshd.user}\n    workspace: work`;
  await withMachine(async (project, machines, create) => {
    const state = join(project.home, '.state/sbx');
    const { ended, said } = await create('--json');
    const alias = /^(sbx-\w+) .*$/m;
    assert.ok(await comes(async () => alias.test(textIn(state, 'known_hosts'))), 'no key of the guest is pinned');
    const key = readFileSync(join(sshd.folder, 'host_key.pub'), 'utf8').trim();
    writeFileSync(join(state, 'known_hosts'), textIn(state, 'known_hosts').replace(alias, `$1 ${key}`));
    const [guest = ''] = namesIn(join(state, 'guests')).filter((name) => !name.includes('.'));
    writeFileSync(join(sshd.folder, 'authorized_keys'), textIn(state, 'guests', guest, 'id_ed25519.pub'));
    await sshd.start();
    assert.is(await ended, 0);
    const one = JSON.parse(said()) as Shown;
    assert.equal(one.placement, { kind: 'machine', driver: 'qemu', hypervisor: 'local' });
    assert.equal([one.reachability?.port, one.reachability?.user], [sshd.port, sshd.user]);
    assert.ok(existsSync(one.workspace ?? ''));
    const deed = async (...args: string[]): Promise<string> => {
      const done = await project.sbx(args);
      assert.is(done.code, 0, done.stderr);
      return done.stdout;
    };
    try {
      assert.is(await deed('snapshot', one.id, 'ready'), 'saved as ready\n');
      assert.is(await deed('snapshot', one.id, 'ready'), 'it was saved as ready already\n');
      assert.is(await deed('restore', one.id, 'ready'), 'restored ready\n');
      const lost = await project.sbx(['restore', one.id, 'lost']);
      assert.match(lost.stderr, /was not saved as "lost"\n {2}it has ready/);
      assert.is(running(project).length, 1);
      assert.match(await deed('destroy', one.id), /^destroyed /);
      assert.equal([machines(), running(project), namesIn(join(state, 'sandboxes'))], [[], [], []]);
      assert.not(alias.test(textIn(state, 'known_hosts')));
      assert.ok(existsSync(join(project.root, 'guest.ova')));
    } finally {
      rmSync(one.workspace ?? '/nowhere', { recursive: true, force: true });
    }
  }, more);
});

test.run();
