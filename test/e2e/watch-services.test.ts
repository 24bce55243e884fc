import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { leftOf } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';
import { withWatch } from './watching.ts';

const PROJECT = {
  'Sandboxfile.yaml': `version: 1
default: [web, check]
steps:
  web: { run: 'echo serving $(cat web.in); exec sleep 1000', service: true, ready: { line: serving }, inputs: [web.in] }
  check: { run: cat check.in, needs: [web], inputs: [check.in], outputs: [] }
`,
  'web.in': 'one\n',
  'check.in': 'first\n',
};

test('Watch: services: a round goes on beside a service that was named, and a change of a step that needs it begins the next one.', async () => {
  await withProject(PROJECT, async (project) => {
    await withWatch(project, ['--output', 'plain'], async (watch) => {
      await watch.says(/check +succeeded/);
      project.write('check.in', 'second\n');
      assert.match(await watch.says(/check +succeeded/), /\| second\n/);
      project.write('web.in', 'two\n');
      const text = await watch.says(/check +succeeded/);
      assert.match(text, /changed: web\.in\n[\s\S]*\| serving two\n/);
      watch.kill('SIGINT');
      assert.is((await watch.ended).code, 130);
      assert.equal(leftOf([project.root]), []);
    });
  });
});

test.run();
