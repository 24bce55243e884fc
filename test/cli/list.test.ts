import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Project, Step } from '../../lib/model/project.ts';
import { listText } from '../../lib/view/list.ts';
import { listed } from '../../lib/view/listed.ts';
import { PLAIN } from '../../lib/view/paint.ts';
import { withProject } from '../rig/project.ts';

const SANDBOXFILE = `version: 1
name: hello
default: [build]
params:
  optimize: { enum: ["0", "1"], default: "1", description: Optimisation level }
  deep: true
  name: x y
sandboxes: { vm: {} }
steps:
  sync: { task: sync, in: vm }
  build: { task: remote-build, in: vm, needs: [sync], run: make, matrix: { ghc: ["9.4", "9.6"], os: [a, b] } }
  test: { task: shell, run: make check, description: Runs the tests, aliases: [t] }
`;

const STEPS = 'Steps of hello:\n';

test('`list` grouped: a group for each namespace, cells of a matrix in one row', () =>
  withProject({ 'Sandboxfile.yaml': SANDBOXFILE }, async ({ sbx }) => {
    const { stdout } = await sbx(['list']);
    const build = '  build    vm  make (4 cells, @9.4,a to @9.6,b) (default)\n';
    assert.is(stdout.slice(0, stdout.indexOf('\n\n') + 1), `${STEPS}  sync     vm  sync\n${build}  test, t      Runs the tests\n`);
    assert.match((await sbx(['list', '-v'])).stdout, '  build@9.6,b  vm  make (default)\n');
    const step = (id: string): readonly [string, Step] => [id, { id, sandbox: 'local', task: 'shell' } as Step];
    const steps = new Map([step('lint'), step('ui:build'), step('api:build@18'), step('ui:test'), step('ui:css:min')]);
    const project = { name: 'p', default: [], steps, called: new Map(), sandboxes: new Map(), params: new Map() } as unknown as Project;
    const heads = listText(project, listed(project, []), { cells: false, paint: PLAIN }).match(/^\S.*/gm);
    assert.equal(heads, ['Steps of p:', 'Steps of ui:', 'Steps of api:', 'Steps of ui:css:']);
  }));

test('`list` searchable: by name, description, command, task and place; near misses are shown', () =>
  withProject({ 'Sandboxfile.yaml': SANDBOXFILE }, async ({ sbx }) => {
    const found = async (...words: readonly string[]) => {
      const { code, stdout, stderr } = await sbx(['list', '--json', ...words]);
      const { steps, params } = stdout === '' ? { steps: [], params: [] } : JSON.parse(stdout);
      return [code, [...steps, ...params].map(({ id, name }: { id?: string; name?: string }) => id ?? name), stderr.split('\n')[0]];
    };
    assert.equal(await found('CHECK'), [0, ['test'], '']);
    assert.equal(await found('vm', 'sync'), [0, ['sync'], '']);
    assert.equal(await found('@9.6'), [0, ['build@9.6,a', 'build@9.6,b'], '']);
    assert.equal(await found('level'), [0, ['optimize'], '']);
    assert.equal(await found('tset'), [0, ['test'], 'nothing here has tset in it; called nearly so:']);
    assert.equal(await found('zebra'), [1, [], 'sbx: nothing here has zebra in it']);
  }));

test('`list` says of a machine what moves it and where', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
sandboxes:
  laptop: { host: laptop }
  own: { machine: { driver: qemu } }
  vm: { machine: { driver: virtualbox, hypervisor: laptop, name: haskell-build, image: /srv/a.ova } }
steps: { a: { run: make, in: vm } }
`,
    },
    async ({ sbx }) => {
      const { stdout } = await sbx(['list']);
      assert.ok(stdout.includes('  laptop  ssh laptop\n  own     machine qemu\n  vm      machine haskell-build on laptop\n'), stdout);
      const { sandboxes } = JSON.parse((await sbx(['list', '--json'])).stdout);
      assert.equal(sandboxes[2], {
        name: 'vm',
        kind: 'machine',
        machine: { name: 'haskell-build', driver: 'virtualbox', hypervisor: 'laptop', image: '/srv/a.ova' },
      });
      const probed = await sbx(['doctor', '--probe', 'vm']);
      assert.is(probed.code, 2);
      assert.match(probed.stderr, /vm is a machine, which would be started for it[\s\S]*sbx vm-info vm/);
    },
  ));

const MACHINES = `version: 1
sandboxes: { vm: { machine: { driver: qemu } }, far: { host: there } }
steps:
  save: { task: snapshot, machine: vm, name: ready }
  back: { task: restore, machine: vm, name: ready }
`;

test('a shell in no sandbox: which was meant; in one, without a terminal: what to give. Steps that save and restore are not said to lack outputs.', () =>
  withProject({ 'Sandboxfile.yaml': MACHINES }, async ({ sbx }) => {
    const said = async (...words: readonly string[]) => (await sbx(words)).stderr;
    assert.match(await said('ssh', 'fra'), /there is no sandbox fra\n.*did you mean far\?/);
    assert.match(await said('ssh', 'far'), /a shell needs a terminal\n.*sbx ssh far -- CMD/);
    assert.match(await said('ssh'), 'which sandbox?');
    const { stdout } = await sbx(['plan', 'save', 'back']);
    assert.equal(stdout.match(/never cached: its machine is asked each time/g)?.length, 2, stdout);
  }));

test('completion of step names, params and sandboxes: what the scripts are told', () =>
  withProject({ 'Sandboxfile.yaml': SANDBOXFILE }, async ({ sbx }) => {
    const told = async (...words: readonly string[]) => (await sbx(['__complete', ...words])).stdout.split('\n').slice(0, -1);
    assert.ok((await told('steps', '')).includes('build@9.4,a'));
    assert.equal(await told('sandboxes', ''), ['vm']);
    assert.equal(await told('params', 'op'), ['optimize=', 'deep=', 'name=']);
    assert.equal(await told('params', 'optimize='), ['optimize=0', 'optimize=1']);
    assert.equal(await told('params', 'deep=t'), ['deep=true', 'deep=false']);
    assert.equal(await told('params', 'name='), []);
    assert.equal(await told('runs'), []);
    await sbx(['run', 'test']);
    assert.match((await told('runs'))[0] ?? '', /^\d{8}T\d{6}-[0-9a-f]{6}$/);
  }));

test('completion of profiles: those of the file, also of a faulty one, those beside it, and those of sbx', () =>
  withProject(
    { 'Sandboxfile.yaml': 'version: 1\nprofiles: { release: {} }\nsteps: 7\n', 'profiles/lab.yaml': '' },
    async ({ sbx, root }) => {
      assert.is((await sbx(['__complete', 'profiles'])).stdout, 'release\nlab\nvm-haskell-build\nvm-packer-build\n');
      assert.is((await sbx(['-C', join(root, '..'), '__complete', 'profiles'])).stdout, '');
    },
  ));

test.run();
