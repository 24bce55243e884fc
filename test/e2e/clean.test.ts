import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

const FILE = `version: 1
steps:
  build: { run: cat src > dist/app, inputs: [src], outputs: [dist] }
`;

test('clean removes what a step made, keeps what was edited, and moves to the trash what the step found and did not write', () =>
  withProject({ 'Sandboxfile.yaml': FILE, src: 'one', 'dist/notes': 'mine' }, async ({ root, sbx, write }) => {
    assert.is((await sbx(['run', 'build'])).code, 0);
    write('dist/more', 'mine too');
    write('src', 'two');
    assert.is((await sbx(['run', 'build'])).code, 0);
    const would = await sbx(['clean', '-n']);
    assert.match(would.stdout, /would remove dist\/app\n/);
    assert.match(would.stdout, /would move dist\/notes to \.sbx\/trash\/\S+ \(build did not make it\)\n/);
    const { stdout } = await sbx(['clean']);
    assert.match(stdout, /^removed dist\/app$/m);
    const moved = [...stdout.matchAll(/^moved (\S+) to (\S+) \(build did not make it\)$/gm)].map(([, path, bin]) => [path, bin]);
    assert.equal(
      moved.map(([path]) => path),
      ['dist/more', 'dist/notes'],
    );
    assert.equal(
      moved.map(([path, bin]) => readFileSync(join(root, bin ?? '', path ?? ''), 'utf8')),
      ['mine too', 'mine'],
    );
    assert.not(existsSync(join(root, 'dist')));
    assert.equal(readdirSync(root).sort(), ['.sbx', 'Sandboxfile.yaml', 'src']);
  }));

test('what was restored in place of what a step had found is removed', () =>
  withProject({ 'Sandboxfile.yaml': FILE, src: 'one', 'dist/notes': 'mine', 'dist/kept': 'mine' }, async ({ root, sbx, remove }) => {
    await sbx(['run', 'build']);
    remove('dist/notes');
    await sbx(['run', 'build']);
    assert.is(readFileSync(join(root, 'dist/notes'), 'utf8'), 'mine');
    const { stdout } = await sbx(['clean']);
    assert.match(stdout, /^removed dist\/notes$/m);
    assert.match(stdout, /^moved dist\/kept /m);
  }));

test('folders that are not outputs themselves stay when they are empty, also where an output is moved away', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
steps:
  gen: { run: cp in gen/v.c, inputs: [in], outputs: [gen/v.c] }
  objects: { run: cp in obj/a.o && mkdir -p lib/deep && cp in lib/deep/b, inputs: [in], outputs: ["obj/*.o", "lib/**"] }
`,
      in: '1',
    },
    async ({ root, sbx, write }) => {
      for (const folder of ['gen', 'obj']) mkdirSync(join(root, folder));
      assert.is((await sbx(['run', 'gen', 'objects'])).code, 0);
      await sbx(['clean']);
      assert.equal(readdirSync(root).sort(), ['.sbx', 'Sandboxfile.yaml', 'gen', 'in', 'obj']);
      assert.is((await sbx(['run', 'gen', 'objects'])).code, 0, 'they are still needed');
      write('lib/new/mine', '');
      assert.is((await sbx(['run', 'objects'])).code, 0);
      assert.equal(readdirSync(join(root, 'lib')), ['deep']);
    },
  ));

test.run();
