import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';
import { freePort } from '../rig/sshd.ts';
import { namesIn } from './created.ts';

test('Hub down: create that builds, destroy and reap do all that they do, and say in one line what was lost', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const profile = (run: string): string => `version: 1
hub: { url: "${url}", interval: 1h, wait: 200ms }
default: [build]
sandboxes: { created: {} }
steps: { build: { run: '${run}', hub: e2e_result } }
`;
  await withProject({ 'profiles/good.yaml': profile('true'), 'profiles/bad.yaml': profile('false') }, async ({ sbx, home }) => {
    const created = await sbx(['create', '--profile', 'good', '--name', 'mine', '--json']);
    assert.is(created.code, 0, created.stderr);
    assert.is((JSON.parse(created.stdout) as { readonly state: string }).state, 'ready');
    assert.is(created.stderr.match(/did not reach the State Hub/g)?.length, 1, created.stderr);
    assert.is((await sbx(['create', '--profile', 'bad'])).code, 1);
    const destroyed = await sbx(['destroy', 'mine']);
    assert.equal([destroyed.code, destroyed.stderr], [0, '']);
    assert.is((await sbx(['reap'])).stdout, 'there is nothing to end\n');
    assert.equal(namesIn(join(home, '.state/sbx/sandboxes')), []);
  });
});

test.run();
