// rig: timeout 3600s
// A real guest in the ways that people use one: shared, cloned, saved, behind a tunnel, on another computer, and under runs that are ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, SBX, sbx } from '../rig/cli.ts';
import { until } from '../rig/patience.ts';
import { kill } from '../rig/processes.ts';
import { freePort, startSshd } from '../rig/sshd.ts';
import { namesIn } from './created.ts';
import { asRoot, C_PROJECT, machinesBelow, type RealGuest, smallAppliance, withRealGuest } from './real-guest.ts';

const PATIENCE = 900_000; // milliseconds: emulation on a machine with other work

/** `more`: further keys of the machine, and of its sandbox. */
function fileOf(image: string, more: string, ofSandbox = '', steps = ''): string {
  return `version: 1
name: app
sandboxes:
  laptop: { host: far }
  vm: { user: build, files: all, ${ofSandbox}machine: { driver: qemu, image: "${image}", memory: 512, cpus: 1, accelerator: tcg, boot: 15m${more} } }
steps:
  hello: { in: vm, run: "id -un; ls ~" }
${steps}`;
}

/** What is left of machines: processes, folders, keys. */
function leftOf({ home, state }: RealGuest): readonly unknown[] {
  const keys = namesIn(state('guests')).filter((name) => !/\.(?:users|lock|idle)$/.test(name));
  return [...machinesBelow(home), ...namesIn(state('machines')).filter((name) => name.includes('-')), ...keys];
}

/** Begins a run that is ended later; its output is what is thrown away. */
function begin({ project, home }: RealGuest, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [SBX, ...args], { cwd: project, env: cleanEnvironment({ home }), stdio: 'ignore' });
}

const ended = (child: ChildProcess): Promise<void> =>
  until('its end', () => child.exitCode !== null || child.signalCode !== null, PATIENCE);

asRoot(
  'one machine that two checkouts name: both work in it at once, the last one stops it; saved and restored; keep: none removes it',
  () =>
    withRealGuest({}, async (guest) => {
      const { home, project, write, done } = guest;
      const ova = await smallAppliance(home);
      const steps = `  long: { in: vm, run: "touch ~/long; until [ -e ~/go ]; do sleep 1; done; rm ~/go ~/long" }
  go: { in: vm, run: "until [ -e ~/long ]; do sleep 1; done; touch ~/go" }
  mark: { in: vm, run: "touch ~/mark" }
  unmarked: { in: vm, run: "test ! -e ~/mark" }
  save: { task: snapshot, machine: vm, name: ready }
  back: { task: restore, machine: vm, name: ready }
`;
      write('Sandboxfile.yaml', fileOf(ova, ', name: shared', 'keep: stopped, ', steps));
      const other = join(home, 'other');
      mkdirSync(other);
      copyFileSync(join(project, 'Sandboxfile.yaml'), join(other, 'Sandboxfile.yaml'));
      const [ours, theirs] = await Promise.all([done('run', 'go'), sbx(['run', 'long'], { cwd: other, home })]);
      assert.is(theirs.code, 0, theirs.stdout + theirs.stderr);
      assert.match(`${ours}${theirs.stdout}${theirs.stderr}`, /vm: stays: .* is there as well/);
      assert.equal(machinesBelow(home), [], 'the last one stopped it');
      assert.is(namesIn(guest.state('machines')).filter((name) => name.includes('-')).length, 1);

      const keep = (how: string): void => write('Sandboxfile.yaml', fileOf(ova, ', name: shared', `keep: ${how}, `, steps));
      keep('running');
      await done('run', 'hello');
      await done('run', 'save');
      await done('run', 'mark');
      await done('run', 'back');
      await done('run', 'unmarked');
      assert.is(machinesBelow(home).length, 1);
      keep('none');
      assert.match(await done('run', 'hello'), /^vm: removed /m);
      assert.equal(leftOf(guest), []);
    }),
);

asRoot(
  'clone: each run has a clone that is as the machine was, and that is gone afterwards, ended by Ctrl-C and, by reap, by kill -9',
  () =>
    withRealGuest({}, async (guest) => {
      const { home, write, done, state, run } = guest;
      const clean = '  clean: { in: vm, run: "test ! -e ~/was; touch ~/was" }\n';
      write('Sandboxfile.yaml', fileOf(await smallAppliance(home), ', clone: true', '', clean));
      await done('run', 'clean');
      await done('run', 'clean');
      const folders = (): readonly string[] => namesIn(state('machines')).filter((name) => name.includes('-'));
      assert.equal([machinesBelow(home), folders().length], [[], 1], 'the machine itself, which never ran');
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const child = begin(guest, 'run', 'clean');
        await until('its clone to boot', () => machinesBelow(home).length === 1, PATIENCE);
        child.kill(signal);
        await ended(child);
        if (signal === 'SIGINT') assert.equal([child.exitCode, machinesBelow(home), folders().length], [130, [], 1]);
      }
      assert.match((await run('doctor')).stdout, /leftovers {2}the machine app-vm [0-9a-f]+: the run that it was cloned for was killed/);
      assert.match(await done('reap'), /^ended app-vm [0-9a-f]+: the run that it was cloned for was killed\n {2}removed /m);
      assert.equal([machinesBelow(home), folders().length], [[], 1]);
      assert.match((await run('doctor')).stdout, /ok {7}leftovers/);
    }),
);

asRoot('rebooted in mid-build: the step fails and says so, nothing of it goes on, and the next run builds', () =>
  withRealGuest(C_PROJECT, async (guest) => {
    const { home, project, write, run, done } = guest;
    const build =
      'echo "boot $(cat /proc/sys/kernel/random/boot_id)" && make && if [ -e reboot ]; then sync; sudo sh -c "echo b >/proc/sysrq-trigger"; sleep 3600; fi';
    const steps = `  sync: { task: sync, in: vm }
  build: { task: remote-build, in: vm, needs: [sync], run: '${build}', inputs: ["*"], state: ["*.o"], outputs: [hello] }
`;
    write('reboot', '');
    write('Sandboxfile.yaml', fileOf(await smallAppliance(home), '', 'grace: 15m, ', steps));
    const first = await run('run', 'build');
    assert.is(first.code, 4, first.stdout + first.stderr);
    assert.match(first.stdout, /the machine was rebooted meanwhile/);
    rmSync(join(project, 'reboot'));
    assert.match(await done('run', 'build'), /^build succeeded/m);
  }),
);

asRoot(
  'on a computer reached by SSH: `boot` that is too short says what is known; through a tunnel; then directly, in the same start of it',
  async () => {
    await using far = await startSshd();
    // Its machines lie below its home, where the project's own end does not look.
    using _ = {
      [Symbol.dispose]: () => {
        for (const pid of machinesBelow(far.folder)) kill(pid);
      },
    };
    await withRealGuest(
      {},
      async (guest) => {
        const { home, write, done, run } = guest;
        const ova = await smallAppliance(home);
        const [port, tunnel] = [await freePort(), await freePort()];
        const on = (endpoint: string, boot = '15m'): void =>
          write(
            'Sandboxfile.yaml',
            fileOf(
              ova,
              `, hypervisor: laptop, endpoint: "${endpoint}", forwards: ["${port}:22"]`,
              '',
              '  down: { task: teardown, releases: vm }\n',
            ).replace('boot: 15m', `boot: ${boot}`),
          );
        on('direct', '2s');
        const early = await run('run', 'hello');
        assert.is(early.code, 4, early.stdout + early.stderr);
        assert.match(early.stdout + early.stderr, /the guest of app-vm did not let us in within 2(?:\.0)?s: /);
        on(`tunnel:${tunnel}`);
        const words = ['-F', far.config, '-N', '-o', 'ExitOnForwardFailure=yes', '-L', `${tunnel}:127.0.0.1:${port}`, far.host];
        const ssh = spawn('ssh', words, { stdio: 'ignore' });
        try {
          assert.match(await done('run', 'hello'), /^ {2}\| build$/m);
        } finally {
          ssh.kill();
        }
        on('direct');
        assert.match(await done('run', 'hello'), /^ {2}\| build$/m);
        await done('run', 'down');
        assert.equal([...leftOf(guest), ...machinesBelow(far.folder)], []);
        assert.equal(
          namesIn(join(far.home, '.local/state/sbx/machines')).filter((name) => name.includes('-')),
          [],
        );
        assert.ok(existsSync(ova));
      },
      far.env,
    );
  },
);

test.run();
