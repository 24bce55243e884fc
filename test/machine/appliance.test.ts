import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../lib/base/result.ts';
import { bytesOn, type OpenBytes } from '../../lib/machine/appliance/bytes.ts';
import { inspectAppliance } from '../../lib/machine/appliance/inspect.ts';
import { hypervisorIn } from '../../lib/machine/hypervisor.ts';
import { inLocal } from '../contract/places.ts';
import { type Member, manifest, ova, ovf, tar, vmdk } from '../rig/ova.ts';

const never = new AbortController().signal;

/** Files that lie in memory; a name that stands for a link or a device is `special`. */
function inMemory(files: Readonly<Record<string, Uint8Array | 'special'>>): OpenBytes {
  return async (path) => {
    const content = files[path];
    if (content === undefined || content === 'special') return ok(content);
    return ok({
      size: content.length,
      read: async (offset, length) => ok(content.subarray(offset, offset + length)),
      digest: async (offset, length, algorithm) =>
        ok(
          createHash(algorithm)
            .update(content.subarray(offset, offset + length))
            .digest('hex'),
        ),
    });
  };
}

const inspect = (archive: Uint8Array | 'special', path = '/a/box.ova') => inspectAppliance(inMemory({ [path]: archive }), path);

const box = { name: 'box.ovf', content: Buffer.from(ovf()) };
const disk = { name: 'disk.vmdk', content: vmdk() };
const file = (name: string, content: string | Uint8Array = 'x'): Member => ({ name, content: Buffer.from(content) });
const swapped = (from: string | RegExp, to: string): Buffer => {
  const text = ovf().replace(from, to);
  if (text === ovf()) throw new Error(`${from} is not in it`);
  return ova({ ovf: text });
};
const descriptor = (...lines: readonly string[]): Buffer =>
  ova({ disk: vmdk({ description: ['# Disk DescriptorFile', 'CID=1', ...lines].join('\n') }) });
const sparse = 'RW 2048 SPARSE "disk.vmdk"';
const deep = `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`;
const secondSystem = ovf().match(/<VirtualSystem [\s\S]*<\/VirtualSystem>/)?.[0] ?? '';
const broken = (at: number, byte: number): Buffer => {
  const archive = ova();
  archive[at] = byte;
  return archive;
};

const HOSTILE: Readonly<Record<string, readonly [Uint8Array | 'special', RegExp]>> = {
  'no archive': [Buffer.from('x'.repeat(2000)), /no tar archive/],
  'compressed as a whole': [Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), Buffer.alloc(2000, 7)]), /no tar archive/],
  'empty file': [Buffer.alloc(0), /ends in the middle/],
  'archive of nothing': [tar([]), /not its description/],
  'a device or a link': ['special', /no plain file/],
  'cut off in a disk': [ova().subarray(0, 20_000), /ends within "disk\.vmdk"/],
  'cut off before its end': [tar([box, disk]).subarray(0, -1024), /ends in the middle/],
  'a damaged header': [broken(3, 0x7a), /checksum/],
  'a size that is no number': [tar([{ ...box, size: Number.NaN }, disk]), /size of "box\.ovf"/],
  'a size beyond its end': [tar([box, { ...disk, size: 2 ** 32 }]), /ends within/],
  'description not first': [tar([disk, box]), /first file/],
  'a name that goes up': [ova({ more: [file('../box2')] }), /leads out/],
  'an absolute name': [ova({ more: [file('/etc/cron.d/x')] }), /leads out/],
  'a folder in a name': [ova({ more: [file('a/b')] }), /leads out/],
  'a backslash in a name': [ova({ more: [file('..\\x')] }), /leads out/],
  'the parent itself': [ova({ more: [file('..')] }), /no name for a file/],
  'an option for a name': [ova({ more: [file('-rf')] }), /no name for a file/],
  'a control character in a name': [ova({ more: [file('a\nb')] }), /no name for a file/],
  'a drive letter': [ova({ more: [file('c:x')] }), /no name for a file/],
  'a symbolic link': [ova({ more: [{ ...file('l', ''), type: '2', link: '/etc/passwd' }] }), /no plain file/],
  'a hard link': [ova({ more: [{ ...file('l', ''), type: '1', link: 'disk.vmdk' }] }), /no plain file/],
  'a device': [ova({ more: [{ ...file('d', ''), type: '3' }] }), /no plain file/],
  'a folder': [ova({ more: [{ ...file('d', ''), type: '5' }] }), /no plain file/],
  'a long name by an extra member': [ova({ more: [{ ...file('././@LongLink', 'x'), type: 'L' }] }), /no plain file/],
  'pax headers': [ova({ more: [{ ...file('x', '20 path=../../evil\n'), type: 'x' }] }), /no plain file/],
  'two files of one name': [ova({ more: [disk] }), /"disk\.vmdk" twice/],
  'names that differ by case': [ova({ more: [file('DISK.vmdk')] }), /"DISK\.vmdk" twice/],
  'names that differ by Unicode form': [ova({ more: [file('\u00e9'), file('e\u0301')] }), /twice/],
  'too many files': [tar([box, ...Array.from({ length: 70 }, (_, n) => file(`f${n}`))]), /more than 64/],
  'a file that nothing refers to': [ova({ more: [file('extra.sh')] }), /nothing in it refers/],
  'a disk that is missing': [tar([box]), /not there/],
  'a disk of another size': [ova({ ovf: ovf({ size: 1000 }) }), /has not the size/],
  'a disk outside': [swapped('href="disk.vmdk"', 'href="../../etc/shadow"'), /leads out/],
  'a disk by URL': [swapped('href="disk.vmdk"', 'href="http://x.example/d.vmdk"'), /leads out/],
  'a compressed disk': [swapped('ovf:size=', 'ovf:compression="gzip" ovf:size='), /compressed/],
  'a disk in pieces': [swapped('ovf:size=', 'ovf:chunkSize="10" ovf:size='), /in pieces/],
  'two references to one file': [swapped('<References>', '<References><File ovf:id="f2" ovf:href="disk.vmdk"/>'), /twice/],
  'one disk twice': [swapped(/<Disk [^>]*>/, '$&$&'), /twice/],
  'one disk on two controllers': [swapped(/<Item><rasd:HostResource>.*?<\/Item>/, '$&$&'), /twice/],
  'a disk that builds on another': [swapped('ovf:diskId', 'ovf:parentRef="x" ovf:diskId'), /only what another/],
  'a disk that is not in it': [swapped('/disk/vmdisk1', '/disk/other'), /not in the appliance/],
  'a device of the host as a disk': [swapped('/disk/vmdisk1', '/dev/sda'), /not in the appliance/],
  'no disk': [swapped(/<Item><rasd:HostResource>.*?<\/Item>/, ''), /0 of 1 disks/],
  'a disk of no size': [ova({ ovf: ovf({ capacity: 0 }) }), /no size/],
  'a disk of a petabyte': [ova({ ovf: ovf({ capacity: 2 ** 50 }) }), /no size/],
  'a disk that is larger than said': [ova({ disk: vmdk({ sectors: 2 ** 40 }) }), /larger than the appliance says/],
  'a disk of another kind': [swapped('http://www.vmware.com/interfaces/specifications/vmdk.html', 'http://x'), /no VMDK/],
  'a qcow2 with the name of a VMDK': [ova({ disk: vmdk({ magic: 'QFI\xfb' }) }), /no VMDK/],
  'a description of files elsewhere': [ova({ disk: vmdk({ sectors: 0 }) }), /elsewhere/],
  'a disk with a parent': [descriptor('parentCID=12345678', 'createType="streamOptimized"', sparse), /only what another/],
  'a disk with a hint to a parent': [
    descriptor('parentCID=ffffffff', 'parentFileNameHint="/etc/shadow"', 'createType="streamOptimized"', sparse),
    /only what another/,
  ],
  'a flat disk': [descriptor('createType="monolithicFlat"', 'RW 2048 FLAT "/etc/shadow" 0'), /names other files/],
  'an extent of another kind': [descriptor('createType="streamOptimized"', 'RW 2048 FLAT "/etc/shadow" 0'), /names other files/],
  'two extents': [descriptor('createType="monolithicSparse"', sparse, sparse), /names other files/],
  'no CPU': [ova({ ovf: ovf({ cpus: 0 }) }), /CPUs/],
  'CPUs without end': [ova({ ovf: ovf({ cpus: '9'.repeat(30) }) }), /CPUs/],
  'a negative memory': [ova({ ovf: ovf({ memory: -1 }) }), /memory/],
  'memory without end': [ova({ ovf: ovf({ memory: 2 ** 40 }) }), /memory/],
  'two machines': [ova({ ovf: ovf().replace('</Envelope>', `${secondSystem}</Envelope>`) }), /one machine/],
  'a name for the terminal': [ova({ ovf: ovf({ name: 'a&#27;[2J' }) }), /reference/],
  'a name with a mark that turns text': [ova({ ovf: ovf({ name: 'a\u202eb' }) }), /no name/],
  'a document type': [ova({ ovf: ovf({ before: '<!DOCTYPE x [<!ENTITY a "b">]>' }) }), /not taken/],
  'an entity': [ova({ ovf: ovf({ name: '&xxe;' }) }), /&xxe;/],
  'a bare ampersand': [ova({ ovf: ovf({ name: 'a & b' }) }), /reference/],
  'a processing instruction': [ova({ ovf: ovf({ before: '<?php x?>' }) }), /not taken/],
  'elements without end': [ova({ ovf: ovf({ before: deep }) }), /deeper than/],
  'elements by the thousand': [swapped('<References>', `<References>${'<a/>'.repeat(20_000)}`), /more than 10000/],
  'namespaces by the thousand': [
    swapped('<References>', `<References ${Array.from({ length: 100 }, (_, n) => `xmlns:n${n}="u"`).join(' ')}>`),
    /namespaces/,
  ],
  'an element that is not closed': [swapped('</References>', ''), /closes nothing/],
  'an attribute twice': [swapped('ovf:size=', 'ovf:id="x" ovf:size='), /twice/],
  'a prefix without meaning': [swapped('<References>', '<References><q:File/>'), /what q: means/],
  'another vocabulary': [swapped('xmlns="http://schemas.dmtf.org/ovf/envelope/1"', 'xmlns="urn:x"'), /no OVF/],
  'a description of two megabytes': [ova({ ovf: ovf({ before: `<!--${' '.repeat(2 ** 21)}-->` }) }), /larger than 1 MiB/],
  'a description that is not UTF-8': [tar([{ name: 'box.ovf', content: Buffer.from([0xff, 0xfe]) }, disk]), /not UTF-8/],
  'a wrong digest': [ova({ mf: manifest([box, { ...disk, content: Buffer.from('other') }]) }), /not what its manifest says/],
  'a wrong old digest': [ova({ mf: manifest([{ ...box, content: disk.content }, disk], 'sha1') }), /not what its manifest says \(sha1\)/],
  'a manifest without the disk': [ova({ mf: manifest([box]) }), /does not name "disk\.vmdk"/],
  'a manifest without the description': [ova({ mf: manifest([disk]) }), /does not name "box\.ovf"/],
  'an empty manifest': [ova({ mf: '' }), /does not name/],
  'a manifest of other files': [ova({ mf: manifest([box, disk, file('/etc/passwd')]) }), /no file of it/],
  'a manifest with one file twice': [ova({ mf: manifest([box, disk, disk]) }), /twice/],
  'a manifest of another kind': [ova({ mf: 'MD5 (box.ovf) = 00\n' }), /its manifest has the line/],
};

test('an appliance is read: name, disks and where they lie, CPUs, memory, adapters', async () => {
  const read = await inspect(ova());
  assert.ok(read.ok, JSON.stringify(read));
  const { disks, ...rest } = read.value;
  assert.equal(rest, { path: '/a/box.ova', name: 'box', cpus: 2, memory: 256, nics: ['NAT'], verified: true });
  assert.is(disks.length, 1);
  const [only] = disks;
  assert.equal(
    { ...only, offset: 0 },
    { id: 'vmdisk1', file: 'disk.vmdk', path: '/a/box.ova', offset: 0, size: 65_536, capacity: 2 ** 20 },
  );
  assert.equal(
    ova()
      .subarray(only?.offset, (only?.offset ?? 0) + 4)
      .toString(),
    'KDMV',
  );
});

test('what tools write otherwise is read as well', async () => {
  for (const [what, archive] of Object.entries({
    'old digests': ova({ mf: manifest([box, disk], 'sha1') }),
    'digests without blanks, with CR': ova({ mf: manifest([box, disk]).replaceAll(' ', '').replaceAll('\n', '\r\n') }),
    'capacity in another unit': swapped('ovf:capacity="1048576"', 'ovf:capacity="1" ovf:capacityAllocationUnits="byte * 2^20"'),
    'memory in another unit': swapped('MegaBytes', 'byte * 2^20'),
    'the other form of a disk': swapped('/disk/vmdisk1', 'ovf:/disk/vmdisk1'),
    'text that is quoted as a whole': swapped('<Info>A machine</Info>', '<Info><![CDATA[<b> & </b>]]></Info><!-- <b> -->'),
    'a byte order mark': ova({ ovf: `\uFEFF${ovf()}` }),
  })) {
    const read = await inspect(archive);
    assert.ok(read.ok && read.value.verified, `${what}: ${JSON.stringify(read)}`);
  }
  const bare = await inspect(ova({ mf: false }));
  assert.ok(bare.ok && !bare.value.verified, 'no manifest: read, and said');
});

test('at least 60 hostile appliances are refused, each for its own reason', async () => {
  assert.ok(Object.keys(HOSTILE).length >= 60);
  for (const [what, [archive, why]] of Object.entries(HOSTILE)) {
    const read = await inspect(archive);
    assert.ok(!read.ok, `${what}: taken`);
    assert.is(read.error.code, 'appliance-refused', what);
    assert.match(read.error.message, why, what);
  }
});

test('an appliance that is missing is said to be', async () => {
  const read = await inspectAppliance(inMemory({}), '/a/box.ova');
  assert.ok(!read.ok && read.error.code === 'appliance-missing');
  assert.not((await inspect(ova(), '/a/box.zip')).ok);
});

test('one byte that is changed anywhere in what counts is seen', async () => {
  const whole = ova();
  const end = whole.length - 1024;
  let seen = 0;
  let tried = 0;
  // Beyond the files lie the padding of tar and fields of its headers that nobody uses.
  for (let at = 512; at < end; at += 97) {
    const inDisk = at > 8000 && at < 60_000;
    const inText = at < 512 + box.content.length;
    if (!inDisk && !inText) continue;
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] as number) ^ 1;
    tried += 1;
    if (!(await inspect(changed)).ok) seen += 1;
  }
  assert.ok(tried > 400);
  assert.is(seen, tried);
});

test('files of the computer: an .ova, and an .ovf with files beside it; links are none of them', () =>
  inLocal(async ({ session, folder }) => {
    const open = bytesOn(hypervisorIn('local', session), never);
    const archive = join(folder, "it's a box.ova");
    writeFileSync(archive, ova());
    const packed = await inspectAppliance(open, archive);
    assert.ok(packed.ok && packed.value.verified, JSON.stringify(packed));
    const [within] = packed.value.disks;
    assert.equal([within?.path, within?.size], [archive, 65_536]);

    const files = [box, disk];
    for (const { name, content } of files) writeFileSync(join(folder, name), content);
    writeFileSync(join(folder, 'box.mf'), manifest(files));
    const beside = await inspectAppliance(open, join(folder, 'box.ovf'));
    assert.ok(beside.ok && beside.value.verified, JSON.stringify(beside));
    assert.equal([beside.value.disks[0]?.path, beside.value.disks[0]?.offset], [join(folder, 'disk.vmdk'), 0]);
    writeFileSync(join(folder, 'disk.vmdk'), Buffer.alloc(65_536));
    assert.not((await inspectAppliance(open, join(folder, 'box.ovf'))).ok);

    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other/box.ovf'), box.content);
    writeFileSync(join(folder, 'real.vmdk'), disk.content);
    symlinkSync('../real.vmdk', join(folder, 'other/disk.vmdk'));
    const linked = await inspectAppliance(open, join(folder, 'other/box.ovf'));
    assert.ok(!linked.ok && linked.error.code === 'appliance-refused');
    const missing = await inspectAppliance(open, join(folder, 'no.ova'));
    assert.ok(!missing.ok && missing.error.code === 'appliance-missing');
  }));

test.run();
