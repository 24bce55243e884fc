import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../rig/patience.ts';
import { withProject } from '../rig/project.ts';

const FILE = 'version: 1\nsteps:\n  wait: { run: "until [ -e go ]; do sleep 0.05; done" }\n';

test('unlock leaves the lock of a run that is alive here, and says how to end it', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const lock = join(project.root, '.sbx/lock');
    const running = project.sbx(['run', 'wait']);
    await until('the lock', () => existsSync(lock));
    const [name = ''] = readdirSync(lock);
    const [nonce = ''] = name.split(',');
    const refused = await project.sbx(['unlock', nonce]);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /sbx run wait .*is alive[\s\S]*kill \d+/);
    assert.equal(readdirSync(lock), [name]);
    project.write('go', '');
    assert.is((await running).code, 0);
  }));

test('unlock takes away what may be the lock of another version, and keeps it; what is no lock it leaves', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const lock = join(project.root, '.sbx/lock');
    const nonce = 'a'.repeat(32);
    mkdirSync(join(lock, nonce), { recursive: true });
    writeFileSync(join(lock, nonce, 'file'), 'mine');
    writeFileSync(join(lock, '.DS_Store'), 'mine');
    const refused = await project.sbx(['run', 'wait']);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /does not say whose lock it is\n {2}if no sbx works here, whatever its version: sbx unlock a{32}\n/);
    assert.is((await project.sbx(['unlock', nonce])).code, 0);
    const [bin] = readdirSync(join(project.root, '.sbx/trash'));
    assert.is(project.read(`.sbx/trash/${bin}/lock/${nonce}/file`), 'mine');
    const free = await project.sbx(['unlock', '.DS_Store']);
    assert.match(free.stderr, /this project is not locked/);
    assert.is(project.read('.sbx/lock/.DS_Store'), 'mine');
    project.remove('.sbx/lock');
    project.write('.sbx/lock', 'mine');
    for (const args of [
      ['unlock', nonce],
      ['run', 'wait'],
    ]) {
      const ended = await project.sbx(args);
      assert.is(ended.code, 1);
      assert.match(ended.stderr, /is not a folder, and so does not say whose lock it is\n.*move it away: mv /);
    }
    assert.is(project.read('.sbx/lock'), 'mine');
  }));

test.run();
