// What VBoxManage says and does. It is a stand-in, and none for VirtualBox: it prints what VBoxManage of VirtualBox 5 to 7 prints (from its sources, and from those of
// Vagrant and Packer), keeps state between calls, takes its time, holds locks after a machine went off, and fails as it is told to. It runs nothing.

import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isOff, type Machine, type State, settle, turn } from './state.ts';

/** Ends the call as VBoxManage does. */
class Refusal extends Error {
  constructor(message: string, code = 'VBOX_E_FILE_ERROR (0x80bb0004)') {
    super(
      `VBoxManage: error: ${message}\nVBoxManage: error: Details: code ${code}, component MachineWrap, interface IMachine, callee nsISupports\n`,
    );
  }
}

const LOCKED = 'VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)';
const BRIDGES = ['en0: Wi-Fi (AirPort)', 'Intel(R) Ethernet Connection I219-LM #2', 'eth0'];

function find({ machines }: State, id = ''): Machine {
  const found = machines.find(({ uuid, name }) => uuid === id || name === id);
  if (found === undefined) throw new Refusal(`Could not find a registered machine named '${id}'`, 'VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)');
  return found;
}

function held(machine: Machine): Machine {
  if (!isOff(machine.state) || Date.now() < machine.locked)
    throw new Refusal(`The machine '${machine.name}' is already locked for a session (or being unlocked)`, LOCKED);
  return machine;
}

function option(words: readonly string[], name: string): string {
  const at = words.indexOf(name);
  return at < 0 ? '' : (words[at + 1] ?? '');
}

/** The description and the disks of an .ova, found as crudely as a stand-in may. */
function appliance(path: string) {
  if (!existsSync(path)) throw new Refusal(`Could not open the OVF file '${path}' (VERR_FILE_NOT_FOUND)`);
  const archive = readFileSync(path);
  const text = archive.toString('latin1');
  const field = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
  const disk = text.indexOf('KDMV');
  const quantity = (type: number): number =>
    Number(field(new RegExp(`<rasd:ResourceType>${type}</rasd:ResourceType><rasd:VirtualQuantity>(\\d+)`)));
  return {
    name: field(/<VirtualSystem ovf:id="([^"]*)"/),
    file: field(/ovf:href="([^"]*)"/),
    cpus: quantity(3),
    memory: quantity(4),
    isReadable: archive[disk + 77] === 1, // compressed, as streamOptimized is
  };
}

function imported(state: State, words: readonly string[]): string {
  const { name, file, cpus, memory, isReadable } = appliance(words[1] ?? '');
  const interpreted = `0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\r\nInterpreting ${words[1]}...\r\nOK.\r\n`;
  if (words.includes('-n'))
    return `${interpreted}Disks:\r\n  vmdisk1\t1048576\t-1\thttp://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized\t${file}\t-1\t-1\t\r\n\r\nVirtual system 0:\r
 0: Suggested OS type: "Other_64"\r
    (change with "--vsys 0 --ostype <type>"; use "list ostypes" to list all possible values)\r
 1: Suggested VM name "${name}"\r
    (change with "--vsys 0 --vmname <name>")\r
 5: Number of CPUs: ${cpus}\r
    (change with "--vsys 0 --cpus <n>")\r
 7: Network adapter: orig NAT, config 3, extra slot=0;type=NAT\r
 8: IDE controller, type PIIX4\r
    (disable with "--vsys 0 --unit 8 --ignore")\r
 9: Hard disk image: source image=${file}, target path=${file}, controller=8;channel=0\r
    (change target path with "--vsys 0 --unit 9 --disk path";\r
    disable with "--vsys 0 --unit 9 --ignore")\r\n`;
  const called = option(words, '--vmname') || name;
  if (state.machines.some((one) => one.name === called))
    throw new Refusal(`Machine settings file '/vms/${called}/${called}.vbox' already exists`);
  if (option(words, '--unit') !== '9') throw new Refusal('Option "--disk" requires the unit of a disk', 'E_INVALIDARG (0x80070057)');
  if (!isReadable) throw new Refusal(`Appliance import failed: could not read the VMDK '${file}' (VERR_ZIP_CORRUPTED)`);
  const disk = option(words, '--disk');
  if (existsSync(disk)) throw new Refusal(`Destination file '${disk}' already exists`);
  mkdirSync(dirname(disk), { recursive: true });
  copyFileSync(words[1] ?? '', disk);
  state.machines.push({
    ...{
      uuid: randomUUID(),
      name: called,
      cpus,
      memory,
      nic: 'nat',
      adapter: '',
      rules: [],
      disks: [disk],
      shares: {},
      extra: {},
      snapshots: [],
    },
    ...{ slots: { 'IDE-0-0': disk, 'IDE-0-1': 'none', 'IDE-1-0': 'emptydrive', 'IDE-1-1': 'none' }, deaf: name === 'deaf' },
    ...{ state: 'poweroff', turns: 0, locked: Date.now() + 100 },
  });
  return `${interpreted}Successfully imported the appliance.\r\n`;
}

function info(machine: Machine): string {
  const lines: [string, string | number][] = [
    ['name', `"${machine.name}"`],
    ['UUID', `"${machine.uuid}"`],
    ['CfgFile', `"/vms/${machine.name}/${machine.name}.vbox"`],
    ['memory', machine.memory],
    ['cpus', machine.cpus],
    ['VMState', `"${machine.state}"`],
    ['VMStateChangeTime', '"2026-01-01T00:00:00.000000000"'],
    ['storagecontrollername0', '"IDE"'],
    ['storagecontrollertype0', '"PIIX4"'],
    ['storagecontrollerportcount0', '"2"'],
    ...Object.entries(machine.slots).map(([slot, medium]): [string, string] => [`"${slot}"`, `"${medium}"`]),
    ['nic1', `"${machine.nic}"`],
    ...(machine.nic === 'bridged' ? [['bridgeadapter1', `"${machine.adapter}"`] as [string, string]] : []),
    ...machine.rules.map((rule, n): [string, string] => [`Forwarding(${n})`, `"${rule}"`]),
    ...Object.keys(machine.shares).map((name, n): [string, string] => [`SharedFolderNameMachineMapping${n + 1}`, `"${name}"`]),
    ...machine.snapshots.map(({ name }, n): [string, string] => [`SnapshotName${'-1'.repeat(n)}`, `"${name}"`]),
  ];
  return `${lines.map((pair) => pair.join('=')).join('\r\n')}\r\n`;
}

function modify(state: State, words: readonly string[]): string {
  const machine = held(find(state, words[1]));
  const named = option(words, '--name');
  if (named !== '' && state.machines.some((one) => one.name === named && one !== machine))
    throw new Refusal(
      `Could not rename the directory '/vms/${machine.name}' to '/vms/${named}' to save the settings file (VERR_ALREADY_EXISTS)`,
    );
  if (named !== '') machine.name = named;
  if (option(words, '--cpus') !== '') machine.cpus = Number(option(words, '--cpus'));
  if (option(words, '--memory') !== '') machine.memory = Number(option(words, '--memory'));
  if (option(words, '--nic1') !== '') machine.nic = option(words, '--nic1');
  if (option(words, '--bridgeadapter1') !== '') machine.adapter = option(words, '--bridgeadapter1');
  if (option(words, '--uartmode1') === 'file') machine.uart = words[words.indexOf('--uartmode1') + 2] ?? '';
  const loopback = option(words, '--nat-localhostreachable1');
  if (loopback !== '' && Number.parseInt(state.version, 10) < 7)
    throw new Refusal(`Unknown option: --nat-localhostreachable1`, 'E_INVALIDARG');
  if (loopback !== '') machine.reachesLoopback = loopback === 'on';
  for (const [n, word] of words.entries()) {
    if (word !== '--natpf1') continue;
    const rule = words[n + 1] ?? '';
    if (rule === 'delete') {
      const name = words[n + 2] ?? '';
      if (!machine.rules.some((one) => one.startsWith(`${name},`)))
        throw new Refusal(`No redirect rule '${name}'`, 'E_INVALIDARG (0x80070057)');
      machine.rules = machine.rules.filter((one) => !one.startsWith(`${name},`));
    } else {
      if (machine.rules.some((one) => one.split(',')[0] === rule.split(',')[0]))
        throw new Refusal('A NAT rule of this name already exists', 'E_INVALIDARG (0x80070057)');
      machine.rules.push(rule);
    }
  }
  return '';
}

function control(state: State, words: readonly string[]): string {
  const [, id = ''] = words;
  const machine = find(state, id);
  const bar = '0%...10%...20%...30%...40%...50%...60%...70%...80%...90%...100%\r\n';
  if (words[0] === 'startvm') {
    held(machine);
    if (machine.nic === 'bridged' && !BRIDGES.includes(machine.adapter))
      throw new Refusal(
        `Nonexistent host networking interface, name '${machine.adapter}' (VERR_INTERNAL_ERROR)`,
        'NS_ERROR_FAILURE (0x80004005)',
      );
    turn(machine, machine.state === 'saved' ? 'restoring' : 'starting', 'running');
    if (machine.uart !== undefined) writeFileSync(machine.uart, 'ready\n');
    return `Waiting for VM "${id}" to power on...\r\nVM "${id}" has been successfully started.\r\n`;
  }
  if (isOff(machine.state)) throw new Refusal(`Machine '${machine.name}' is not currently running`, 'VBOX_E_INVALID_VM_STATE (0x80bb0002)');
  if (words[2] === 'poweroff') turn(machine, 'stopping', 'poweroff');
  else if (words[2] === 'acpipowerbutton' && !machine.deaf) turn(machine, 'running', 'poweroff');
  else if (words[2] === 'resume') turn(machine, 'paused', 'running');
  return words[2] === 'poweroff' ? bar : '';
}

function snapshot(state: State, words: readonly string[]): string {
  const machine = find(state, words[1]);
  const name = words[3] ?? '';
  if (words[2] === 'take') {
    machine.snapshots.push({ name, hasMemory: !isOff(machine.state) });
    return '0%...100%\r\nSnapshot taken. UUID: 1bfd7bb1-0e92-4b1c-9a36-6c3a2c0c9a55\r\n';
  }
  const found = machine.snapshots.find((one) => one.name === name);
  if (found === undefined) throw new Refusal(`Could not find a snapshot named '${name}'`, 'VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)');
  if (words[2] === 'delete') {
    machine.snapshots = machine.snapshots.filter((one) => one.name !== name);
    return '0%...100%\r\n';
  }
  held(machine);
  machine.state = found.hasMemory ? 'saved' : 'poweroff';
  machine.locked = Date.now() + 100;
  return `Restoring snapshot '${name}'\r\n0%...100%\r\n`;
}

function cloned(state: State, words: readonly string[]): string {
  const base = find(state, words[1]);
  if (!base.snapshots.some(({ name }) => name === option(words, '--snapshot')))
    throw new Refusal('Could not find a snapshot', 'VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)');
  const name = option(words, '--name');
  if (state.machines.some((one) => one.name === name))
    throw new Refusal(`Machine settings file '/vms/${name}/${name}.vbox' already exists`);
  const rest = structuredClone(base); // rules and extra data too
  state.machines.push({
    ...rest,
    uuid: randomUUID(),
    name,
    snapshots: [],
    disks: [],
    base: base.uuid,
    state: 'poweroff',
    locked: 0,
  });
  return `0%...100%\r\nMachine has been successfully cloned as "${name}"\r\n`;
}

function unregistered(state: State, id: string): string {
  const machine = find(state, id);
  if (!isOff(machine.state) || Date.now() < machine.locked)
    throw new Refusal(`Cannot unregister the machine '${machine.name}' while it is locked`, LOCKED);
  state.machines = state.machines.filter((one) => one !== machine);
  if (state.machines.some(({ base }) => base === machine.uuid))
    throw new Refusal('Cannot close medium because it has 1 child media', 'VBOX_E_OBJECT_IN_USE (0x80bb000c)');
  for (const disk of machine.disks) rmSync(disk, { force: true });
  return '0%...100%\r\n';
}

function answer(state: State, words: readonly string[]): string {
  const id = words[1] ?? '';
  switch (words[0]) {
    case '--version':
      return `WARNING: The vboxdrv kernel module is not loaded.\r\n${state.version}\r\n`;
    case 'list':
      if (id === 'vms') return state.machines.map(({ name, uuid }) => `"${name}" {${uuid}}\r\n`).join('');
      return BRIDGES.map(
        (name, n) =>
          `Name:            ${name}\r\nGUID:            30687465-0000-4000-8000-00000000000${n}\r\nDHCP:            Disabled\r\nIPAddress:       192.168.1.2${n}\r\nMediumType:      Ethernet\r\nWireless:        ${n === 0 ? 'Yes' : 'No'}\r\nStatus:          ${n === 2 ? 'Down' : 'Up'}\r\nVBoxNetworkName: HostInterfaceNetworking-${name}\r\n`,
      ).join('\r\n');
    case 'import':
      return imported(state, words);
    case 'showvminfo':
      return words.includes('--log') ? '00:00:00.1 VirtualBox VM 7.0.10\r\n' : info(find(state, id));
    case 'getextradata': {
      const { extra } = find(state, id);
      if (words[2] === 'enumerate')
        return Object.entries(extra)
          .map(([key, value]) => `Key: ${key}, Value: ${value}\r\n`)
          .join('');
      const value = extra[words[2] ?? ''];
      return value ? `Value: ${value}\r\n` : 'No value set!\r\n';
    }
    case 'setextradata':
      // None is one that is not there.
      if (words[3]) find(state, id).extra[words[2] ?? ''] = words[3];
      else delete find(state, id).extra[words[2] ?? ''];
      return '';
    case 'guestproperty':
      return find(state, words[2]).state === 'running' ? 'Value: 192.168.1.77\r\n' : 'No value set!\r\n';
    case 'modifyvm':
      return modify(state, words);
    case 'startvm':
    case 'controlvm':
      return control(state, words);
    case 'snapshot':
      return snapshot(state, words);
    case 'clonevm':
      return cloned(state, words);
    case 'unregistervm':
      return unregistered(state, id);
    case 'storageattach':
      // A disc can be changed while it runs.
      find(state, id).slots[`${option(words, '--storagectl')}-${option(words, '--port')}-${option(words, '--device')}`] = option(
        words,
        '--medium',
      );
      return '';
    case 'sharedfolder': {
      const { shares } = held(find(state, words[2]));
      if (id === 'remove') delete shares[option(words, '--name')];
      else shares[option(words, '--name')] = option(words, '--hostpath');
      return '';
    }
    default:
      throw new Refusal(`Invalid command '${words[0]}'`, 'E_INVALIDARG (0x80070057)');
  }
}

/** How a call ends. */
export interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function callVBoxManage(state: State, words: readonly string[]): Answer {
  for (const machine of state.machines) settle(machine);
  const fault = state.faults.find(({ words: pattern, times }) => times > 0 && pattern.test(words.join(' ')));
  try {
    if (fault === undefined) return { exit: 0, stdout: answer(state, words), stderr: '' };
    fault.times -= 1;
    if (fault.done) answer(state, words);
    return { stdout: '', stderr: '', ...fault };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { exit: 1, stdout: '', stderr: error.message.replaceAll('\n', '\r\n') };
  }
}
