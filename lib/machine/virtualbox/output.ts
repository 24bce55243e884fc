import type { Bridge, MachineState } from '../../model/machine.ts';

// What VBoxManage prints, read. The examples in its tests are those of VirtualBox 5 to 7.

/** Lines `key="value"` or `key=value`, the key quoted where it has blanks. */
export function readInfo(text: string): ReadonlyMap<string, string> {
  const info = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, quoted, bare = '', value = ''] = /^(?:"([^"]*)"|([^="]+))=(.*)$/.exec(line) ?? [];
    const key = quoted ?? bare;
    if (key !== '') info.set(key, /^".*"$/.test(value) ? value.slice(1, -1) : value);
  }
  return info;
}

const STATES: ReadonlyMap<string, MachineState> = new Map([
  ...['poweroff', 'aborted', 'saved', 'aborted-saved'].map((word) => [word, 'off'] as const),
  ...['starting', 'restoring'].map((word) => [word, 'starting'] as const),
  ...['running', 'livesnapshotting', 'onlinesnapshotting', 'teleporting'].map((word) => [word, 'running'] as const),
  ...['stopping', 'saving'].map((word) => [word, 'stopping'] as const),
  ['paused', 'paused'],
]);

/** A guru meditation is `unknown`: it goes on only after a power-off. */
export function stateOf(info: ReadonlyMap<string, string>): MachineState {
  return STATES.get(info.get('VMState') ?? '') ?? 'unknown';
}

/** A rule of NAT, as its network has it. */
interface NatRule {
  readonly name: string;
  readonly host: number;
  readonly guest: number;
}

export function natRules(info: ReadonlyMap<string, string>): readonly NatRule[] {
  return [...info].flatMap(([key, value]) => {
    const [name = '', protocol, , host, , guest] = value.split(',');
    return /^Forwarding\(\d+\)$/.test(key) && protocol === 'tcp' ? [{ name, host: Number(host), guest: Number(guest) }] : [];
  });
}

/** Names of snapshots in the order of its tree, which is that of their making where none was restored. */
export function snapshotNames(info: ReadonlyMap<string, string>): readonly string[] {
  return [...info].flatMap(([key, value]) => (/^SnapshotName(?:-\d+)*$/.test(key) ? [value] : []));
}

/** Blocks with a blank line between; the name is the whole rest of its line, since adapters are called `en0: Wi-Fi (AirPort)`. */
export function readBridges(text: string): readonly Bridge[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const field = (key: string): string | undefined => new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(block)?.[1];
    const name = field('Name');
    return name ? [{ name, up: field('Status') === 'Up', wireless: field('Wireless') === 'Yes' }] : [];
  });
}

/** The units of hard disks in a dry import, by the names of their files in the appliance. */
export function diskUnits(text: string): ReadonlyMap<string, string> {
  const rows = text.matchAll(/^\s*(\d+): Hard disk image: source image=(.*?), target path=/gm);
  return new Map([...rows].map(([, unit = '', file = '']) => [file, unit]));
}

/** Where a disc can be put: a place that is free, or a further port of a controller that takes one. */
interface Slot {
  readonly controller: string;
  readonly port: number;
  readonly device: number;
  /** How many ports the controller must be given first. */
  readonly ports?: number;
}

interface Place extends Slot {
  readonly medium: string;
}

function places(info: ReadonlyMap<string, string>): readonly Place[] {
  const controllers = [...info].flatMap(([key, value]) => (key.startsWith('storagecontrollername') ? [value] : []));
  return controllers.flatMap((controller) =>
    [...info].flatMap(([key, medium]) => {
      const [, port, device] = key.startsWith(`${controller}-`) ? (/^-(\d+)-(\d+)$/.exec(key.slice(controller.length)) ?? []) : [];
      return device === undefined ? [] : [{ controller, port: Number(port), device: Number(device), medium }];
    }),
  );
}

export function slotOf(info: ReadonlyMap<string, string>, medium: (path: string) => boolean): Slot | undefined {
  return places(info).find((place) => medium(place.medium));
}

export function freeSlot(info: ReadonlyMap<string, string>): Slot | undefined {
  const free = places(info).find(({ medium }) => medium === 'none' || medium === 'emptydrive');
  if (free !== undefined) return free;
  const at = [...info].find(([key, value]) => key.startsWith('storagecontrollertype') && /AHCI|virtio/i.test(value))?.[0].slice(21);
  const controller = info.get(`storagecontrollername${at}`);
  if (controller === undefined) return undefined;
  const port = Number(info.get(`storagecontrollerportcount${at}`) ?? '1');
  return { controller, port, device: 0, ports: port + 1 };
}
