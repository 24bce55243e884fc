import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ask } from '../../lib/config/ask.ts';
import { load } from '../../lib/config/load.ts';
import type { Sources } from '../../lib/config/sources.ts';
import type { SandboxSpec } from '../../lib/model/project.ts';
import { whereIn } from '../../lib/run/places.ts';
import { ASK, type Files, loadText, projectOf, sourcesOf, TASKS } from './loading.ts';

const WHOLE = `version: 1
params: { disk: haskell-build }
sandboxes:
  laptop: { host: laptop }
  vm:
    user: build
    keep: stopped
    workspace: /build/hello
    machine:
      driver: virtualbox
      hypervisor: laptop
      endpoint: tunnel:12222
      image: /srv/\${{ params.disk }}.ova
      name: haskell-build
      memory: 8GiB
      cpus: 4
      network: nat
      forwards: ["8080:80", "2222:22"]
      idle: 30m
      boot: 10m
      snapshot: ready
      keys: { authorize: ~/.ssh/id_build.pub, identity: ~/.ssh/id_build, agent: build-agent.env, by: folder }
steps:
  where: { run: 'echo \${{ sandbox.kind }} \${{ default(sandbox.machine, name) }}', in: vm }
`;

async function sandbox(name: string, text: string, ask: Partial<Ask> = {}, files: Files = {}): Promise<SandboxSpec | undefined> {
  return (await projectOf(text, ask, files)).sandboxes.get(name);
}

function vm(machine: string, more = ''): string {
  return `version: 1\nsandboxes:\n  vm: { machine: ${machine} }\n${more}steps: { a: { run: make } }\n`;
}

/** What is wrong with a machine, without where. */
async function wrong(machine: string, more = ''): Promise<readonly string[]> {
  const { diagnostics } = await loadText(vm(machine, more));
  return diagnostics.map(({ code, message, hint }) => `${code}: ${message}${hint === undefined ? '' : ` | ${hint}`}`);
}

test('a sandbox with `machine` is of the kind machine, with all that is said of it', async () => {
  const project = await projectOf(WHOLE);
  const spec = project.sandboxes.get('vm');
  assert.equal(
    [spec?.kind, spec?.host, spec?.user, spec?.keep, spec?.workspace],
    ['machine', undefined, 'build', 'stopped', '/build/hello'],
  );
  assert.equal(spec?.machine, {
    driver: 'virtualbox',
    hypervisor: 'laptop',
    endpoint: { is: 'tunnel', port: 12222 },
    image: '/srv/haskell-build.ova',
    name: 'haskell-build',
    memory: 8192,
    cpus: 4,
    snapshot: 'ready',
    idle: 1_800_000,
    network: 'nat',
    forwards: [
      { host: 8080, guest: 80 },
      { host: 2222, guest: 22 },
    ],
    accelerator: 'auto',
    clone: false,
    boot: 600_000,
    keys: {
      authorize: ['/home/me/.ssh/id_build.pub'],
      identity: '/home/me/.ssh/id_build',
      agent: '/home/me/hello/build-agent.env',
      by: 'folder',
    },
  });
  assert.match(JSON.stringify(project.steps.get('where')?.script), /"machine".*"haskell-build"/);
});

test('a driver is all that a machine must say', async () => {
  const spec = await sandbox('vm', vm('{ driver: qemu }'));
  assert.equal(spec?.machine, {
    driver: 'qemu',
    hypervisor: 'local',
    endpoint: { is: 'direct' },
    network: 'nat',
    forwards: [],
    accelerator: 'auto',
    clone: false,
    boot: 300_000,
    keys: { authorize: [], by: 'auto' },
  });
});

test('memory is a size or a number of MiB', async () => {
  const memory = async (written: string) => (await sandbox('vm', vm(`{ driver: qemu, memory: ${written} }`)))?.machine?.memory;
  assert.equal(await Promise.all(['8192', '8GiB', '1.5GiB', '500MB', '64'].map(memory)), [8192, 8192, 1536, 476, 64]);
  assert.equal(await wrong('{ driver: qemu, memory: 8 }'), [
    'bad-value: 8 is less than 64 | Write a whole number of MiB from 64 to 4194304.',
  ]);
  assert.equal(await wrong('{ driver: qemu, memory: 8MB }'), [
    'bad-value: `8MB` is too little memory for a machine | Write for example `8GiB`.',
  ]);
  assert.equal(await wrong('{ driver: qemu, memory: 8TiB }'), [
    'bad-value: `8TiB` is more memory than a machine can have | Write for example `8GiB`.',
  ]);
});

test('an image is absolute, at home, or as seen from the file that names it', async () => {
  const image = async (written: string) => (await sandbox('vm', vm(`{ driver: qemu, image: ${written} }`)))?.machine?.image;
  assert.equal(await Promise.all(['/vms/a.ova', '~/a.OVF', './b/../a.ova', '../a.ova'].map(image)), [
    '/vms/a.ova',
    '/home/me/a.OVF',
    '/home/me/hello/a.ova',
    '/home/me/a.ova',
  ]);
  const included = vm('{ driver: qemu, image: a.ova, keys: { agent: agent.env } }');
  const spec = await sandbox(
    'vm',
    'version: 1\ninclude: { web: web }\nsteps: { b: { run: make } }\n',
    {},
    { include: { 'web/Sandboxfile.yaml': included } },
  );
  assert.is(spec?.machine?.image, '/home/me/hello/web/a.ova');
  assert.is(spec?.machine?.keys.agent, '/home/me/hello/web/agent.env');
});

test('profiles lay their machine below that of the file, key by key', async () => {
  const files = {
    profiles: {
      big: 'version: 1\nsandboxes: { vm: { user: build, machine: { driver: qemu, memory: 8GiB, cpus: 4, keys: { agent: a.env, by: ssh } } } }\n',
    },
  };
  const text =
    'version: 1\nsandboxes: { vm: { profile: big, machine: { cpus: 2, keys: { by: nocloud } } } }\nsteps: { a: { run: make } }\nprofiles: { small: { sandboxes: { vm: { machine: { memory: 1GiB } } } } }\n';
  const { machine } = (await sandbox('vm', text, {}, files)) as SandboxSpec;
  assert.equal([machine?.driver, machine?.memory, machine?.cpus], ['qemu', 8192, 2]);
  assert.equal(machine?.keys, { authorize: [], agent: '/home/me/hello/a.env', by: 'nocloud' });
  assert.is((await sandbox('vm', text, { profiles: ['small'] }, files))?.machine?.memory, 1024);
  const { value } = await loadText(text, { provenance: true, profiles: ['small'] }, files);
  const rows = value?.provenance
    ?.filter(({ field }) => field.startsWith('machine'))
    .map(({ field, by, span }) => `${field} ${by} ${span?.file}`);
  assert.equal(rows, [
    'machine.driver profile profiles/big.yaml',
    'machine.memory profile Sandboxfile.yaml',
    'machine.cpus file Sandboxfile.yaml',
    'machine.keys.agent profile profiles/big.yaml',
    'machine.keys.by file Sandboxfile.yaml',
  ]);
});

test('--local and --host leave the machine out', async () => {
  const kinds = async (ask: Partial<Ask>) => {
    const { sandboxes } = await projectOf(WHOLE, ask);
    return ['laptop', 'vm'].map((name) => [
      sandboxes.get(name)?.kind,
      sandboxes.get(name)?.host,
      sandboxes.get(name)?.machine === undefined,
    ]);
  };
  assert.equal(await kinds({ local: true }), [
    ['local', undefined, true],
    ['local', undefined, true],
  ]);
  assert.equal(await kinds({ host: 'other' }), [
    ['ssh', 'other', true],
    ['ssh', 'other', true],
  ]);
  assert.equal((await kinds({ host: 'vm=embedded' }))[1], ['embedded', undefined, true]);
  assert.equal(await kinds({ host: 'vm=there' }), [
    ['ssh', 'laptop', true],
    ['ssh', 'there', true],
  ]);
  const { diagnostics } = await loadText(WHOLE, { host: 'lapto=there' });
  assert.equal(
    diagnostics.map(({ message, hint }) => [message, hint]),
    [['--host lapto=there: there is no sandbox `lapto`', 'Did you mean `laptop`?']],
  );
  const { value } = await loadText(WHOLE, { provenance: true, host: 'vm=there' });
  const rows = value?.provenance?.filter(({ of, name }) => of === 'sandbox' && name === 'vm').map(({ field, by }) => `${field} ${by}`);
  assert.equal(rows, ['user file', 'keep file', 'workspace file', 'host flag']);
});

test('what lacks a value on the way to a machine is lacked by it', async () => {
  const text =
    'version: 1\nparams: { where: }\nsandboxes: { laptop: { host: "${{ params.where }}" }, vm: { machine: { driver: qemu, hypervisor: laptop } } }\nsteps: { a: { run: make, in: vm } }\n';
  assert.equal((await sandbox('vm', text))?.lacks, ['where']);
});

const notOpened = (): never => {
  throw new Error('not opened');
};

test('a driver may be one of an extension, and none is unknown where an extension cannot be loaded', async () => {
  const text = `version: 1\nextensions: [./e.mjs]\n${vm('{ driver: xen }').slice('version: 1\n'.length)}`;
  const judged = async (extension: NonNullable<Sources['extension']>): Promise<readonly string[]> => {
    const { diagnostics } = await load({ ...sourcesOf(text), extension }, ASK, TASKS);
    return diagnostics.map(({ code, message, hint }) => `${code}: ${message} | ${hint}`);
  };
  const adding = (...drivers: readonly string[]) =>
    judged(async () => ({
      ...{ name: 'e', from: 'e.mjs', tasks: [], profiles: [] },
      drivers: new Map(drivers.map((driver) => [driver, notOpened])),
    }));
  assert.equal(await adding('xen'), []);
  assert.equal(await adding('xem'), ['unknown-driver: there is no driver `xen` | Did you mean `xem`?']);
  assert.equal(await adding('xen', 'qemu'), [
    'extension-conflict: both sbx itself and e.mjs have a driver `qemu` | One of them must be called otherwise.',
  ]);
  const faulty = await judged(async () => ({ code: 'extension-faulty', message: 'it throws', hint: 'mend it' }));
  assert.equal(faulty, ['extension-faulty: it throws | mend it']);
});

test('a machine of another name, driver or computer is another place', async () => {
  const where = async (machine: string, host = 'a') =>
    whereIn(await projectOf(vm(machine).replace('sandboxes:', `sandboxes:\n  on: { host: ${host} }`)))('vm');
  const before = await where('{ driver: qemu, hypervisor: on, name: one }');
  assert.is(await where('{ driver: qemu, hypervisor: on, name: one, memory: 8GiB, image: /a.ova }'), before);
  const others = [
    where('{ driver: virtualbox, hypervisor: on, name: one }'),
    where('{ driver: qemu, hypervisor: on, name: two }'),
    where('{ driver: qemu, name: one }'),
    where('{ driver: qemu, hypervisor: on, name: one }', 'b'),
  ];
  assert.is(new Set([before, ...(await Promise.all(others))]).size, 5);
});

test.run();
