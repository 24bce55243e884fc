import { createHash } from 'node:crypto';

// Makes appliances, good ones and such as nobody should take.

export interface Member {
  readonly name: string;
  readonly content: Uint8Array;
  /** Of tar; default a plain file. */
  readonly type?: string;
  /** What the header says, where that is a lie. */
  readonly size?: number;
  readonly link?: string;
}

/** A tar archive in the format of VirtualBox (ustar), with whatever it is given in it. */
export function tar(members: readonly Member[]): Buffer {
  const blocks = members.flatMap(({ name, content, type = '0', size = content.length, link = '' }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, 'utf8');
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write(' '.repeat(8), 148);
    header.write(type, 156);
    header.write(link, 157, 100, 'utf8');
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** The beginning of a sparse VMDK: all that is looked at of one. */
export function vmdk({ sectors = 2048, description = DESCRIPTION, magic = 'KDMV' } = {}): Buffer {
  const disk = Buffer.alloc(65_536);
  disk.write(magic, 0, 'latin1');
  disk.writeUInt32LE(3, 4);
  disk.writeBigUInt64LE(BigInt(sectors), 12);
  disk.writeBigUInt64LE(1n, 28);
  disk.writeBigUInt64LE(20n, 36);
  disk.write(description, 512, 'latin1');
  return disk;
}

const DESCRIPTION = `# Disk DescriptorFile
version=1
CID=77ab1234
parentCID=ffffffff
createType="streamOptimized"
RW 2048 SPARSE "disk.vmdk"
ddb.adapterType = "ide"
`;

export interface OvfWish {
  readonly name?: string;
  readonly cpus?: number | string;
  /** MiB. */
  readonly memory?: number | string;
  readonly file?: string;
  readonly size?: number;
  readonly capacity?: number | string;
  readonly before?: string;
}

/** The description that VirtualBox writes, as far as it counts. */
export function ovf({
  name = 'box',
  cpus = 2,
  memory = 256,
  file = 'disk.vmdk',
  size = 65_536,
  capacity = 2 ** 20,
  before = '',
}: OvfWish = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${before}
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:xml="http://www.w3.org/XML/1998/namespace">
  <References><File ovf:id="file1" ovf:href="${file}" ovf:size="${size}"/></References>
  <DiskSection><Info>Disks</Info>
    <Disk ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:capacity="${capacity}" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection><Info>Networks</Info><Network ovf:name="NAT"><Description>as &quot;it&#32;was&quot; &amp; is</Description></Network></NetworkSection>
  <VirtualSystem ovf:id="${name}"><Info>A machine</Info>
    <VirtualHardwareSection><Info>Hardware</Info>
      <Item><rasd:ElementName>cpus</rasd:ElementName><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>${cpus}</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>${memory}</rasd:VirtualQuantity></Item>
      <Item><rasd:ElementName>controller</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceType>5</rasd:ResourceType></Item>
      <Item><rasd:HostResource>/disk/vmdisk1</rasd:HostResource><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <Item><rasd:Connection>NAT</rasd:Connection><rasd:ResourceType>10</rasd:ResourceType></Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** The manifest of files, as the tools write it. */
export function manifest(files: readonly Member[], algorithm: 'sha1' | 'sha256' = 'sha256'): string {
  const digest = (content: Uint8Array): string => createHash(algorithm).update(content).digest('hex');
  return files.map(({ name, content }) => `${algorithm.toUpperCase()} (${name}) = ${digest(content)}\n`).join('');
}

/** An appliance whose parts can each be another. */
export function ova(
  wish: { readonly ovf?: string; readonly disk?: Uint8Array; readonly mf?: string | false; readonly more?: readonly Member[] } = {},
): Buffer {
  const files: Member[] = [
    { name: 'box.ovf', content: Buffer.from(wish.ovf ?? ovf()) },
    { name: 'disk.vmdk', content: wish.disk ?? vmdk() },
  ];
  const mf = wish.mf === false ? [] : [{ name: 'box.mf', content: Buffer.from(wish.mf ?? manifest(files)) }];
  return tar([...files, ...mf, ...(wish.more ?? [])]);
}
