import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ended } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { kill, lives } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';
import { type FarProject, withFarProject } from './far-project.ts';

interface Told {
  readonly errors: number;
  readonly findings: readonly {
    readonly check: string;
    readonly is: string;
    readonly says: string;
    readonly mend?: string;
    readonly sandbox?: string;
  }[];
}

/** `is check: says` of all that was found out by connecting, and how each is mended. */
function probed({ stdout }: Ended): { readonly lines: readonly string[]; readonly mends: readonly string[] } {
  const found = (JSON.parse(stdout) as Told).findings.filter(({ sandbox }) => sandbox !== undefined);
  return {
    lines: found.map(({ is, check, says }) => `${is} ${check}: ${says}`),
    mends: found.flatMap(({ mend }) => mend ?? []),
  };
}

const NOTHING_WRONG = [
  /^ok login: far: logged in as \S+@127\.0\.0\.1:\d+, whose host key is the known one, in /,
  /^ok shell: far: its login shell prints nothing before a command$/,
  /^ok tools: far: it has the tools that sbx needs there$/,
  /^ok network: far: a round trip takes [\d.]+ ms$/,
  /^ok clock: far: its clock is right$/,
  /^ok place: far: the workspace is \/.*, which is not made yet$/,
];

test('Doctor: --probe says of a sandbox that is right what it found: login, host key, login shell, tools, round trip, clock, workspace, disk; and changes nothing there.', () =>
  withFarProject({ sandbox: '    probes: { make: "make --version | head -n 1", no: no-such-compiler --version }' }, async (story) => {
    const { sshd, project, workspace, sbx } = story;
    // What a dead run of this checkout left there goes on: a session would end it.
    const left = spawn('sh', ['-c', 'exec sleep 60'], { env: { ...process.env, SBX_LOST: 'whoever' } });
    try {
      const all = () => [sshd.home, project.root].map((one) => readdirSync(one, { recursive: true }).sort());
      const before = all();
      const ended = await sbx(['doctor', '--probe', 'far', '--json']);
      const { lines, mends } = probed(ended);
      for (const [i, wanted] of NOTHING_WRONG.entries()) assert.match(lines[i] ?? '', wanted);
      assert.ok(
        lines.some((line) => /^(ok|warning) disk: far: .*free for /.test(line)),
        lines.join('\n'),
      );
      assert.ok(lines.includes('warning probes: far: no: missing'), lines.join('\n'));
      assert.equal(
        mends.filter((mend) => !mend.includes('du -xh')),
        [],
      );
      assert.is(ended.code, 0, ended.stdout);
      assert.equal(all(), before);
      assert.not(existsSync(workspace));
      assert.ok(lives(left.pid ?? 0));
    } finally {
      kill(left.pid);
    }
  }));

/** A PATH of the far side with all that is there but these, and with programs of our own. */
async function withTools(
  without: readonly string[],
  own: { readonly [name: string]: string },
  use: (path: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const [name, text] of Object.entries(own)) writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    for (const name of readdirSync('/usr/bin'))
      if (!without.includes(name) && !(name in own)) symlinkSync(`/usr/bin/${name}`, join(bin, name));
    await use(bin);
  });
}

test('Doctor: --probe says what is wrong over there, what it breaks and what mends it: a noisy login shell, missing tools, a clock that is off.', () =>
  withTools(['tar', 'setsid', 'bash'], { date: 'exec /usr/bin/date -d "+90 minutes" "$@"' }, (path) =>
    withFarProject({ sshd: { path }, more: '  there: { in: far, shell: bash, run: "true" }\n' }, async ({ sbx, sshd }) => {
      writeFileSync(join(sshd.home, '.bashrc'), 'echo "Welcome, guest"\n');
      const ended = await sbx(['doctor', '--probe', '--json']);
      assert.is(ended.code, 1, ended.stdout + ended.stderr);
      const { lines, mends } = probed(ended);
      const says = (what: string): void => assert.ok(lines.includes(what), `${what}\n${lines.join('\n')}`);
      says('error tools: far: setsid is missing there: sbx needs it');
      says('error tools: far: bash is missing there: the step there needs it');
      says('error tools: far: far lacks tar (a sandbox needs POSIX sh, GNU coreutils, findutils and tar)');
      assert.ok(
        lines.some((line) =>
          /^warning clock: far: its clock is 1h(30|29)m ahead of ours: syncs and builds are right all the same, but what checks certificates/.test(
            line,
          ),
        ),
        lines.join('\n'),
      );
      assert.ok(mends.includes("ssh -t far 'sudo timedatectl set-ntp true'"), mends.join('\n'));
      if (sshd.user === 'root' || process.env.SHELL?.endsWith('bash')) {
        assert.ok(lines.some((line) => line.startsWith('warning shell: far: its login shell prints "Welcome, guest" before each command')));
      }
    }),
  ));

test('Doctor: --probe names a workspace with files that are not ours, and the command that takes it over.', () =>
  withFarProject({}, async ({ sbx, workspace }: FarProject) => {
    mkdirSync(workspace, { recursive: true });
    writeFileSync(join(workspace, 'thesis.txt'), 'mine');
    const ended = await sbx(['doctor', '--probe', '--json']);
    assert.is(ended.code, 1);
    const { lines, mends } = probed(ended);
    assert.ok(
      lines.some((line) => line.startsWith('error place: far: ') && line.includes('thesis.txt')),
      lines.join('\n'),
    );
    assert.ok(mends.includes('sbx adopt far'));
  }));

test('Doctor: --probe: a changed host key, a host that is away and one that says nothing are told, with exit code 4.', () =>
  withFarProject({ sandbox: '  mute: { host: mute }\n' }, async ({ sbx, sshd }) => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as { port: number };
    writeFileSync(sshd.config, `Host mute\n  HostName 127.0.0.1\n  Port ${port}\n  ConnectTimeout 1\n`, { flag: 'a' });
    try {
      sshd.changeHostKey();
      await sshd.start();
      const changed = await sbx(['doctor', '--probe', 'far', '--json']);
      assert.is(changed.code, 4, changed.stdout);
      assert.match(probed(changed).lines.join('\n'), /^error hosts: far: the key of .* has changed/);
      assert.equal(probed(changed).mends, ['sbx trust far']);
      sshd.stop();
      const away = await sbx(['doctor', '--probe', '--json']);
      assert.is(away.code, 4);
      assert.match(probed(away).lines.join('\n'), /error login: far: .*connection refused \(is the machine up/);
      assert.match(probed(away).lines.join('\n'), /error login: mute: .*no SSH server answered within 1 s/);
    } finally {
      mute.close();
    }
    assert.match((await sbx(['doctor', '--probe', 'fra'])).stderr, 'did you mean far?');
    assert.match((await sbx(['doctor', 'far'])).stderr, 'sbx doctor --probe far');
  }));

test('Doctor: the locale: one that does not exist, and C where names of files have other letters.', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps: { a: { run: "true" } }\n', 'src/plain.c': '' }, async ({ sbx, write }) => {
    const locale = async (env: { readonly [name: string]: string | undefined }) => {
      const { stdout } = await sbx(['doctor', '--json'], { env: { LC_ALL: undefined, LC_CTYPE: undefined, LANG: undefined, ...env } });
      const { is, says, mend } = (JSON.parse(stdout) as Told).findings.find(({ check }) => check === 'locale') ?? {};
      return [is, says, mend];
    };
    assert.equal(await locale({}), ['ok', 'the locale is not set, which means C', undefined]);
    const [is, says] = await locale({ LC_ALL: 'xx_YY.UTF-8', LANG: 'C' });
    assert.equal([is, says], ['warning', 'the locale xx_YY.UTF-8, which LC_ALL names, does not exist here: programs take C in its place']);
    write('src/größe.c', '');
    const odd = '"src/größe.c" has other letters than those of ASCII, which GHC, Python and others then cannot read';
    assert.equal(await locale({ LANG: 'C' }), ['warning', `the locale is C; ${odd}`, 'export LANG=C.UTF-8']);
    assert.equal(await locale({}), ['warning', `the locale is not set, which means C; ${odd}`, 'export LANG=C.UTF-8']);
    assert.is((await locale({ LC_ALL: 'C.UTF-8' }))[0], 'ok');
  }));

test.run();
