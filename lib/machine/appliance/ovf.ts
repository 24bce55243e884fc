import { err, ok, type Result } from '../../base/result.ts';
import { plainName } from './names.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** The description of one machine: what an .ovf says, nothing of it compared with files yet. */
export interface Ovf {
  readonly name: string;
  readonly cpus: number;
  /** MiB. */
  readonly memory: number;
  /** In the order of the machine's controllers. */
  readonly disks: readonly OvfDisk[];
  readonly nics: readonly string[];
  /** Every file that it refers to, with the size that it says. */
  readonly files: ReadonlyMap<string, number | undefined>;
}

export interface OvfDisk {
  readonly id: string;
  readonly file: string;
  /** Bytes. */
  readonly capacity: number;
}

const ENVELOPE = 'http://schemas.dmtf.org/ovf/envelope/1';
const VMDK = 'http://www.vmware.com/interfaces/specifications/vmdk.html';
const MOST = { disks: 16, nics: 36, cpus: 256, memory: 2 ** 22, capacity: 64 * 2 ** 40 } as const;
/** Numbers of CIM for what a machine has. */
const CPU = '3';
const MEMORY = '4';
const NIC = '10';
const DISK = '17';

/** Reads an .ovf of version 1 that describes one machine. */
export function readOvf(text: string): Result<Ovf, string> {
  const root = parseXml(text);
  if (!root.ok) return err(`its description is no XML that is taken: ${root.error}`);
  if (root.value.name !== 'Envelope' || root.value.space !== ENVELOPE) return err('its description is no OVF of version 1');
  const files = filesOf(root.value);
  if (!files.ok) return files;
  const disks = disksOf(root.value, files.value);
  if (!disks.ok) return disks;
  const [system, ...more] = of(root.value, 'VirtualSystem');
  if (system === undefined || more.length > 0 || of(root.value, 'VirtualSystemCollection').length > 0)
    return err('it does not describe one machine');
  const [hardware, ...others] = of(system, 'VirtualHardwareSection');
  if (hardware === undefined || others.length > 0) return err('it does not say what hardware the machine has');
  const name = of(system, 'Name')[0]?.text || (system.attributes.get('id') ?? '');
  if (name === '' || name.length > 200 || /\p{C}/u.test(name)) return err('the machine in it has no name that can be shown');
  const parts = hardwareOf(hardware, disks.value);
  if (!parts.ok) return parts;
  return ok({ name, ...parts.value, files: new Map([...files.value.values()].map(({ href, size }) => [href, size])) });
}

interface OvfFile {
  readonly href: string;
  readonly size: number | undefined;
}

function filesOf(root: XmlElement): Result<ReadonlyMap<string, OvfFile>, string> {
  const files = new Map<string, OvfFile>();
  const hrefs = new Set<string>();
  for (const file of of(root, 'References').flatMap((one) => of(one, 'File'))) {
    const id = file.attributes.get('id') ?? '';
    const href = plainName(file.attributes.get('href') ?? '');
    if (!href.ok) return href;
    if (files.has(id) || hrefs.has(href.value)) return err(`it refers to ${JSON.stringify(href.value)} or by ${JSON.stringify(id)} twice`);
    const written = file.attributes.get('size');
    const size = written === undefined ? undefined : whole(written, Number.MAX_SAFE_INTEGER);
    if (written !== undefined && size === undefined) return err(`the size of ${JSON.stringify(href.value)} is no number`);
    if (file.attributes.has('chunkSize') || !['', 'identity'].includes(file.attributes.get('compression') ?? ''))
      return err(`${JSON.stringify(href.value)} is compressed or in pieces, which is not read`);
    files.set(id, { href: href.value, size });
    hrefs.add(href.value);
  }
  return ok(files);
}

function disksOf(root: XmlElement, files: ReadonlyMap<string, OvfFile>): Result<ReadonlyMap<string, OvfDisk>, string> {
  const disks = new Map<string, OvfDisk>();
  const used = new Set<string>();
  for (const { attributes } of of(root, 'DiskSection').flatMap((one) => of(one, 'Disk'))) {
    const id = attributes.get('diskId') ?? '';
    const file = files.get(attributes.get('fileRef') ?? '')?.href;
    if (file === undefined) return err(`the disk ${JSON.stringify(id)} has no file`);
    if (disks.has(id) || used.has(file)) return err(`the disk ${JSON.stringify(id)} or its file is there twice`);
    if (attributes.has('parentRef')) return err(`the disk ${JSON.stringify(id)} is only what another one lacks`);
    if (!(attributes.get('format') ?? VMDK).startsWith(VMDK)) return err(`the disk ${JSON.stringify(id)} is no VMDK`);
    const unit = unitOf(attributes.get('capacityAllocationUnits') ?? 'byte');
    const count = whole(attributes.get('capacity') ?? '', Number.MAX_SAFE_INTEGER);
    if (unit === undefined || count === undefined || count * unit > MOST.capacity || count === 0)
      return err(`the disk ${JSON.stringify(id)} has no size from 1 byte to 64 TiB`);
    disks.set(id, { id, file, capacity: count * unit });
    used.add(file);
  }
  return ok(disks);
}

type Hardware = Pick<Ovf, 'cpus' | 'memory' | 'disks' | 'nics'>;

function hardwareOf(section: XmlElement, known: ReadonlyMap<string, OvfDisk>): Result<Hardware, string> {
  const parts = of(section, 'Item').map((one) => new Map(one.children.map(({ name, text }) => [name, text])));
  const kind = (type: string): readonly ReadonlyMap<string, string>[] => parts.filter((one) => one.get('ResourceType') === type);
  const cpus = whole(kind(CPU)[0]?.get('VirtualQuantity') ?? '1', MOST.cpus);
  const [ram] = kind(MEMORY);
  const unit = unitOf(ram?.get('AllocationUnits') ?? 'MegaBytes');
  const amount = whole(ram?.get('VirtualQuantity') ?? '', Number.MAX_SAFE_INTEGER);
  const memory = unit === undefined || amount === undefined ? 0 : Math.floor((amount * unit) / 2 ** 20);
  if (!cpus || kind(CPU).length > 1) return err(`the machine in it has not 1 to ${MOST.cpus} CPUs`);
  if (memory < 1 || memory > MOST.memory || kind(MEMORY).length > 1) return err('the machine in it has not 1 MiB to 4 TiB of memory');
  const disks: OvfDisk[] = [];
  for (const one of kind(DISK)) {
    const host = one.get('HostResource') ?? '';
    const disk = known.get(/^(?:ovf:)?\/disk\/(.+)$/.exec(host)?.[1] ?? '');
    if (disk === undefined) return err(`the machine in it has a disk ${JSON.stringify(host)} that is not in the appliance`);
    if (disks.includes(disk)) return err(`the machine in it has the disk ${JSON.stringify(disk.id)} twice`);
    disks.push(disk);
  }
  if (disks.length === 0 || disks.length < known.size || disks.length > MOST.disks)
    return err(`the machine in it has ${disks.length} of ${known.size} disks; it must have all, from 1 to ${MOST.disks}`);
  const nics = kind(NIC).map((one) => one.get('Connection') ?? '');
  return nics.length > MOST.nics ? err(`the machine in it has more than ${MOST.nics} network adapters`) : ok({ cpus, memory, disks, nics });
}

function of(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name && child.space === element.space);
}

function whole(text: string, most: number): number | undefined {
  return /^[0-9]{1,16}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

/** Bytes of a unit as OVF writes it: `byte * 2^20`, or the words of older tools. */
function unitOf(text: string): number | undefined {
  const power = /^byte(?:s)?(?: ?\* ?2\^([0-9]{1,2}))?$/.exec(text.trim());
  if (power) return 2 ** Number(power[1] ?? 0);
  return new Map([
    ['kilobytes', 2 ** 10],
    ['megabytes', 2 ** 20],
    ['gigabytes', 2 ** 30],
  ]).get(text.trim().toLowerCase());
}
