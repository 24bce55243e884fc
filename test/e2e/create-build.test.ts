import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { comes } from '../rig/patience.ts';
import { endAll } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';
import { template, withPacker } from '../tasks/packer-templates.ts';
import { namesIn, type Shown } from './created.ts';

const VM_NAME = 'variable "vm_name" {\n  type = string\n}\n';
const CREATE = ['create', '--profile', 'vm-packer-build', '--input', 'packer_template=image', '--input', 'vm_name=small'];

withPacker('create --profile vm-packer-build builds an image by Packer, again from what is remembered; destroy keeps it', () =>
  withProject({ 'image/one.pkr.hcl': template({ more: VM_NAME }) }, async (project) => {
    const ended = await project.sbx([...CREATE, '--json']);
    assert.is(ended.code, 0, ended.stderr);
    const one = JSON.parse(ended.stdout) as Shown;
    const image = join(project.root, 'build/small/a b.ova');
    assert.equal([one.state, one.made, one.reachability, one.ttl], ['ready', [image], null, 7 * 86_400]);
    assert.equal(one.placement, { kind: 'local' });
    // By the other name of the same: what made it did not change.
    const again = await project.sbx(['create', '--profile', 'vm-haskell-build', '--input', 'mode=build', ...CREATE.slice(3)]);
    assert.is(again.code, 0, again.stderr);
    assert.match(again.stderr, /fresh/);
    assert.is((await project.sbx(['destroy', one.id])).stdout, `destroyed ${one.id}\n`);
    assert.is(project.read('build/small/a b.ova'), 'plain\n');
    const refused = await project.sbx([
      'snapshot',
      (await project.sbx(['ls', '--json'])).stdout.match(/"id": "(\w+)"/)?.[1] ?? '',
      'ready',
    ]);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /has no machine of its own/);
    const lacking = await project.sbx(['create', '--profile', 'vm-packer-build']);
    assert.is(lacking.code, 2);
    assert.match(lacking.stderr, /the parameter `packer_template` has no value/);
  }),
);

withPacker('a build that fails, or is killed, leaves no sandbox behind it', () =>
  withProject(
    { 'image/one.pkr.hcl': template({ more: VM_NAME, last: 'touch began; while [ ! -e "$PWD/go" ]; do sleep 0.1; done; exit 3' }) },
    async (project) => {
      const env = cleanEnvironment({ home: project.home });
      const create = spawn(process.execPath, [SBX, ...CREATE], { cwd: project.root, env, stdio: 'ignore' });
      try {
        assert.ok(await comes(async () => existsSync(join(project.root, 'began'))), 'the build does not begin');
        const busy = await project.sbx(['reap', '--json']);
        assert.match(busy.stdout, /at work: sbx create/, 'however long it builds');
        const gone = new Promise((ended) => create.once('exit', ended));
        create.kill('SIGKILL');
        await gone;
        assert.match((await project.sbx(['reap'])).stdout, /^ended \w+: whoever created it was killed$/m);
        project.write('go', '');
        const failed = await project.sbx(CREATE);
        assert.is(failed.code, 1);
        assert.match(failed.stderr, /the steps of the profile ended with exit code 1/);
        assert.equal(namesIn(join(project.home, '.state/sbx/sandboxes')), []);
        assert.not(existsSync(join(project.root, 'build/small')));
      } finally {
        endAll([project.root]);
      }
    },
  ),
);

test.run();
