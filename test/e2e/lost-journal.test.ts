import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { GUEST_NEEDS, guestAppliance } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { endAll, processesWith } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { namesIn } from './created.ts';

const FILE = `version: 1
sandboxes: { vm: { machine: { driver: qemu, image: guest.ova, memory: 64 } } }
steps: { import: { task: import, provides: vm } }
`;
/** Nobody gets into its guest. */
const PROFILE = `version: 1
sandboxes: { created: { machine: { driver: qemu, image: guest.ova, memory: 64, accelerator: tcg, network: none, boot: 5m } } }
`;

interface Lost {
  readonly project: TestProject;
  readonly state: string;
  /** Machines that are there, by their ids. */
  machines(): readonly string[];
  /** What a command prints, to exit 0. */
  said(...args: readonly string[]): Promise<string>;
  /** Of doctor, about machines that were left. */
  doctor(): Promise<string>;
}

function withLost(use: (lost: Lost) => Promise<void>): Promise<void> {
  return withProject({ 'Sandboxfile.yaml': FILE, 'profiles/small.yaml': PROFILE }, async (project) => {
    project.write('guest.ova', guestAppliance());
    const state = join(project.home, '.state/sbx');
    const said: Lost['said'] = async (...args) => {
      const ended = await project.sbx(args);
      assert.is(ended.code, 0, ended.stderr);
      return ended.stdout;
    };
    try {
      await use({
        ...{ project, state, said },
        machines: () => namesIn(join(state, 'machines')).flatMap((name) => /^([0-9a-f-]{36})\./.exec(name)?.[1] ?? []),
        doctor: async () => /^.* {2}leftovers .*\n( {19}.*\n)?/m.exec(await said('doctor'))?.[0] ?? '',
      });
    } finally {
      endAll([state]);
    }
  });
}

const FINE = /nothing is left of machines that killed runs had/;
const withQemu = needing(...GUEST_NEEDS);

/** sbx create, killed when its machine is whole and runs. */
async function killedCreate({ project, state }: Lost): Promise<void> {
  const env = cleanEnvironment({ home: project.home });
  const child = spawn(process.execPath, [SBX, 'create', '--profile', 'small'], { cwd: project.root, env, stdio: 'ignore' });
  const ended = new Promise((end) => child.once('close', end));
  await until('its machine', () => processesWith([join(state, 'machines')]).some(({ command }) => command.startsWith('qemu-system')));
  child.kill('SIGKILL');
  await ended;
}

withQemu('a journal that was lost is learned anew from the hypervisor: what is of a project stays, what is of a lost sandbox goes', () =>
  withLost(async (lost) => {
    const { state, machines, said, doctor } = lost;
    await said('run', 'import');
    const [kept = ''] = machines();
    await killedCreate(lost);
    const [gone = ''] = machines().filter((id) => id !== kept);
    for (const path of ['owned.ndjson', 'sandboxes']) rmSync(join(state, path), { recursive: true });
    assert.match(await doctor(), /warning {2}leftovers {2}the machine \S+: the record of its sandbox is lost\n.*mend: sbx reap\n/);
    assert.match(await said('reap', '-n'), /^would end \S+: the record of its sandbox is lost\n$/);
    assert.not(existsSync(join(state, 'owned.ndjson')), 'looked at only');
    assert.match(await said('reap'), new RegExp(`^ended \\S+: the record of its sandbox is lost\n {2}removed ${gone}\n$`));
    assert.equal(machines(), [kept]);
    assert.is(await said('reap'), 'there is nothing to end\n');
    assert.match(await doctor(), FINE);
  }),
);

withQemu(
  'once nothing proves that a machine is ours it is only named, with what removes it; one that says it is somebody else’s is not',
  () =>
    withLost(async ({ project, state, machines, said, doctor }) => {
      await said('run', 'import');
      const [id = ''] = machines();
      for (const path of ['owned.ndjson', 'machine-id']) rmSync(join(state, path));
      const told = new RegExp(`nothing here knows of it any more; it was made for ${project.root}\n.*mend: sbx reap ${id}\n`);
      assert.match(await doctor(), told);
      assert.is(await said('reap'), 'there is nothing to end\n');
      // Another computer has its machines here, too.
      const [folder = ''] = namesIn(join(state, 'machines')).filter((name) => name.startsWith(id));
      const note = join(state, 'machines', folder, 'note-made-for');
      const ours = readFileSync(note, 'utf8');
      const theirs = JSON.stringify({ ...JSON.parse(Buffer.from(ours.replace('base64,', ''), 'base64').toString()), by: 'ci@elsewhere' });
      writeFileSync(note, `base64,${Buffer.from(theirs).toString('base64')}\n`);
      assert.match(await doctor(), FINE);
      writeFileSync(note, ours);
      const other = await project.sbx(['reap', '0'.repeat(8)]);
      assert.is(other.code, 1);
      assert.match(other.stderr, /^sbx: not all of 00000000 are machines/);
      assert.match(await said('reap', '-n', id), /^would end \S+: /);
      assert.equal(machines(), [id]);
      assert.match(await said('reap', id), new RegExp(`^ended .*\n {2}removed ${id}\n$`));
      assert.equal(machines(), []);
      assert.match(await doctor(), FINE);
    }),
);

test.run();
