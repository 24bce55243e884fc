import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../lib/base/result.ts';
import { qemuDriver } from '../../lib/machine/qemu/driver.ts';
import { qemuWords } from '../../lib/machine/qemu/settings.ts';
import { virtualBoxDriver } from '../../lib/machine/virtualbox/driver.ts';
import type { MachineId } from '../../lib/model/machine.ts';
import { type DriverPlace, good, SSH_FORWARD, wishIn } from '../contract/drivers.ts';
import { inLocalQemu } from '../contract/hypervisors.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { leftOut, needing } from '../rig/needing.ts';
import { until } from '../rig/patience.ts';
import { kill, processesWith } from '../rig/processes.ts';
import { freePort } from '../rig/sshd.ts';
import { mayMount, mountSmall, unmount } from '../torture/ssh-faults/stand.ts';

const never = new AbortController().signal;
const withQemu = needing(...GUEST_NEEDS);

const homeOf = ({ folder, owner }: DriverPlace, id: MachineId): string => join(folder, 'machines of qemu', `${id}.${owner}`);
const serial = (at: DriverPlace, id: MachineId): string => {
  const file = join(homeOf(at, id), 'serial.log');
  return existsSync(file) ? readFileSync(file, 'latin1') : '';
};
const says = (at: DriverPlace, id: MachineId, what: RegExp): Promise<void> =>
  until(
    () => `${what} in ${serial(at, id)}`,
    () => what.test(serial(at, id)),
  );
const made = async (at: DriverPlace): Promise<MachineId> => good(await at.driver.importAppliance(wishIn(at), never));

withQemu('the disk is that of the appliance, and keeps what the guest writes; switched off, the guest hears it', () =>
  inLocalQemu(async (at) => {
    const id = await made(at);
    for (const boot of [1, 2]) {
      good(await at.driver.start(id, never));
      await says(at, id, new RegExp(`boot ${boot}\nready\na`));
      good(await at.driver.requestShutdown(id, never));
      assert.ok(good(await at.driver.waitOff(id, 45_000, never)));
      assert.match(serial(at, id), /\nbye\n/);
    }
    assert.match(good(await at.driver.diagnostics(id, never)).serial.join('\n'), /boot 2\nready\n\w+\nbye$/);
  }),
);

withQemu('a restored snapshot has the disk and the memory of then, whether it runs or starts', () =>
  inLocalQemu(async (at) => {
    const { driver } = at;
    const id = await made(at);
    good(await driver.start(id, never));
    await says(at, id, /ready\nabc/);
    good((await driver.snapshots?.take(id, 'warm', never)) as never);
    const before = serial(at, id).slice(-1);
    await says(at, id, new RegExp(`${before}\\w\\w\\w`));
    good((await driver.snapshots?.restore(id, 'warm', never)) as never);
    // It goes on with the letter after the one that it had said when it was taken.
    const next = String.fromCharCode(before.charCodeAt(0) + 1);
    await says(at, id, new RegExp(`ready\\n.*${before}\\w\\w+${next}`));
    good(await driver.powerOff(id, never));
    good(await driver.waitOff(id, 45_000, never));
    good((await driver.snapshots?.restore(id, 'warm', never)) as never);
    good(await driver.start(id, never));
    await says(at, id, new RegExp(`^${next}`));
    good(await driver.powerOff(id, never));
    good(await driver.waitOff(id, 45_000, never));
    good(await driver.start(id, never));
    await says(at, id, /boot 2\n/); // resumed once; then it boots, from the disk of the snapshot
  }),
);

withQemu('a linked clone begins as the other one was, and neither sees what the other writes', () =>
  inLocalQemu(async (at) => {
    const { driver } = at;
    const boots = async (id: MachineId): Promise<string> => {
      good(await driver.start(id, never));
      await says(at, id, /ready/);
      good(await driver.powerOff(id, never));
      good(await driver.waitOff(id, 45_000, never));
      return /boot (.)/.exec(serial(at, id))?.[1] ?? '';
    };
    const clone = async (of: MachineId): Promise<MachineId> => good((await driver.linkedClone?.(of, wishIn(at), never)) as never);
    const base = await made(at);
    assert.is(await boots(base), '1');
    const first = await clone(base);
    assert.is(await boots(base), '2');
    assert.is(await boots(first), '2');
    assert.is(await boots(first), '3');
    const second = await clone(first);
    assert.is(await boots(base), '3');
    good(await driver.destroy(base, at.owner, never));
    good(await driver.destroy(first, at.owner, never));
    assert.is(await boots(second), '4');
  }),
);

withQemu('the guest sees a seed disk, or credentials; what is secret is in no words, and in files for nobody else', () =>
  inLocalQemu(async (at) => {
    const { driver } = at;
    const id = await made(at);
    const canary = 'c4n4ry-0f-4-s3cr3t';
    const userData = Buffer.from(`#cloud-config\n# ${canary}\n\n`);
    good(await driver.seed(id, { is: 'nocloud', userData, metaData: Buffer.alloc(0) }, never));
    good(await driver.start(id, never));
    await says(at, id, /seed cidata/);
    const unpacked = join(at.folder, 'unpacked');
    const unpack = ['-osirrox', 'on', '-indev', join(homeOf(at, id), 'seed.iso'), '-extract', '/', unpacked];
    execFileSync('xorriso', unpack, { stdio: 'ignore' });
    assert.equal(readdirSync(unpacked).sort(), ['meta-data', 'user-data']);
    assert.equal(readFileSync(join(unpacked, 'user-data')), userData);
    assert.is(readFileSync(join(unpacked, 'meta-data')).length, 0);
    for (const name of readdirSync(unpacked)) assert.is(statSync(join(unpacked, name)).mode & 0o777, 0o600, `${name} in the guest`);
    good(await driver.seed(id, undefined, never));
    good(await driver.powerOff(id, never));
    good(await driver.waitOff(id, 45_000, never));
    const values = new Map([
      ['tmpfiles.extra', Buffer.from(canary)],
      ['other', Buffer.from('x')],
    ]);
    good(await driver.seed(id, { is: 'credentials', values }, never));
    good(await driver.start(id, never));
    const seen = [...values].map(([name, value]) => `io.systemd.credential.binary:${name}=${value.toString('base64')}`);
    await says(at, id, new RegExp(`boot 2\nvendor ${seen.join('\\0')}\\0?\nready`));
    const [running] = processesWith([homeOf(at, id)]).filter(({ command }) => command.includes('qemu-system'));
    assert.match(running?.command ?? '', /path=credential-0 .*path=credential-1/);
    assert.not.match(running?.command ?? '', new RegExp(`${canary}|${Buffer.from(canary).toString('base64')}`));
    const first = readFileSync(join(homeOf(at, id), 'credential-0'), 'utf8');
    assert.is(first, `io.systemd.credential.binary:tmpfiles.extra=${Buffer.from(canary).toString('base64')}`);
    assert.is(statSync(homeOf(at, id)).mode & 0o77, 0);
    // QEMU gives what it makes itself a mode of its own: the folder lets nobody in.
    for (const name of readdirSync(homeOf(at, id)).filter((one) => !/^qmp$|^serial/.test(one)))
      assert.is(statSync(join(homeOf(at, id), name)).mode & 0o77, 0, name);
    good(await driver.seed(id, undefined, never));
    assert.equal(
      readdirSync(homeOf(at, id)).filter((name) => /seed|credential/.test(name)),
      [],
    );
    const large = new Map([['x', Buffer.alloc(40_000)]]);
    const refused = await driver.seed(id, { is: 'credentials', values: large }, never);
    assert.ok(!refused.ok && refused.error.code === 'task-refused');
  }),
);

withQemu('a chosen port leads to the guest; one that is taken is said to be, and the machine is off', () =>
  inLocalQemu(async (at) => {
    const { driver } = at;
    const [one, other] = [await made(at), await made(at)];
    const port = await freePort();
    const network = { is: 'nat', forwards: [{ host: port, guest: 22 }, { guest: 80 }] } as const;
    for (const id of [one, other]) good(await driver.configure(id, { network }, never));
    good(await driver.start(one, never));
    assert.equal(good(await driver.endpoint(one, 22, never)), { address: '127.0.0.1', port });
    assert.not.equal(good(await driver.endpoint(one, 80, never)), undefined);
    const taken = await driver.start(other, never);
    assert.ok(!taken.ok && taken.error.code === 'port-in-use', JSON.stringify(taken));
    assert.is(good(await driver.state(other, never)), 'off');
    good(await driver.configure(other, { network: SSH_FORWARD }, never));
    good(await driver.start(other, never));
  }),
);

withQemu('whoever ended it, and however: what is true is asked', () =>
  inLocalQemu(async (at) => {
    const { driver } = at;
    const id = await made(at);
    good(await driver.start(id, never));
    const [running] = processesWith([homeOf(at, id)]).filter(({ command }) => command.includes('qemu-system'));
    process.kill(running?.pid ?? 0, 'SIGSTOP');
    const waited = await driver.waitOff(id, 200, never);
    assert.is(good(waited), false);
    kill(running?.pid, 'SIGKILL');
    assert.ok(good(await driver.waitOff(id, 45_000, never)));
    assert.is(good(await driver.state(id, never)), 'off');
    good(await driver.start(id, never));
    assert.is(good(await driver.state(id, never)), 'running');
  }),
);

withQemu('a guest that writes and writes: of its serial port the end is kept, as soon as anybody asks what it does', () =>
  inLocalQemu(async (at) => {
    const { driver } = at;
    const id = await made(at);
    good(await driver.start(id, never));
    await says(at, id, /ready/);
    appendFileSync(join(homeOf(at, id), 'serial.log'), `${'x'.repeat(5 * 2 ** 20)}\nthe end\n`);
    good(await driver.state(id, never));
    assert.ok(statSync(join(homeOf(at, id), 'serial.log')).size < 2 ** 20);
    await says(at, id, /the end\n[a-z]/);
    good(await driver.powerOff(id, never));
    assert.match(good(await driver.diagnostics(id, never)).serial.join('\n'), /the end\n[a-z]/);
  }),
);

withQemu('sbx killed in the middle of an import: the same import goes on from what is there', () =>
  inLocalQemu(async (at) => {
    const { driver, owner } = at;
    const wish = wishIn(at);
    // A folder with settings and half a disk is what a kill leaves.
    const folder = homeOf(at, wish.id);
    const half = JSON.stringify({
      format: 1,
      id: wish.id,
      name: wish.name,
      whole: false,
      cpus: 1,
      memory: 16,
      network: { is: 'none' },
      disks: [],
    });
    const script = `mkdir -p "$1" && printf '%s\\n' "$2" >"$1/machine" && head -c 1000 /dev/urandom >"$1/disk-0.qcow2" && exec 9>>"$1/lock" && flock -n 9 && sleep 600`;
    const importing = spawn('sh', ['-c', script, 'sh', folder, half], { detached: true, stdio: 'ignore' });
    await until('half an import', () => existsSync(join(folder, 'lock')));
    const list = async () => good(await driver.listOwned(owner, never));
    assert.equal(await list(), [{ id: wish.id, wish: wish.id, owner, name: wish.name, whole: false }]);
    await until('the lock', async () => {
      const busy = await driver.importAppliance(wish, never);
      return !busy.ok && busy.error.code === 'machine-busy';
    });
    kill(-(importing.pid ?? 0));
    const started = await driver.start(wish.id, never);
    assert.ok(!started.ok && ['machine-state', 'machine-busy'].includes(started.error.code));
    await until('the lock is free', async () => (await driver.importAppliance(wish, never)).ok);
    assert.equal(await list(), [{ id: wish.id, wish: wish.id, owner, name: wish.name, whole: true }]);
    good(await driver.start(wish.id, never));
    await says(at, wish.id, /boot 1/);
  }),
);

const mounting = mayMount() ? withQemu : leftOut('no small disk may be mounted');
mounting('a full disk ends an import, says so, and the same import works when there is room', () =>
  inLocalQemu(async (at) => {
    const machines = join(at.folder, 'machines of qemu');
    mkdirSync(machines);
    assert.ok(mountSmall(machines));
    try {
      writeFileSync(join(machines, 'filler'), Buffer.alloc(900_000));
      const wish = wishIn(at);
      const full = await at.driver.importAppliance(wish, never);
      assert.ok(!full.ok && full.error.code === 'hypervisor-failed', JSON.stringify(full));
      assert.match(full.error.message, /the disk is full/);
      for (const { whole } of good(await at.driver.listOwned(at.owner, never))) assert.is(whole, false);
      rmSync(join(machines, 'filler'));
      const id = good(await at.driver.importAppliance(wish, never));
      assert.is(good(await at.driver.destroy(id, at.owner, never)), 'destroyed');
      assert.equal(readdirSync(machines), []);
    } finally {
      unmount(machines);
    }
  }),
);

test('the words of QEMU: the accelerator is the one that was chosen, and no word has a secret', () => {
  const machine = {
    format: 1,
    id: 'i',
    name: 'n',
    whole: true,
    cpus: 4,
    memory: 2048,
    network: { is: 'none' },
    disks: ['a', 'b'],
  } as const;
  const words = qemuWords(machine, 'tcg', { credentials: 0, disk: false }).join(' ');
  assert.match(words, /-accel tcg,thread=multi -cpu qemu64 -smp 4 -m 2048/);
  assert.match(words, /file=a,format=qcow2,if=virtio .*file=b/);
  assert.not.match(words, /netdev|smbios|seed/);
  assert.match(
    qemuWords(machine, 'kvm', { credentials: 0, disk: true }).join(' '),
    /-accel kvm -cpu host .*seed\.iso,format=raw,if=virtio,readonly=on/,
  );
});

withQemu('a link in the place of a machine leads to what is not ours: nothing there is removed, made or changed', () =>
  inLocalQemu(async (at) => {
    const { driver, owner } = at;
    const wish = wishIn(at);
    const theirs = join(at.folder, 'theirs');
    mkdirSync(theirs);
    writeFileSync(join(theirs, 'file'), 'theirs');
    mkdirSync(join(at.folder, 'machines of qemu'));
    symlinkSync(theirs, homeOf(at, wish.id));
    const all = [driver.destroy(wish.id, owner, never), driver.importAppliance(wish, never), driver.powerOff(wish.id, never)];
    for (const done of await Promise.all(all)) assert.is(done.ok || done.error.code, 'machine-foreign');
    assert.equal(readdirSync(theirs), ['file']);
    unlinkSync(homeOf(at, wish.id));
  }),
);

withQemu('a process that only speaks of a machine is not its QEMU: it is not ended, nor is the machine on', () =>
  inLocalQemu(async (at) => {
    const id = await made(at);
    const speaks = spawn('perl', ['-e', '$| = 1; print 1; sleep 60', `sbx-${id}`], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(speaks.stdout, 'data');
      assert.is(good(await at.driver.state(id, never)), 'off');
      good(await at.driver.destroy(id, at.owner, never));
      assert.equal([speaks.exitCode, speaks.signalCode], [null, null]);
    } finally {
      speaks.kill('SIGKILL');
    }
  }),
);

test('a computer that says anything but what was asked, or ends in the middle, fails the deed and is no fault', async () => {
  const wanted = { id: randomUUID(), owner: 'test-owner', name: 'one', appliance: '/one.ova' };
  const { id, owner } = wanted;
  for (const lie of [
    '',
    'Welcome!\n',
    '{"return":',
    '{"return":null}',
    'null',
    '{"snapshots":[null]}',
    `{"format":1,"id":"${id}","disks":[]}`,
  ]) {
    const run = async () => ok({ exit: { code: 0 }, stdout: Buffer.from(lie), stderr: '' });
    const hypervisor = { name: 'far', run, write: async () => ok(undefined), read: async () => ok(undefined) };
    for (const driver of [qemuDriver(hypervisor, { accelerator: 'auto' }), virtualBoxDriver(hypervisor)]) {
      const { snapshots } = driver;
      await driver.state(id, never);
      await driver.settings(id, never);
      await driver.configure(id, { cpus: 2, network: SSH_FORWARD }, never);
      await driver.importAppliance(wanted, never);
      await driver.linkedClone?.(id, wanted, never);
      await driver.start(id, never);
      await driver.endpoint(id, 22, never);
      await driver.requestShutdown(id, never);
      await driver.diagnostics(id, never);
      await driver.listOwned(owner, never);
      await snapshots?.take(id, 'one', never);
      await snapshots?.restore(id, 'one', never);
      const listed = await snapshots?.list(id, never);
      if (driver.name === 'qemu' && lie === '{"return":') assert.is(listed?.ok || listed?.error.code, 'hypervisor-failed');
    }
  }
});

test.run();
