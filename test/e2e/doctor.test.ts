import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nameOf } from '../../lib/run/holder.ts';
import { whoAmI } from '../../lib/run/self.ts';
import { leftOut } from '../rig/needing.ts';
import { withProject } from '../rig/project.ts';
import { mayMount, mountSmall, unmount } from '../torture/ssh-faults/stand.ts';
import { withFarProject } from './far-project.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const GONE = 4_194_303; // beyond the pids that are given here

interface Told {
  readonly errors: number;
  readonly findings: readonly { readonly check: string; readonly is: string; readonly says: string; readonly mend?: string }[];
}

test('doctor says of tools, keys, ssh config, cache and lock what is wrong, and the command that mends it', () =>
  withProject({}, async (project) => {
    const { root, sbx, write } = project;
    const key = join(root, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    fs.chmodSync(key, 0o644);
    write('config', `Host far\n  HostName 192.0.2.1\n  User me\n  IdentityFile ${key}\n  UserKnownHostsFile ${root}/known\n`);
    write('Sandboxfile.yaml', 'version: 1\nsandboxes: { vm: { host: far } }\nsteps:\n  a: { run: "true", tools: [no-such-compiler] }\n');
    const dead = { ...whoAmI(fs), pid: GONE, nonce: NONCE, command: 'sbx run a' };
    write(`.sbx/lock/${nameOf(dead)}`, 'here\nsbx run a\n');
    const env = { SBX_SSH_CONFIG: join(root, 'config'), SSH_AUTH_SOCK: undefined };
    const before = fs.readdirSync(root, { recursive: true }).sort();
    const { code, stdout } = await sbx(['doctor', '--json'], { env });
    assert.is(code, 1, stdout);
    const { findings } = JSON.parse(stdout) as Told;
    const mends = (check: string) =>
      findings.flatMap((one) => (one.check === check && one.mend !== undefined ? [`${one.is}: ${one.mend}`] : []));
    assert.ok(findings.some(({ is, says }) => is === 'error' && says === 'no-such-compiler is not on the PATH: the step a names it'));
    assert.equal(mends('keys'), [`error: chmod 600 ${key}`]);
    assert.equal(mends('hosts'), ['error: sbx trust far']);
    assert.equal(mends('lock'), [`warning: sbx unlock ${NONCE}`]);
    assert.equal(fs.readdirSync(root, { recursive: true }).sort(), before, 'a query changes nothing');

    const quiet = (await sbx(['doctor', '-q'], { env })).stdout;
    assert.match(quiet, `mend: chmod 600 ${key}\n`);
    assert.not.match(quiet, /^ok/m);
    execFileSync('sh', ['-c', `chmod 600 ${key}`]);
    assert.is((await sbx(['unlock', NONCE])).code, 0);
    const { findings: after } = JSON.parse((await sbx(['doctor', '--json'], { env })).stdout) as Told;
    assert.ok(after.some(({ check, is, says }) => check === 'keys' && is === 'ok' && says === `${key} is a key`));
    assert.ok(after.some(({ check, is }) => check === 'lock' && is === 'ok'));

    write(`.sbx/lock/${nameOf({ ...dead, machine: 'f'.repeat(16) })}`, 'elsewhere\nsbx run a\n');
    const { findings: elsewhere } = JSON.parse((await sbx(['doctor', '--json'], { env })).stdout) as Told;
    assert.is(elsewhere.find(({ check }) => check === 'lock')?.is, 'error', 'whether it lives cannot be seen from here');
  }));

test('doctor finds nothing wrong where a run goes well, and connects nowhere', () =>
  withFarProject({}, async (story) => {
    story.sshd.stop();
    const { stdout } = await story.sbx(['doctor', '--json']);
    const { findings } = JSON.parse(stdout) as Told;
    const wrong = findings.filter(({ check, is }) => is !== 'ok' && check !== 'disk' && check !== 'watching');
    assert.equal(wrong, []);
    assert.ok(findings.some(({ check, says }) => check === 'hosts' && says.includes('whose host key is known')));
  }));

// Only root may mount; the judgement has a test of its own.
const mounting = mayMount() ? test : leftOut('no small disk may be mounted');

mounting('doctor says that the disk of the cache is full', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps: { a: { run: "true" } }\n', 'cache/sbx/.keep': '' }, async ({ root, sbx }) => {
    const cache = join(root, 'cache');
    assert.ok(mountSmall(cache));
    try {
      assert.throws(() => fs.writeFileSync(join(cache, 'full'), Buffer.alloc(2 ** 21)), /ENOSPC/);
      const { code, stdout } = await sbx(['doctor', '-q'], { env: { XDG_CACHE_HOME: cache } });
      assert.is(code, 1, stdout);
      assert.match(
        stdout,
        `error    disk      only 0 B are free for the store in ${cache}/sbx\n                   mend: sbx cache gc --max-size 1GiB\n`,
      );
    } finally {
      unmount(cache);
    }
  }),
);

test('doctor examines as far as it can where the Sandboxfile is faulty, or where there is none', () =>
  withProject({}, async ({ sbx, write }) => {
    assert.match((await sbx(['doctor'])).stdout, /^warning {2}file {6}there is no Sandboxfile here.*\n +mend: sbx init\n/);
    write('Sandboxfile.yaml', 'version: 1\nsteps: { a: { need: [b] } }\n');
    const { code, stdout } = await sbx(['doctor']);
    assert.is(code, 1);
    assert.match(stdout, /^error {4}file {6}Sandboxfile.yaml is faulty\n +mend: sbx validate\n/);
    assert.match(stdout, /^ok {7}versions {2}sbx /m);
  }));

test.run();
