import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesOn } from '../../lib/machine/appliance/bytes.ts';
import { inspectAppliance } from '../../lib/machine/appliance/inspect.ts';
import { hypervisorIn } from '../../lib/machine/hypervisor.ts';
import { inLocal } from '../contract/places.ts';
import { type Ended, execute, REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { needing } from '../rig/needing.ts';

const EXPORT = join(REPOSITORY, 'recipes/debian-build/export-ova');
const MEBIBYTE = 2 ** 20;

const pack = (folder: string, ...args: readonly string[]): Promise<Ended> =>
  execute(EXPORT, args, { cwd: folder, home: folder, env: { CDPATH: '/' } });

async function packed(folder: string, ...args: readonly string[]): Promise<Buffer> {
  const { code, stdout, stderr } = await pack(folder, ...args);
  assert.equal([code, stdout, stderr], [0, '', '']);
  return readFileSync(join(folder, args[args.indexOf('--output') + 1] ?? ''));
}

needing('qemu-img')(
  'an image becomes an OVA that import takes, blanks in all its names; the same image and options are the same bytes',
  () =>
    inLocal(async ({ session, folder }) => {
      mkdirSync(join(folder, 'the images'));
      writeFileSync(join(folder, 'the images/a disk.raw'), Buffer.concat([randomBytes(MEBIBYTE), Buffer.alloc(2 * MEBIBYTE)]));
      const wish = ['--image', 'the images/a disk.raw', '--memory', '2048', '--cpus', '3'];
      const once = await packed(folder, ...wish, '--output', 'the images/My box.ova');
      const again = await packed(folder, ...wish, '--output', 'again.ova', '--name', 'My box');
      assert.ok(once.equals(again));
      assert.equal(readdirSync(join(folder, 'the images')).sort(), ['My box.ova', 'a disk.raw']);
      const read = await inspectAppliance(bytesOn(hypervisorIn('local', session), new AbortController().signal), join(folder, 'again.ova'));
      assert.ok(read.ok, JSON.stringify(read));
      const { name, cpus, memory, disks, verified } = read.value;
      assert.equal({ name, cpus, memory, verified }, { name: 'My box', cpus: 3, memory: 2048, verified: true });
      assert.equal(
        disks.map(({ file, capacity }) => [file, capacity]),
        [['My-box-disk1.vmdk', 3 * MEBIBYTE]],
      );
    }),
);

needing('qemu-img')('what is there is left alone unless --force; a disk that cannot be read, and a wrong word, leave nothing', () =>
  withFolder(async (folder) => {
    const file = (name: string): string => join(folder, name);
    writeFileSync(file('disk'), Buffer.alloc(MEBIBYTE));
    writeFileSync(file('box.ova'), 'mine');
    const refused = await pack(folder, '--image', 'disk', '--output', 'box.ova');
    assert.equal([refused.code, refused.stderr], [1, 'export-ova: box.ova is there already; --force replaces it\n']);
    assert.is(readFileSync(file('box.ova'), 'utf8'), 'mine');
    await packed(folder, '--image', 'disk', '--output', 'box.ova', '--force');
    for (const [code, args] of [
      [1, ['--image', 'none', '--output', 'new.ova']],
      [1, ['--image', 'broken', '--output', 'new.ova']],
      [2, ['--image', 'disk', '--output', 'new.img']],
      [2, ['--image', 'disk', '--output', 'new.ova', '--name', '"><x']],
      [2, ['--image', 'disk', '--output', 'new.ova', '--memory', '1G']],
      [2, ['--image', 'disk', '--output']],
      [2, ['--bogus']],
    ] as const) {
      writeFileSync(file('broken'), 'QFI\xfb is no image', 'latin1');
      assert.is((await pack(folder, ...args)).code, code, args.join(' '));
    }
    assert.not(existsSync(file('new.ova')));
    assert.equal(
      readdirSync(folder).filter((name) => name.includes('making')),
      [],
    );
  }),
);

test.run();
