import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../rig/patience.ts';
import { processesWith } from '../rig/processes.ts';
import { withProject } from '../rig/project.ts';

const FILE = `version: 1
steps:
  long: { task: shell, run: 'sleep 1000 & echo > begun; wait', retry: 2 }
  needy: { task: shell, needs: [long], run: echo > needy }
  beside: { task: shell, run: 'until [ -e go ]; do sleep 0.05; done; echo > beside' }
  tidy: { task: shell, needs: [long], when: always, run: echo > tidied }
`;

test('one step of a run that works is ended: it has failed, and the run goes on as after any failure', () =>
  withProject({ 'Sandboxfile.yaml': FILE }, async (project) => {
    const at = (name: string): boolean => existsSync(join(project.root, name));
    const run = project.sbx(['run', 'needy', 'beside', '-k', '-j4', '--output=plain']);
    await until('it works', () => at('begun'));
    const [name = ''] = readdirSync(join(project.root, '.sbx/runs'));
    assert.is((await project.sbx(['kill', '-9', name, 'long'])).code, 2, 'it has its time');
    const killed = await project.sbx(['kill', name, 'long']);
    assert.is(killed.stderr, '');
    assert.is(killed.stdout, `ended long of ${name}\n`, killed.stderr);
    assert.is(killed.code, 0, killed.stderr);
    assert.equal(
      processesWith([`SBX_RUN=${name}`]).filter(({ command }) => command === 'sleep 1000'),
      [],
    );
    assert.not(at('beside'), 'the run goes on');
    project.write('go', '');
    const { code, stdout } = await run;
    assert.is(code, 1, stdout);
    assert.match(stdout, /it was ended by `sbx kill`/);
    assert.ok(at('beside') && at('tidied') && !at('needy'), stdout);
    assert.match((await project.sbx(['kill', name, 'long'])).stderr, 'is not under way');
  }));

test.run();
