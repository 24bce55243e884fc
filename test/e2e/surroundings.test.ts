import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execute, SBX } from '../rig/cli.ts';
import { withProject } from '../rig/project.ts';

const FILE = `version: 1
sandboxes: { box: { files: all } }
steps:
  build: { run: 'echo "at $HOME."; : > out', outputs: [out], inputs: [] }
  sync: { task: sync, in: box }
`;

test('a home that is not absolute is none: a step gets the one of the user database', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async ({ sbx }) => {
    for (const HOME of ['', 'here', undefined]) {
      const { code, stdout } = await sbx(['run', '--force', 'build'], { env: { HOME } });
      assert.is(code, 0);
      assert.match(stdout, /at \/[^.]*\./);
    }
  }));

test('a user without an account, as in a container: everything works', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async ({ root, home }) => {
    // As root the number is simply taken, others need a name space. Where neither gives a user who can start sbx, there is nothing to be seen.
    const program = [process.execPath, SBX];
    const asRoot = ['setpriv', '--reuid=4242', '--regid=4242', '--clear-groups', ...program];
    const asOther = ['unshare', '--user', '--map-user=4242', ...program];
    const [file = '', ...args] = process.getuid?.() === 0 ? asRoot : asOther;
    if (process.getuid?.() === 0) await execute('chown', ['-R', '4242', `${root}/..`], { cwd: root, home });
    if ((await execute(file, [...args, '--version'], { cwd: root, home })).code !== 0) return;
    const { code, stdout, stderr } = await execute(file, [...args, 'run', 'build', 'sync'], { cwd: root, home });
    assert.is(code, 0, stdout + stderr);
  }));

test('a folder that is gone or no folder is said in a line: no fault of sbx', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async ({ root, home, sbx, write }) => {
    const command = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" list`;
    const gone = await execute('sh', ['-c', command, process.execPath, SBX], { cwd: root, home });
    assert.equal([gone.code, gone.stderr], [1, 'sbx: cannot find the current folder: no such file or folder (ENOENT)\n']);
    write('.sbx', '');
    const file = await sbx(['run', 'build']);
    assert.is(file.code, 1);
    assert.match(file.stderr, /^sbx: cannot make .*\.sbx: .*\n {2}sbx keeps its records of the project there\n$/);
  }));

test('a dotenv file or recipe that is a pipe or a device is named and never read', () =>
  withProject({ 'Sandboxfile.yaml': `dotenv: [.env]\nuse: mine\n${FILE}` }, async ({ root, home, sbx, write }) => {
    write('recipes/x', '');
    await execute('sh', ['-c', 'mkfifo .env && ln -s /dev/zero recipes/mine.yaml'], { cwd: root, home });
    const { code, stderr } = await sbx(['list']);
    assert.is(code, 2, stderr);
    assert.match(stderr, 'error[file-not-regular]: .env is not a regular file');
    assert.match(stderr, 'error[file-not-regular]: recipes/mine.yaml is not a regular file');
  }));

test.run();
