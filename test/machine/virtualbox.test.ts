import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  diskUnits,
  freeSlot,
  natRules,
  readBridges,
  readInfo,
  slotOf,
  snapshotNames,
  stateOf,
} from '../../lib/machine/virtualbox/output.ts';
import { changeOf, knownAdapter } from '../../lib/machine/virtualbox/settings.ts';
import { good, wishIn } from '../contract/drivers.ts';
import { inVirtualBoxStandIn } from '../contract/hypervisors.ts';
import { inLocal } from '../contract/places.ts';
import { GUEST_NEEDS } from '../rig/guest.ts';
import { needing } from '../rig/needing.ts';

const never = new AbortController().signal;
const withGuest = needing(...GUEST_NEEDS);

test('adapters by their whole names, not cut at a blank, and no network for an adapter', () => {
  const text = `Name:            en0: Wi-Fi (AirPort)
GUID:            00306e65-0000-4000-8000-f01898abcdef
DHCP:            Disabled
Wireless:        Yes
Status:          Up
VBoxNetworkName: HostInterfaceNetworking-en0: Wi-Fi (AirPort)

Name:            Intel(R) Ethernet Connection I219-LM #2
Wireless:        No
Status:          Down
VBoxNetworkName: HostInterfaceNetworking-Intel(R) Ethernet Connection I219-LM #2

`;
  assert.equal(readBridges(text), [
    { name: 'en0: Wi-Fi (AirPort)', up: true, wireless: true },
    { name: 'Intel(R) Ethernet Connection I219-LM #2', up: false, wireless: false },
  ]);
  assert.equal(readBridges(''), []);
  const wrong = knownAdapter('en0:', readBridges(text));
  assert.ok(!wrong.ok && wrong.error.hint?.includes('"en0: Wi-Fi (AirPort)"'));
  assert.ok(knownAdapter('en0: Wi-Fi (AirPort)', readBridges(text)).ok);
});

const INFO = readInfo(`name="haskell build = \\"it\\""
"SATA Controller-0-0"="/vms/a disk.vmdk"
"SATA Controller-ImageUUID-0-0"="11111111-2222-3333-4444-555555555555"
storagecontrollername0="SATA Controller"
storagecontrollertype0="IntelAhci"
storagecontrollerportcount0="1"
memory=8192
cpus=4
VMState="running"
nic1="nat"
Forwarding(0)="ssh,tcp,127.0.0.1,2222,,22"
Forwarding(1)="dns,udp,,5353,,53"
SnapshotName="first"
SnapshotName-1="second"
SnapshotName-1-1="third"
CurrentSnapshotName="third"
`);

test('what a machine is, of its lines', () => {
  assert.is(stateOf(INFO), 'running');
  for (const [word, state] of [
    ['poweroff', 'off'],
    ['aborted', 'off'],
    ['saved', 'off'],
    ['paused', 'paused'],
    ['restoring', 'starting'],
    ['saving', 'stopping'],
    ['gurumeditation', 'unknown'],
    ['something new', 'unknown'],
  ])
    assert.is(stateOf(new Map([['VMState', word as string]])), state, word);
  assert.equal(natRules(INFO), [{ name: 'ssh', host: 2222, guest: 22 }]);
  assert.equal(snapshotNames(INFO), ['first', 'second', 'third']);
  assert.is(
    slotOf(INFO, (path) => path.endsWith('.iso')),
    undefined,
  );
  assert.equal(freeSlot(INFO), { controller: 'SATA Controller', port: 1, device: 0, ports: 2 });
  const ide = readInfo('storagecontrollername0="IDE"\nstoragecontrollertype0="PIIX4"\n"IDE-0-0"="/d"\n"IDE-1-0"="emptydrive"\n');
  assert.equal(freeSlot(ide), { controller: 'IDE', port: 1, device: 0, medium: 'emptydrive' });
  assert.is(freeSlot(readInfo('storagecontrollername0="IDE"\nstoragecontrollertype0="PIIX4"\n"IDE-0-0"="/d"\n')), undefined);
});

test('units of disks in a dry import, whatever else it suggests', () => {
  const text = ` 1: Suggested VM name "9: Hard disk image: source image=x, target path=y"
10: Hard disk image: source image=my box-disk001.vmdk, target path=/vms/my box-disk001.vmdk, controller=8;channel=0
11: Hard disk image: source image=my box-disk002.vmdk, target path=/vms/b.vmdk, controller=8;channel=1`;
  assert.equal(
    [...diskUnits(text)],
    [
      ['my box-disk001.vmdk', '10'],
      ['my box-disk002.vmdk', '11'],
    ],
  );
});

test('only what differs is set', () => {
  assert.is(changeOf(INFO, { cpus: 4, memory: 8192 }), undefined);
  assert.equal(changeOf(INFO, { cpus: 2, memory: 8192 }), { any: '', words: ['--cpus', '2'] });
  assert.equal(changeOf(INFO, { network: { is: 'bridged', adapter: 'en0: Wi-Fi (AirPort)' } }), {
    any: '',
    words: ['--natpf1', 'delete', 'ssh', '--nic1', 'bridged', '--bridgeadapter1', 'en0: Wi-Fi (AirPort)'],
  });
  const nat = { network: { is: 'nat', forwards: [{ guest: 22, host: 2200 }, { guest: 80 }] } } as const;
  assert.equal(changeOf(INFO, nat), { any: '80', words: ['--natpf1', 'delete', 'ssh', '--natpf1', 'sbx-22,tcp,127.0.0.1,2200,,22'] });
  const after = readInfo(
    'nic1="nat"\nForwarding(0)="sbx-22,tcp,127.0.0.1,2200,,22"\nForwarding(1)="sbx-any-80,tcp,127.0.0.1,4711,,80"\nsbxForwards=80\n',
  );
  assert.is(changeOf(after, nat), undefined);
});

const ERROR = (text: string, code: string): string =>
  `VBoxManage: error: ${text}\r\nVBoxManage: error: Details: code ${code}, component MachineWrap\r\n`;

withGuest('an exit status is not believed alone', () =>
  inVirtualBoxStandIn(inLocal)(async ({ driver, standIn, ...at }) => {
    const id = good(await driver.importAppliance(wishIn(at), never));
    const fault = { times: 1, exit: 0 };
    standIn?.faults.push({
      ...fault,
      words: /^startvm/,
      stderr: ERROR('The virtual machine has terminated unexpectedly', 'NS_ERROR_FAILURE'),
    });
    const failed = await driver.start(id, never);
    assert.ok(!failed.ok && failed.error.code === 'hypervisor-failed');
    assert.match(failed.error.lastLines?.join('\n') ?? '', /terminated unexpectedly/);
    const started = 'VM "x" has been successfully started.\r\n';
    standIn?.faults.push({ times: 1, exit: 1, words: /^startvm/, stdout: started, done: true });
    good(await driver.start(id, never));
  }),
);

withGuest('a lock is waited for, and in the end it is said who may have it', () =>
  inVirtualBoxStandIn(inLocal)(async ({ driver, standIn, ...at }) => {
    const id = good(await driver.importAppliance(wishIn(at), never));
    const locked = ERROR(`The machine 'x' is already locked for a session (or being unlocked)`, 'VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)');
    const fault = { words: /^modifyvm .* --cpus/, stderr: locked, exit: 1 };
    standIn?.faults.push({ ...fault, times: 3 });
    good(await driver.configure(id, { cpus: 2 }, never));
    standIn?.faults.push({ ...fault, times: 1000 });
    const busy = await driver.configure(id, { cpus: 1 }, never);
    assert.ok(!busy.ok && busy.error.code === 'machine-busy');
    standIn?.faults.splice(0);
  }),
);

withGuest('a machine of the same name that is not ours is left alone, and seen by nobody', () =>
  inVirtualBoxStandIn(inLocal)(async ({ driver, standIn, owner, ...at }) => {
    const ours = good(await driver.importAppliance(wishIn({ owner, ...at }), never));
    const theirs = standIn?.machines.find(({ uuid }) => uuid === ours);
    if (theirs) Object.assign(theirs, { name: 'haskell-build', extra: {} });
    const wish = wishIn({ owner, ...at }, { name: 'haskell-build' });
    const taken = await driver.importAppliance(wish, never);
    assert.ok(!taken.ok && taken.error.code === 'machine-foreign', JSON.stringify(taken));
    assert.equal(
      good(await driver.listOwned(owner, never)).filter(({ whole }) => whole),
      [],
    );
    const refused = await driver.destroy(ours, owner, never);
    assert.ok(!refused.ok && refused.error.code === 'machine-foreign');
    assert.is(standIn?.machines.length, 1);
    standIn?.machines.splice(0);
    for (const { id } of good(await driver.listOwned(owner, never))) good(await driver.destroy(id, owner, never));
  }),
);

withGuest('a bridged guest is reached by the address that it says it has', () =>
  inVirtualBoxStandIn(inLocal)(async ({ driver, standIn, ...at }) => {
    const id = good(await driver.importAppliance(wishIn(at), never));
    const [bridge] = good(await driver.bridges(never));
    good(await driver.configure(id, { network: { is: 'bridged', adapter: bridge?.name ?? '' } }, never));
    good(await driver.start(id, never));
    const machine = standIn?.machines[0];
    if (machine) Object.assign(machine, { state: 'running', next: undefined });
    standIn?.faults.push({ words: /^guestproperty/, times: 1, exit: 0, stdout: 'No value set!\r\n' });
    assert.is(good(await driver.endpoint(id, 22, never)), undefined);
    standIn?.faults.push({ words: /^guestproperty/, times: 1, exit: 0, stdout: 'Value: 0.0.0.0\r\n' });
    assert.is(good(await driver.endpoint(id, 22, never)), undefined);
    assert.equal(good(await driver.endpoint(id, 22, never)), { address: '192.168.1.77', port: 22 });
  }),
);

withGuest("a guest reaches its computer's loopback by NAT: since 7.0 it must be allowed to, and before nobody knows how", () =>
  inVirtualBoxStandIn(inLocal)(async ({ driver, standIn, ...at }) => {
    for (const [version, expected] of [
      ['6.1.50r161033', undefined],
      ['7.0.10r158379', true],
      ['10.0.2r1', true],
    ] as const) {
      Object.assign(standIn ?? {}, { version });
      const id = good(await driver.importAppliance(wishIn(at), never));
      assert.is(standIn?.machines[0]?.reachesLoopback, expected, version);
      good(await driver.destroy(id, at.owner, never));
    }
  }),
);

withGuest('without VBoxManage it is said, and where', () =>
  inVirtualBoxStandIn(inLocal, (real) => ({
    ...real,
    run: (words, streams) =>
      real.run(
        words.map((word) => (word.endsWith('VBoxManage stand-in') ? 'no-such-VBoxManage' : word)),
        streams,
      ),
  }))(async ({ driver }) => {
    const probed = await driver.probe(never);
    assert.ok(!probed.ok && probed.error.code === 'hypervisor-unfit');
    assert.match(probed.error.message, /there is no .*VBoxManage stand-in/);
  }),
);

withGuest('a machine may be called almost as an unfinished one is', () =>
  inVirtualBoxStandIn(inLocal)(async (at) => {
    const { driver, owner } = at;
    const wish = wishIn(at, { name: `sbx-build.${owner}` });
    const id = good(await driver.importAppliance(wish, never));
    assert.is(good(await driver.importAppliance(wish, never)), id);
    good(await driver.settings(id, never));
    assert.equal(
      good(await driver.listOwned(owner, never)).map(({ name, whole }) => ({ name, whole })),
      [{ name: wish.name, whole: true }],
    );
    assert.is(good(await driver.destroy(id, owner, never)), 'destroyed');
    assert.equal(good(await driver.listOwned(owner, never)), []);
  }),
);

test.run();
