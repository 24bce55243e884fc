import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

const FILE = 'version: 1\nsteps:\n  wait: { run: "until [ -e go ]; do sleep 0.05; done" }\n';

test('unlock leaves the lock of a run that is alive here, and says how to end it', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const lock = join(project.root, '.sbx/lock');
    const running = project.sbx(['run', 'wait']);
    const deadline = Date.now() + 60_000;
    while (!existsSync(lock) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    const [name = ''] = readdirSync(lock);
    const [nonce = ''] = name.split(',');
    const refused = await project.sbx(['unlock', nonce]);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /sbx run wait .*is alive[\s\S]*kill \d+/);
    assert.equal(readdirSync(lock), [name]);
    project.write('go', '');
    assert.is((await running).code, 0);
  }));

test.run();
