import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gitFiles } from '../../lib/io/git.ts';
import { withFolder } from '../rig/folder.ts';
import { put, real } from '../run/store-fixture.ts';

const environment = new Map([
  ['PATH', process.env.PATH ?? ''],
  ['HOME', '/nonexistent'],
  ['GIT_CONFIG_NOSYSTEM', '1'],
]);

function git(cwd: string, ...args: readonly string[]): void {
  const settings = ['-c', 'protocol.file.allow=always', '-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  const ended = spawnSync('git', [...settings, ...args], { cwd, env: Object.fromEntries(environment) });
  assert.is(ended.status, 0, String(ended.stderr));
}

function listed(root: string): readonly string[] {
  const result = gitFiles({ files: real, environment }, root);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

test('tracked, untracked and submodules are listed; ignored files are not', () =>
  withFolder((folder) => {
    put(folder, { 'lib/tracked.c': '', 'lib/.gitignore': '*.o' });
    git(`${folder}/lib`, 'init', '-q');
    git(`${folder}/lib`, 'add', '.');
    git(`${folder}/lib`, 'commit', '-qm', 'x');
    const root = `${folder}/main`;
    put(root, { 'tracked.c': '', 'sub/odd "\n name': '', '.gitignore': 'build\n', 'gone.c': '' });
    git(root, 'init', '-q');
    git(root, 'submodule', '--quiet', 'add', `${folder}/lib`, 'vendor/lib');
    git(root, 'add', '.');
    git(root, 'commit', '-qm', 'x');
    put(root, { 'new.c': '', 'build/x.o': '', 'vendor/lib/new.c': '', 'vendor/lib/y.o': '', 'clone/z.c': '' });
    git(`${root}/clone`, 'init', '-q');
    fs.rmSync(`${root}/gone.c`);
    const expected = ['.gitignore', '.gitmodules', 'clone/z.c', 'gone.c', 'new.c', 'sub/odd "\n name', 'tracked.c'];
    assert.equal(listed(root), [...expected, 'vendor/lib/.gitignore', 'vendor/lib/new.c', 'vendor/lib/tracked.c']);
    assert.equal(listed(`${root}/sub`), ['odd "\n name']);
  }));

test('nothing that the repository configures is executed', () =>
  withFolder((root) => {
    put(root, { 'a.c': '', 'evil.sh': `#!/bin/sh\ntouch ${root}/canary\n` });
    fs.chmodSync(`${root}/evil.sh`, 0o755);
    git(root, 'init', '-q');
    git(root, 'config', 'core.fsmonitor', `${root}/evil.sh`);
    git(root, 'config', 'core.hooksPath', root);
    git(root, 'config', 'core.pager', `${root}/evil.sh`);
    assert.equal(listed(root), ['a.c', 'evil.sh']);
    assert.not(fs.existsSync(`${root}/canary`));
  }));

test('no repository and a broken one are errors that say what to do, never an empty list', () =>
  withFolder((root) => {
    put(root, { 'a.c': '' });
    const none = gitFiles({ files: real, environment }, root);
    assert.ok(!none.ok && none.error.message.includes('not in a git repository') && none.error.hint?.includes('files: all'));
    git(root, 'init', '-q');
    git(root, 'add', '.');
    fs.writeFileSync(`${root}/.git/index`, 'nonsense');
    const broken = gitFiles({ files: real, environment }, root);
    assert.ok(!broken.ok && broken.error.message.includes('index'), JSON.stringify(broken));
    const missing = gitFiles({ files: real, environment: new Map([['PATH', '/nonexistent']]) }, root);
    assert.ok(!missing.ok && missing.error.message.includes('git is needed'), JSON.stringify(missing));
  }));

test.run();
