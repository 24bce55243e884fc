import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestProject, withProject } from '../rig/project.ts';
import { eventsOf, outcomesOf } from './far-project.ts';

/** The laptop that holds the machine is off: nobody listens there. */
const file = (policy: string, more = ''): string => `version: 1
name: demo
sandboxes:
  laptop: { host: ada@127.0.0.1:1 }
  vm:
    onUnreachable: ${policy}
    keep: none
    files: all
    workspace: demo
    machine: { driver: qemu, hypervisor: laptop, image: /srv/vm.ova, name: demo-vm }
steps:
  sync: { task: sync, in: vm, exclude: [out] }
  build: { task: remote-build, in: vm, needs: [sync], run: 'mkdir -p out; cat a > out/app', state: [out] }
  fetch: { task: fetch-artifacts, in: vm, needs: [build], from: out }
${more}`;

const LIFE = `  start: { task: start, provides: vm }
  up: { task: wait-for, needs: [start], provides: vm }
  down: { task: teardown, releases: vm, when: always }
`;

async function run(
  project: TestProject,
  policy: string,
  more: string,
): Promise<readonly [number | null, { readonly [step: string]: string }]> {
  project.write('Sandboxfile.yaml', file(policy, more));
  const ended = await project.sbx(['run', '--json', 'fetch']);
  return [ended.code, outcomesOf(eventsOf(ended))];
}

for (const [how, more, life] of [
  ['', '', {}],
  [' that steps bring up', LIFE, { start: 'skipped', up: 'skipped' }],
] as const) {
  const down = more === '' ? {} : { down: 'skipped' };
  test(`onUnreachable of a machine${how}: fail, skip, local and cached, where the computer that holds it is off`, () =>
    withProject({ a: 'one\n' }, async (project) => {
      const [failed, outcomes] = await run(project, 'fail', more);
      assert.is(failed, 4);
      assert.is(outcomes.fetch, 'skipped');

      assert.equal(await run(project, 'skip', more), [0, { ...life, sync: 'skipped', build: 'skipped', fetch: 'skipped', ...down }]);

      const [here, moved] = await run(project, 'local', more);
      assert.equal([here, moved.build, project.read('out/app')], [0, 'succeeded', 'one\n']);

      assert.equal((await run(project, 'cached', more))[0], 4, 'nothing is remembered');
      // What it made once, in another place under its name.
      assert.is((await project.sbx(['run', 'fetch', '--host', 'vm=embedded'])).code, 0);
      rmSync(join(project.root, 'out'), { recursive: true });
      project.write('a', 'two\n');
      const [cached, restored] = await run(project, 'cached', more);
      assert.equal([cached, restored.fetch, project.read('out/app')], [0, 'restored', 'one\n']);
    }));
}

test.run();
