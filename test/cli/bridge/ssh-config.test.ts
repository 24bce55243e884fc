import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FIRST, hostsText, LAST, withPart } from '../../../lib/cli/bridge/ssh-config.ts';
import { withFolder } from '../../rig/folder.ts';
import { needing } from '../../rig/needing.ts';

const PART = hostsText(
  [
    { vm: 'alpha', port: 12_221 },
    { vm: 'beta', port: 12_222 },
  ],
  { user: 'build', identityFile: '~/.ssh/id_build', knownHosts: '/a b/known_hosts' },
);
const MINE = 'Host other\n  Port 7\n\nHost *\n  User me\n  StrictHostKeyChecking no\n';

test('what is there stays, with or without our part, and the second time changes nothing', () => {
  const once = withPart(MINE, PART) ?? '';
  assert.ok(once.startsWith(FIRST) && once.endsWith(MINE));
  assert.is(withPart(once, PART), once);
  assert.is(withPart(once, ''), MINE);
  assert.is(withPart(MINE, ''), MINE);
  assert.is(withPart('', PART), PART);
  assert.is(withPart(PART, ''), '');
  const moved = `# mine\n${PART}${MINE}`;
  assert.is(withPart(moved, PART.replaceAll('beta', 'gamma')), `# mine\n${PART.replaceAll('beta', 'gamma')}${MINE}`);
});

test('a part whose end or beginning was lost is not guessed', () => {
  assert.is(withPart(PART.replace(LAST, ''), PART), undefined);
  assert.is(withPart(PART.replace(FIRST, ''), ''), undefined);
  assert.is(withPart(`${LAST}\n${FIRST}\n`, ''), undefined);
});

needing('ssh')('ssh reads it: the key is pinned by the name of the VM, whatever comes below', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'config');
    writeFileSync(file, withPart(MINE, PART) ?? '');
    const said = (host: string): string => execFileSync('ssh', ['-F', file, '-G', host], { encoding: 'utf8' });
    for (const line of [
      'hostname localhost',
      'port 12222',
      'user build',
      'hostkeyalias beta',
      'stricthostkeychecking true',
      'serveraliveinterval 30',
    ]) {
      assert.match(said('beta'), new RegExp(`^${line}$`, 'm'));
    }
    assert.match(said('beta'), /^userknownhostsfile .*\/a b\/known_hosts/m);
    assert.match(said('other'), /^port 7$/m);
    assert.match(said('third'), /^user me$/m);
    assert.match(said('third'), /^port 22$/m);
  });
});

test.run();
