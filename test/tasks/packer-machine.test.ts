// Packer with a real QEMU and a guest of ten bytes, which switches itself off or goes on for ever.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, execute, SBX } from '../rig/cli.ts';
import { findProgram, needing } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { kill, processesWith } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { BUILD, sandboxfile, stages, VARIABLES, withPacker } from './packer-templates.ts';

/** A disk whose boot sector goes on for ever, or switches the machine off at once: PM1_CNT of the PIIX4, where SeaBIOS puts it. */
function disk(end: 'off' | 'never'): Buffer {
  const sectors = Buffer.alloc(1 << 20);
  Buffer.from(end === 'off' ? 'ba0406b80020eff4ebfd' : 'f4ebfd', 'hex').copy(sectors);
  sectors.writeUInt16LE(0xaa55, 510);
  return sectors;
}

const QEMU = `${VARIABLES}source "qemu" "tiny" {
  vm_name          = "tiny.qcow2"
  disk_image       = true
  iso_url          = "\${path.root}/disk.raw"
  iso_checksum     = "none"
  format           = "qcow2"
  accelerator      = "tcg"
  memory           = 32
  headless         = true
  communicator     = "none"
  disable_vnc      = true
  boot_wait        = "1ms"
  shutdown_timeout = "10m"
  output_directory = var.output_directory
}
build {
  sources = ["source.qemu.tiny"]
}
`;

const withQemu = findProgram('qemu-system-x86_64') && findProgram('qemu-img') ? withPacker : needing('qemu-system-x86_64', 'qemu-img');

/** Begins a build in a machine that goes on and on. */
async function begun(
  project: TestProject,
  use: (run: { readonly pid: number; readonly ended: Promise<number | null> }) => Promise<void>,
): Promise<void> {
  project.write('image/one.pkr.hcl', QEMU);
  project.write('image/disk.raw', disk('never'));
  project.write('Sandboxfile.yaml', sandboxfile({ build: BUILD, other: 'run: "true"' }));
  const env = cleanEnvironment({ home: project.home });
  const child = spawn(process.execPath, [SBX, 'run', 'build'], { cwd: project.root, env, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    await until('the machine runs', () => processesWith([project.root]).some(({ command }) => /qemu-system/.test(command)));
    await use({ pid: child.pid as number, ended });
  } finally {
    child.kill('SIGKILL');
  }
}

function packersOf({ root }: TestProject): readonly number[] {
  return processesWith([root]).flatMap(({ pid, command }) => (/packer|qemu/.test(command) && !command.startsWith('sh ') ? [pid] : []));
}

withQemu('Ctrl-C and kill -9 of sbx in the middle of a build: no Packer, no machine, no folder is left.', () =>
  withProject({}, async (project) => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      await begun(project, async ({ pid, ended }) => {
        assert.ok(packersOf(project).length > 1, 'Packer and what it started');
        kill(pid, signal);
        const code = await ended;
        if (signal === 'SIGINT') {
          assert.is(code, 130);
          assert.equal([packersOf(project), stages(project)], [[], []]);
        }
      });
      await until(
        () => `all has ended after ${signal}: ${JSON.stringify(processesWith([project.root]))}`,
        () => packersOf(project).length === 0,
      );
    }
    assert.is((await project.sbx(['run', 'other'])).code, 0);
    assert.equal([stages(project), existsSync(join(project.root, 'build'))], [[], false]);
  }),
);

withQemu('Packer killed: the step fails, and what the killed one started ends with it.', () =>
  withProject({}, (project) =>
    begun(project, async ({ ended }) => {
      const [first] = processesWith([project.root]).filter(({ command }) => /^packer .*build/.test(command));
      kill(first?.pid);
      assert.is(await ended, 1);
      assert.equal([packersOf(project), stages(project)], [[], []]);
      assert.match((await project.sbx(['explain', 'build'])).stdout, /failed/);
      assert.is((await project.sbx(['reap'])).stdout, 'there is nothing to end\n');
      assert.match((await project.sbx(['doctor'])).stdout, /nothing is left of machines that killed runs had/);
    }),
  ),
);

withQemu('Packer starts a real QEMU and makes an image; a folder that somebody else has is refused by name', () =>
  withProject(
    {
      'image/tiny.pkr.hcl': QEMU,
      'Sandboxfile.yaml': sandboxfile({
        build: 'task: packer-build, template: image, to: build/image',
        fixed: 'task: packer-build, template: image, to: build/fixed, variables: { output_directory: theirs }',
      }),
    },
    async (project) => {
      project.write('image/disk.raw', disk('off'));
      const { code, stdout, stderr } = await project.sbx(['run', 'build']);
      assert.is(code, 0, stdout + stderr);
      const seen = await execute('qemu-img', ['info', 'build/image/tiny.qcow2'], { cwd: project.root, home: project.home });
      assert.match(seen.stdout, /file format: qcow2/);
      assert.match((await project.sbx(['run', 'build', '-v'])).stdout, /build fresh/);
      assert.equal(
        readdirSync(project.root).sort(),
        ['.sbx', 'Sandboxfile.yaml', 'build', 'image'],
        'what Packer keeps for itself is elsewhere',
      );
      project.write('theirs/work', 'of somebody');
      const refused = await project.sbx(['run', 'fixed']);
      assert.match(refused.stdout, /Output directory 'theirs' already exists.*\n.*nobody knows whose it is/);
      assert.is(project.read('theirs/work'), 'of somebody');
    },
  ),
);

test.run();
