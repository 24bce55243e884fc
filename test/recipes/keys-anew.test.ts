// A guest whose keys were lost is given others by the folder beside it: the script of its first boot runs on a folder in its place.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filesOf, seedOf } from '../../lib/machine/behind/seed.ts';
import { guestHostKey } from '../../lib/ssh/guest.ts';
import { execute, REPOSITORY } from '../rig/cli.ts';
import { contents } from '../rig/contents.ts';
import { withFolder } from '../rig/folder.ts';
import { leftOut, needing } from '../rig/needing.ts';

const FIRST_BOOT = join(REPOSITORY, 'recipes/haskell-build/files/first-boot');
const asRoot = process.getuid?.() !== 0 ? leftOut('not root') : needing('ssh-keygen', 'systemd-machine-id-setup');

asRoot('a guest that was given its keys by the folder takes those of another folder in their stead, the same one changes nothing', () =>
  withFolder(async (folder) => {
    const root = join(folder, 'root');
    const share = join(root, 'media/sf_build-init');
    for (const path of ['home/build', 'etc/ssh', 'var/lib', 'media']) mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, 'etc/machine-id'), '0123456789abcdef0123456789abcdef\n');
    /** The host key that it was given. */
    const given = (authorized: string, instance: string): string => {
      const host = guestHostKey();
      const seed = seedOf('folder', 'build', filesOf({ user: 'build', authorized }, host), instance);
      rmSync(share, { recursive: true, force: true });
      mkdirSync(share);
      for (const [name, content] of seed.is === 'folder' ? seed.files : []) writeFileSync(join(share, name), content);
      return host.public;
    };
    const boot = async (): Promise<readonly [string, string]> => {
      const { code, stderr } = await execute(FIRST_BOOT, [root], { cwd: folder, home: folder });
      assert.is(code, 0, stderr);
      const text = (path: string): string => readFileSync(join(root, path), 'utf8').trim();
      return [text('home/build/.ssh/authorized_keys'), text('etc/ssh/ssh_host_ed25519_key.pub')];
    };
    const first = given('ours\n', 'one');
    assert.equal(await boot(), ['ours', first]);
    const before = contents(root);
    assert.equal(await boot(), ['ours', first]);
    assert.equal(contents(root), before);
    rmSync(share, { recursive: true });
    assert.equal(await boot(), ['ours', first], 'it was taken back');
    const second = given('ours, made anew\n', 'two');
    assert.equal(await boot(), ['ours, made anew', second]);
  }),
);

test.run();
