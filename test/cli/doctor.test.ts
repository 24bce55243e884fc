import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeCache } from '../../lib/cli/doctor/cache.ts';
import { judgeClock } from '../../lib/cli/doctor/clock.ts';
import { judgeDisk } from '../../lib/cli/doctor/disk.ts';
import type { Finding } from '../../lib/cli/doctor/finding.ts';
import { judgeHosts } from '../../lib/cli/doctor/hosts.ts';
import { judgeKeys } from '../../lib/cli/doctor/keys.ts';
import { judgeLock } from '../../lib/cli/doctor/lock.ts';
import { judgeMachines, lookAtMachines } from '../../lib/cli/doctor/machines.ts';
import type { Patient } from '../../lib/cli/doctor/patient.ts';
import { judgeTools, lookAtTools } from '../../lib/cli/doctor/tools.ts';
import { judgeVersions } from '../../lib/cli/doctor/versions.ts';
import { judgeWatching } from '../../lib/cli/doctor/watching.ts';
import { projectOf } from '../config/loading.ts';

/** `error: COMMAND` for each finding. */
function told(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ is, mend }) => (mend === undefined ? is : `${is}: ${mend}`));
}

test('tools: what a step names and nobody has, with the command of this system', () => {
  const tools = [
    { name: 'git', by: 'it says which files go to vm', path: '/usr/bin/git' },
    { name: 'ssh', by: 'vm is reached as ssh_config says', path: undefined },
    { name: 'ghc', by: 'the step build names it', path: undefined },
  ];
  assert.equal(told(judgeTools({ tools, installer: 'apt-get' })), [
    'ok',
    'error: sudo apt-get install openssh-client',
    'error: sudo apt-get install ghc',
  ]);
  assert.equal(told(judgeTools({ tools, installer: 'dnf' }))[1], 'error: sudo dnf install openssh-clients');
  assert.equal(told(judgeTools({ tools, installer: undefined })), ['ok', 'error', 'error']);
  assert.is(judgeTools({ tools, installer: undefined })[2]?.says, 'ghc is not on the PATH: the step build names it');
});

const MACHINES = `version: 1
sandboxes:
  laptop: { host: laptop }
  near: { machine: { driver: qemu, image: near.ova, keys: { authorize: [a.pub, b.pub], identity: id, agent: agent.env, by: nocloud } } }
  made: { machine: { driver: virtualbox, image: made.ova } }
  far: { machine: { driver: qemu, hypervisor: laptop, image: /far.ova } }
steps:
  make: { run: make, provides: made }
`;

/** A computer with these files and nothing on its PATH. */
async function patientWith(there: readonly string[]): Promise<Patient> {
  const project = await projectOf(MACHINES);
  const files = { existsSync: (path: string) => there.includes(path), statSync: () => undefined, accessSync: () => undefined };
  return { project, root: project.root, io: { files, environment: new Map() }, surroundings: { os: 'linux' } } as unknown as Patient;
}

test('tools: what the driver of a machine here wants, by the names that packages have', async () => {
  const { tools } = lookAtTools(await patientWith([]));
  assert.equal(
    tools.filter(({ name }) => !['git', 'ssh'].includes(name)).map(({ name, by }) => `${name}: ${by}`),
    [
      'qemu-system-x86_64: the driver qemu moves near with it',
      'qemu-img: the driver qemu moves near with it',
      'perl: the driver qemu moves near with it',
      'flock: the driver qemu moves near with it',
      'xorriso: it makes the disk that gives near its keys',
      'VBoxManage: the driver virtualbox moves made with it',
    ],
  );
  const mended = (installer: string): readonly string[] =>
    told(judgeTools({ tools: ['qemu-system-x86_64', 'qemu-img'].map((name) => ({ name, by: '', path: undefined })), installer }));
  assert.equal(mended('apt-get'), ['error: sudo apt-get install qemu-system-x86', 'error: sudo apt-get install qemu-utils']);
  assert.equal(mended('pacman'), ['error: sudo pacman -S qemu-system-x86', 'error: sudo pacman -S qemu-img']);
});

test('machines: images and keys that are not there, as far as they lie here', async () => {
  const root = '/home/me/hello';
  const judged = async (...there: readonly string[]) =>
    judgeMachines(lookAtMachines(await patientWith(there.map((path) => `${root}/${path}`))));
  assert.equal(
    (await judged('a.pub')).map(({ is, says, mend = '' }) => `${is} ${says} ${mend}`.trim()),
    [
      `error near: the image is not there: ${root}/near.ova`,
      `ok near: \`authorize\` of the keys is ${root}/a.pub`,
      `error near: \`authorize\` of the keys is not there: ${root}/b.pub`,
      `error near: \`identity\` of the keys is not there: ${root}/id ssh-keygen -t ed25519 -f ${root}/id`,
      `error near: \`agent\` of the keys is not there: ${root}/agent.env`,
      `warning made: the image is not there: ${root}/made.ova`,
    ],
  );
  assert.is(
    (await judged('near.ova', 'made.ova', 'a.pub', 'b.pub', 'id', 'agent.env')).every(({ is }) => is === 'ok'),
    true,
  );
});

test('versions: a Node that is too old', () => {
  const at = (node: string) => told(judgeVersions({ sbx: '1.0.0', node, ssh: undefined }))[1];
  assert.is(at('v20.19.0'), 'ok');
  assert.is(at('24.0.0'), 'ok');
  assert.is(at('v20.18.3'), 'error: nvm install --lts');
  assert.is(at('18.20.0'), 'error: nvm install --lts');
});

test('keys: open to others, with a passphrase and no agent, no keys at all', () => {
  const key = { file: '/h/.ssh/id', is: 'usable', mode: 0o600 } as const;
  const judged = (keys: Parameters<typeof judgeKeys>[0]['keys'], agents: Parameters<typeof judgeKeys>[0]['agents'] = []) =>
    told(judgeKeys({ wanted: true, keys, agents }));
  assert.equal(judged([key]), ['ok']);
  for (const mode of [0o644, 0o640, 0o604]) assert.equal(judged([{ ...key, mode }]), ['error: chmod 600 /h/.ssh/id']);
  assert.equal(judged([{ ...key, is: 'no key' }]), ['error: ssh-keygen -y -f /h/.ssh/id']);
  assert.equal(judged([{ ...key, is: 'unreadable' }]), ['error: sudo chown "$(id -u)" /h/.ssh/id']);
  assert.equal(judged([{ ...key, is: 'encrypted' }]), ['warning: eval "$(ssh-agent -s)"; ssh-add /h/.ssh/id']);
  assert.equal(judged([{ ...key, is: 'encrypted' }], [['/agent', true]]), ['ok', 'ok']);
  assert.equal(judged([], [['/agent', false]]), ['warning: eval "$(ssh-agent -s)"', 'error: ssh-keygen -t ed25519']);
  assert.equal(judged([]), ['error: ssh-keygen -t ed25519']);
  assert.equal(judgeKeys({ wanted: false, keys: [], agents: [] }), []);
});

test('ssh config: a host that is not known, and what sbx cannot do', () => {
  const failure = { code: 'ssh-config', message: 'ssh_config has ProxyCommand "x" for vm', hint: 'use ProxyJump' } as const;
  const [proxied] = judgeHosts([{ sandbox: 'vm', named: 'vm', failure, known: false }]);
  assert.equal([proxied?.is, proxied?.says], ['error', 'vm: ssh_config has ProxyCommand "x" for vm (use ProxyJump)']);
  const settings = {
    ...{ named: 'my vm', hostname: 'h', port: 22, user: 'u', identityFiles: [], agent: undefined, identitiesOnly: false, jumps: [] },
    ...{ knownHosts: [], hostKeyAlias: undefined, connectTimeout: undefined, keepalive: undefined, configFiles: [], shared: undefined },
    beyond: { why: 'ssh_config has a CertificateFile for it' },
  };
  assert.equal(told(judgeHosts([{ sandbox: 'vm', named: 'my vm', settings, known: false }])), ["error: sbx trust 'my vm'", 'ok']);
  assert.equal(told(judgeHosts([{ sandbox: 'vm', named: 'my vm', settings, known: true }])), ['ok', 'ok']);
});

test('cache health: beyond its bounds, damaged, not ours', () => {
  const seen = { folder: '/c', quarantine: '/c/quarantine', maxSize: 100 };
  const stats = { folder: '/c', records: 1, blobs: 1, bytes: 50, quarantined: 0 };
  assert.equal(told(judgeCache({ ...seen, stats })), ['ok']);
  assert.equal(told(judgeCache({ ...seen, stats: { ...stats, bytes: 101, quarantined: 2 } })), [
    'warning: sbx cache gc',
    'warning: sbx cache verify && rm -r /c/quarantine',
  ]);
  assert.equal(told(judgeCache({ ...seen, trouble: 'cannot use /c: permission denied (EACCES)' })), ['error: sudo chown -R "$(id -u)" /c']);
});

test('disk: no bytes and no files left', () => {
  const disk = (free: number, inodes: number | undefined) => told(judgeDisk([{ holds: 'the project', folder: '/p', free, inodes }]))[0];
  assert.is(disk(2 ** 31, 1e6), 'ok');
  assert.is(disk(2 ** 31, undefined), 'ok');
  assert.is(disk(2 ** 29, 1e6), 'warning: du -xh /p | sort -h | tail');
  assert.is(disk(2 ** 31, 5000), 'warning: du -xh /p | sort -h | tail');
  assert.is(disk(2 ** 31, 0), 'error: du -xh /p | sort -h | tail');
  assert.equal(told(judgeDisk([{ holds: 'the store', folder: '/c', free: 0, inodes: 1e6 }])), ['error: sbx cache gc --max-size 1GiB']);
});

test('clock: behind the files that are there', () => {
  const now = Date.UTC(2026, 0, 1);
  const newest = { file: '/p/a', at: now + 3_600_000 };
  assert.equal(told(judgeClock({ now, sbx: now - 1000, newest: { ...newest, at: now - 1 } })), ['ok']);
  assert.equal(told(judgeClock({ now, sbx: now - 1000, newest })), ['warning: touch /p/a']);
  assert.equal(told(judgeClock({ now, sbx: now + 3_600_000, newest })), ['error: sudo timedatectl set-ntp true']);
});

test('lock: of a dead run, of one elsewhere, and what is none', () => {
  assert.equal(told(judgeLock({ is: 'free' })), ['ok']);
  assert.equal(told(judgeLock({ is: 'alive', nonce: 'ab', holder: undefined })), ['ok']);
  assert.equal(told(judgeLock({ is: 'dead', nonce: 'ab', holder: undefined })), ['warning: sbx unlock ab']);
  assert.equal(told(judgeLock({ is: 'unclear', nonce: 'ab', holder: undefined })), ['error: sbx unlock ab']);
  assert.equal(told(judgeLock({ is: 'barred', path: '/p/.sbx/lock' })), ['error: mv /p/.sbx/lock /p/.sbx/lock.old']);
});

test('watching: limits that are too low', () => {
  assert.equal(told(judgeWatching({ watches: 8192, instances: 128 })), ['warning: sudo sysctl fs.inotify.max_user_watches=524288', 'ok']);
  assert.equal(judgeWatching({ watches: undefined, instances: undefined }), []);
});

test.run();
