import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realFiles } from '../../lib/io/io.ts';
import { nameOf } from '../../lib/run/holder.ts';
import { stampLine, unstampLine } from '../../lib/run/journal.ts';
import { whoAmI } from '../../lib/run/self.ts';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { GUEST_NEEDS, guestAppliance } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { endAll, processesWith } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';

const withQemu = needing(...GUEST_NEEDS);

interface Line {
  readonly kind: string;
  readonly path: string;
  readonly state: string;
  readonly facts: { readonly [fact: string]: string };
}

interface Machines {
  readonly project: TestProject;
  /** What the journal has of machines. */
  recorded(): readonly Line[];
  /** Adds a line to it that says more of what it has. */
  record(line: Line): void;
  /** Folders of machines. */
  folders(): readonly string[];
  readonly home: string;
  /** What `reap` and then `doctor` say, the latter of machines that were left. */
  reap(...args: readonly string[]): Promise<string>;
  doctor(): Promise<string>;
  /** The process is killed once that holds. */
  killed(step: string, when: () => boolean): Promise<void>;
}

const NOTHING = 'there is nothing to end\n';
const FINE = 'ok       leftovers  nothing is left of machines that killed runs had';

/** A project with a machine of the tiny guest, which boots in a second and has no sshd. */
async function withMachine(idle: string, use: (machines: Machines) => Promise<void>): Promise<void> {
  const file = `version: 1
name: app
sandboxes:
  vm: { keep: running, machine: { driver: qemu, image: guest.ova, memory: 64, accelerator: tcg${idle} } }
steps:
  import: { task: import, provides: vm }
  start: { task: start, provides: vm, needs: [import] }
  stay: { run: 'echo > here; while [ ! -e go ]; do sleep 0.05; done', needs: [start] }
  down: { task: teardown, releases: vm }
`;
  await withProject({ 'Sandboxfile.yaml': file }, async (project) => {
    project.write('guest.ova', guestAppliance());
    const state = join(project.home, '.state/sbx');
    const journal = join(state, 'owned.ndjson');
    try {
      await use({
        project,
        home: join(state, 'machines'),
        recorded: () => {
          const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n') : [];
          const things = new Map<string, Line>();
          for (const line of lines.flatMap((text) => (unstampLine(text) as Line | undefined) ?? [])) things.set(line.path, line);
          return [...things.values()].filter((line) => line.state !== 'destroyed');
        },
        record: (line) => appendFileSync(journal, `\n${stampLine(line)}`),
        folders: () => (existsSync(`${state}/machines`) ? readdirSync(`${state}/machines`).filter((name) => name.includes('-')) : []),
        reap: async (...args) => {
          const ended = await project.sbx(['reap', ...args]);
          assert.is(ended.code, 0, ended.stderr);
          return ended.stdout;
        },
        doctor: async () =>
          (await project.sbx(['doctor'])).stdout.replace(/^(?!.* {2}leftovers ).*\n( {19}.*\n)?/gm, (all) =>
            all.includes('leftovers') ? all : '',
          ),
        killed: async (step, when) => {
          const env = cleanEnvironment(project);
          const child = spawn(process.execPath, [SBX, 'run', '--json', step], { cwd: project.root, env, stdio: 'ignore' });
          await until('the moment', when);
          child.kill('SIGKILL');
          await until('its end', () => child.exitCode !== null || child.signalCode !== null);
        },
      });
    } finally {
      endAll([state]);
    }
  });
}

withQemu('sbx killed between intent and create: doctor says so, reap leaves nothing or a whole machine, and says which', () =>
  withMachine('', async ({ killed, recorded, folders, reap, doctor }) => {
    await killed('import', () => recorded().length === 1);
    const [line] = recorded();
    if (line?.state === 'intent') assert.match(await doctor(), /warning {2}leftovers {2}the machine app-vm: whoever made it was killed/);
    // What it had begun may still hold the folder for a moment.
    let said = '';
    await until('what it began to end', async () => {
      said = await reap();
      return !said.includes('left ');
    });
    assert.is(folders().length, recorded().length, said);
    for (const { state } of recorded()) assert.is(state, 'created', said);
    assert.is(await reap(), NOTHING);
    assert.match(await doctor(), new RegExp(FINE));
  }),
);

withQemu('sbx killed between destroy and record, and between create and record: what the hypervisor has is what counts', () =>
  withMachine('', async ({ project, recorded, record, folders, home, reap, doctor }) => {
    assert.is((await project.sbx(['run', 'import'])).code, 0);
    const [line] = recorded() as [Line];
    record({ ...line, state: 'intent' });
    assert.match(await reap('--dry-run'), /^would end app-vm: whoever made it was killed$/m);
    assert.match(await reap(), / is whole and stays$/m);
    assert.is(recorded()[0]?.state, 'created');
    assert.is(folders().length, 1);
    record({ ...line, state: 'destroying' });
    assert.match(await doctor(), /the machine app-vm: whoever removed it was killed/);
    assert.match(await reap(), /^ended app-vm: .*\n {2}removed \S+$/m);
    assert.equal([folders(), recorded()], [[], []]);
    record({ ...line, state: 'destroying' });
    assert.match(await reap(), /^ended app-vm: .*\n {2}there was nothing of it any more$/m);
    assert.equal([recorded(), await reap()], [[], NOTHING]);
    assert.ok(existsSync(home));
  }),
);

withQemu('the clone of a killed run goes, that of a living one and the machine itself stay', () =>
  withMachine('', async ({ project, recorded, record, folders, home, reap }) => {
    assert.is((await project.sbx(['run', 'import'])).code, 0);
    const [line] = recorded() as [Line];
    const me = whoAmI(realFiles);
    const holder = { ...me, nonce: '0'.repeat(32), command: 'sbx run' };
    const owner = `${line.facts.owner}-0123456789ab`;
    const [folder = ''] = folders();
    renameSync(join(home, folder), join(home, `${line.path}.${owner}`));
    const clone = (of: typeof holder): Line => ({
      ...line,
      facts: { ...line.facts, owner, name: 'app-vm 0123456789ab', clone: nameOf(of) },
    });
    record(clone(holder));
    assert.is(await reap(), NOTHING);
    assert.is(folders().length, 1);
    record(clone({ ...holder, start: '1' }));
    assert.match(await reap(), /^ended app-vm 0123456789ab: the run that it was cloned for was killed\n {2}removed \S+$/m);
    assert.equal([folders(), recorded()], [[], []]);
  }),
);

withQemu('idle: a machine that nobody uses is stopped after its time, not before, and is not removed', () =>
  withMachine(', idle: 1ms', async ({ project, recorded, folders, reap, doctor }) => {
    const child = spawn(process.execPath, [SBX, 'run', 'stay'], { cwd: project.root, env: cleanEnvironment(project), stdio: 'ignore' });
    await until('the step', () => existsSync(join(project.root, 'here')));
    const [{ path = '' } = {}] = recorded();
    assert.is(await reap(), NOTHING, 'somebody uses it');
    project.write('go', '');
    await until('its end', () => child.exitCode !== null);
    assert.is(processesWith([path]).length, 1);
    assert.match(await doctor(), /warning {2}leftovers {2}the machine app-vm: nobody has used it since its time was over/);
    assert.match(await reap(), /^ended app-vm: nobody has used it since .*\n {2}stopped$/m);
    assert.equal([processesWith([path]).length, folders().length, recorded()[0]?.state], [0, 1, 'created']);
    assert.is(await reap(), NOTHING);
    const file = project.read('Sandboxfile.yaml');
    project.write('Sandboxfile.yaml', file.replace('1ms', '1h'));
    assert.is((await project.sbx(['run', 'start'])).code, 0);
    assert.is(await reap(), NOTHING);
    assert.is(processesWith([path]).length, 1);
    rmSync(join(project.root, 'Sandboxfile.yaml'));
    assert.match(await doctor(), /the machine app-vm: there is no Sandboxfile in /);
    project.write('Sandboxfile.yaml', file);
    assert.is((await project.sbx(['run', 'down'])).code, 0);
    assert.equal([folders(), recorded()], [[], []]);
  }),
);

test.run();
