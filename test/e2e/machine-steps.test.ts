import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { GUEST_NEEDS, guestAppliance } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { pause, until } from '../rig/patience.ts';
import { endAll, processesWith } from '../rig/processes.ts';
import { projectIn, type TestProject, withProject } from '../rig/project.ts';
import { freePort } from '../rig/sshd.ts';
import { eventsOf, outcomesOf } from './far-project.ts';

const withQemu = needing(...GUEST_NEEDS);

interface Machines {
  readonly project: TestProject;
  readonly port: number;
  /** Outcomes of the steps, `failed: CODE` of those that failed; what was noted stands in `notes`. */
  run(...args: readonly string[]): Promise<{ readonly outcomes: { readonly [step: string]: string }; readonly notes: string }>;
  /** Folders of machines, whole or not. */
  machines(): readonly string[];
  /** States of what sbx owns, those that are gone aside. */
  owned(): readonly string[];
}

/** A project with a machine of the tiny guest, which boots in a second and has no sshd. */
async function withMachine(name: string, use: (machines: Machines) => Promise<void>): Promise<void> {
  const port = await freePort();
  const file = `version: 1
name: app
sandboxes:
  vm:
    machine: { driver: qemu, ${name}image: guest.ova, memory: 64, accelerator: tcg, forwards: ["${port}:22"] }
steps:
  import: { task: import, provides: vm }
  setup-vm: { task: setup-vm, provides: vm, needs: [import] }
  inject-keys: { task: inject-keys, provides: vm, needs: [setup-vm] }
  start: { task: start, provides: vm, needs: [inject-keys] }
  port: { task: wait-for, tcp: "${port}", needs: [start] }
  id: { run: 'echo "\${{ steps.start.outputs.machine }}" > id', needs: [start] }
  save: { task: snapshot, machine: vm, name: ready }
  back: { task: restore, machine: vm, name: ready }
  lost: { task: restore, machine: vm, name: lost }
  down: { task: teardown, releases: vm }
`;
  await withProject({ 'Sandboxfile.yaml': file }, async (project) => {
    project.write('guest.ova', guestAppliance());
    const state = join(project.home, '.state/sbx');
    try {
      await use({
        project,
        port,
        run: async (...args) => {
          const ended = await project.sbx(['run', '--json', ...args]);
          const events = eventsOf(ended);
          const notes = events.flatMap(({ type, text }) => (type === 'step-note' || type === 'place-note' ? [text] : [])).join('\n');
          const why = events.flatMap(({ outcome }) => outcome?.failure?.message ?? []);
          return { outcomes: outcomesOf(events), notes: [notes, ...why, ended.stderr].join('\n') };
        },
        machines: () => (existsSync(`${state}/machines`) ? readdirSync(`${state}/machines`).filter((name) => name.includes('-')) : []),
        owned: () => {
          const states = new Map<string, string>();
          const journal = `${state}/owned.ndjson`;
          for (const line of existsSync(journal) ? readFileSync(journal, 'utf8').split('\n') : []) {
            if (line.trim() === '') continue;
            const { kind, path, state: is } = JSON.parse(line) as { kind: string; path: string; state: string };
            states.set(`${kind} ${path}`, is);
          }
          return [...states.values()].filter((is) => is !== 'destroyed');
        },
      });
    } finally {
      endAll([state]);
    }
  });
}

function answers(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve('it does'));
    socket.on('error', (fault: NodeJS.ErrnoException) => resolve(fault.code ?? ''));
    socket.on('connect', () => socket.destroy());
  });
}

withQemu(
  'Machine steps: a real machine is made, set up, given keys, started, saved, restored and removed; again each is fresh; nothing is left',
  () =>
    withMachine('', async ({ project, port, run, machines, owned }) => {
      const chain = ['import', 'setup-vm', 'inject-keys', 'start'];
      const first = await run('start', 'port', 'id');
      assert.equal(
        chain.map((step) => first.outcomes[step]),
        chain.map(() => 'succeeded'),
        first.notes,
      );
      assert.is(first.outcomes.port, 'fresh', 'QEMU listens as soon as it runs');
      const id = project.read('id').trim();
      assert.match(id, /^[0-9a-f-]{36}$/);
      assert.is(processesWith([id]).length, 1);

      const again = await run('start', 'id');
      assert.equal(
        chain.map((step) => again.outcomes[step]),
        chain.map(() => 'fresh'),
        again.notes,
      );
      for (const said of ['it was imported already', 'it is set up already', 'it has its keys already', 'it runs already'])
        assert.ok(again.notes.includes(`${said}: ${id}`), again.notes);
      assert.is(project.read('id').trim(), id);

      assert.match((await project.sbx(['run', 'back'])).stdout, /hint +it was never saved: a step of the task `snapshot` does that/);
      assert.is((await run('save')).outcomes.save, 'succeeded');
      assert.is((await run('save')).outcomes.save, 'fresh');
      assert.is((await run('back')).outcomes.back, 'succeeded');
      const lost = await run('lost');
      assert.is(lost.outcomes.lost, 'failed');
      assert.match(lost.notes, /was not saved as "lost"/);
      assert.is(processesWith([id]).length, 1, 'it goes on');

      const down = await run('down');
      assert.is(down.outcomes.down, 'succeeded', down.notes);
      assert.equal([machines(), owned(), processesWith([id])], [[], [], []]);
      assert.is(await answers(port), 'ECONNREFUSED');
      assert.ok(existsSync(join(project.root, 'guest.ova')), 'what it was made from stays');
      const none = await run('down');
      assert.equal([none.outcomes.down, none.notes.includes('there is no machine')], ['fresh', true]);
    }),
);

/** `sbx run import`, ended so long after it has written down that it is about to make the machine. */
async function killedImport({ project, owned }: Machines, moment: number): Promise<void> {
  const env = cleanEnvironment(project);
  const child = spawn(process.execPath, [SBX, 'run', '--json', 'import'], { cwd: project.root, env, stdio: 'ignore' });
  await until('its wish', () => owned().length === 1);
  await pause(moment);
  child.kill('SIGKILL');
}

withQemu('Machine steps: sbx killed in an import: the next run finishes it, and there is one machine; or a teardown leaves none', () =>
  withMachine('', async (here) => {
    const { run, machines, owned } = here;
    for (const moment of [0, 150]) {
      await killedImport(here, moment);
      const next = await run('import');
      assert.ok(['succeeded', 'fresh'].includes(next.outcomes.import ?? ''), `${moment}: ${next.notes}`);
      assert.equal([machines().length, owned().length], [1, 1], `${moment}: ${next.notes}`);
      assert.is((await run('down')).outcomes.down, 'succeeded');
      assert.equal([machines(), owned()], [[], []]);
    }
    for (const moment of [100]) {
      await killedImport(here, moment);
      const down = await run('down');
      assert.equal([machines(), owned()], [[], []], `${moment}: ${down.notes}`);
    }
  }),
);

withQemu('Machine steps: two checkouts that name one machine make it once, though both run at the same time', () =>
  withMachine('name: shared, ', async ({ project, run, machines }) => {
    const other = projectIn(join(project.home, 'other'), project.home);
    other.write('Sandboxfile.yaml', project.read('Sandboxfile.yaml'));
    other.write('guest.ova', guestAppliance());
    const [ours, theirs] = await Promise.all([run('import'), other.sbx(['run', '--json', 'import'])]);
    assert.equal(
      [ours.outcomes.import, outcomesOf(eventsOf(theirs)).import].sort(),
      ['fresh', 'succeeded'],
      `${ours.notes}${theirs.stdout}`,
    );
    assert.is(machines().length, 1);
    assert.is((await run('down')).outcomes.down, 'succeeded');
    assert.equal(machines(), []);
  }),
);

test.run();
