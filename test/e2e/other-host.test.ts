import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

const FILE = `version: 1
sandboxes:
  vm: { host: nowhere.invalid, files: all }
steps:
  send: { task: sync, in: vm }
  build: { task: remote-build, in: vm, needs: [send], run: 'cat a.txt > made', inputs: [a.txt] }
`;

test('what was sent to and built in one place is not believed of another that the same name means now', () =>
  withProject({ 'Sandboxfile.yaml': FILE, 'a.txt': 'a\n' }, async ({ sbx }) => {
    const decided = async (...flags: string[]): Promise<string[]> => {
      const { stdout } = await sbx(['plan', 'build', '--json', ...flags]);
      const { steps } = JSON.parse(stdout) as { readonly steps: readonly { readonly decision: { readonly is: string } }[] };
      return steps.map(({ decision }) => decision.is);
    };
    assert.is((await sbx(['run', 'build', '--host', 'embedded'])).code, 0);
    assert.equal(await decided('--host', 'embedded'), ['fresh', 'fresh']);
    const elsewhere = await decided();
    assert.not.ok(elsewhere.includes('fresh'), elsewhere.join());
    assert.is((await sbx(['run', 'build'])).code, 4, 'that place cannot be reached');
    assert.equal(await decided('--host', 'embedded'), ['fresh', 'fresh'], 'nothing was forgotten');
  }));

test.run();
