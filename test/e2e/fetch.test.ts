import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND, cleanEnvironment, type Ended } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { until } from '../rig/patience.ts';
import { projectIn, type TestProject } from '../rig/project.ts';
import { withTerminal } from '../rig/tmux.ts';

// `sbx fetch` from an embedded sandbox: the same code as over the wire, with its own sshd.

interface Story {
  readonly project: TestProject;
  sbx(...args: string[]): Promise<Ended>;
  /** In the workspace. */
  readonly far: string;
}

const FILE = `version: 1
sandboxes: { far: { files: all } }
steps:
  sync: { task: sync, in: far, exclude: [out, work, bin] }
  build:
    task: remote-build
    in: far
    needs: [sync]
    run: mkdir -p work; echo ran >> work/runs; mkdir -p "out/with blank"; echo 1 > out/app; echo 22 > "out/with blank/b"; echo 333 > out/c.o
    outputs: [out]
    state: [work]
  products: { task: fetch-artifacts, in: far, needs: [build], from: [out/app, 'out/*.o'], to: bin }
  here: { run: 'true' }
  wait: { run: 'touch begun; until [ -e go ]; do sleep 0.05; done' }
`;

function withBuilt(use: (story: Story) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
    project.write('Sandboxfile.yaml', FILE);
    const sbx: Story['sbx'] = (...args) => project.sbx(args);
    const built = await sbx('run', '-q', 'build');
    assert.is(built.code, 0, built.stdout + built.stderr);
    const embedded = join(project.root, '.sbx/embedded/far');
    const sentinel = readdirSync(embedded, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('.sbx/sentinel'));
    await use({ project, sbx, far: join(embedded, sentinel?.slice(0, -'/.sbx/sentinel'.length) ?? '') });
  });
}

test('the outputs of a step come from its place, whole or in part, and nothing runs', () =>
  withBuilt(async ({ project, sbx, far }) => {
    const part = await sbx('fetch', 'build', 'out/with blank');
    assert.is(part.code, 0, part.stderr);
    assert.is(part.stdout, '  new  3 B  out/with blank/b\nfetched 1 file, 3 B\n');
    assert.is(project.read('out/with blank/b'), '22\n');
    assert.not.ok(existsSync(join(project.root, 'out/app')));

    const glob = await sbx('fetch', 'build', './out/*.o', 'out/app', '--to', 'else where');
    assert.is(glob.code, 0, glob.stderr);
    assert.equal(readdirSync(join(project.root, 'else where')).sort(), ['app', 'c.o']);

    const rest = await sbx('fetch', 'build', '--json');
    const { brought, files } = JSON.parse(rest.stdout) as { brought: boolean; files: { path: string; is: string }[] };
    assert.ok(brought);
    assert.equal(files.map(({ path, is }) => `${path} ${is}`).sort(), ['out/app new', 'out/c.o new', 'out/with blank/b same']);
    assert.match((await sbx('fetch', 'build')).stdout, /^all 3 files are here already\n$/);
    assert.is((await sbx('fetch', 'build', 'work/runs')).code, 0, 'state can be named');
    assert.is(readFileSync(join(far, 'work/runs'), 'utf8'), 'ran\n');
  }));

test('of a fetch-artifacts step what it fetches, where it puts it', () =>
  withBuilt(async ({ project, sbx }) => {
    assert.is((await sbx('fetch', 'products', 'out/app')).code, 0);
    assert.equal(readdirSync(join(project.root, 'bin')), ['app']);
    const dry = await sbx('fetch', 'products', '-n');
    assert.is(dry.code, 0, dry.stderr);
    assert.is(dry.stdout, '  new  4 B  bin/c.o\nwould fetch 1 file, 4 B; 1 is here already\n');
    assert.equal(readdirSync(join(project.root, 'bin')), ['app']);
  }));

test('--review without a terminal: what would come is shown, nothing is changed', () =>
  withBuilt(async ({ project, sbx }) => {
    project.write('out/app', 'by hand\n');
    const ended = await sbx('fetch', 'build', '--review');
    assert.is(ended.code, 1);
    assert.match(ended.stdout, /^ +changed +2 B +out\/app\n +new +4 B +out\/c\.o\n.*\nnot fetched: 3 files, 9 B\n$/);
    assert.match(ended.stderr, /nobody to ask/);
    assert.is(project.read('out/app'), 'by hand\n');
    assert.equal(readdirSync(join(project.root, 'out')), ['app']);
    assert.is((JSON.parse((await sbx('fetch', 'build', '--review', '--json')).stdout) as { brought: boolean }).brought, false);

    const yes = await sbx('fetch', 'build', '--review', '-y');
    assert.is(yes.code, 0, yes.stderr);
    assert.is(project.read('out/app'), '1\n');
    const [, run = ''] = /what was there is in \.sbx\/trash\/(\S+)/.exec(yes.stderr) ?? [];
    assert.is(project.read(`.sbx/trash/${run}/out/app`), 'by hand\n');
  }));

test('--review on a terminal: no changes nothing, yes brings it', () =>
  withBuilt(async ({ project }) => {
    const size = { columns: 80, rows: 24, cwd: project.root, env: cleanEnvironment({ home: project.home }) as { [name: string]: string } };
    const answered = (answer: string, said: RegExp): Promise<unknown> =>
      withTerminal(`${COMMAND} fetch build --review; echo "exit $?"`, size, async (terminal) => {
        const asked = await terminal.until((screen) => screen.includes('[y/N]'), 'it asks');
        assert.match(asked.join('\n'), /new +2 B +out\/app[\s\S]*Fetch 3 files, 9 B\? \[y\/N\]/);
        await terminal.keys(answer, 'Enter');
        await terminal.until((screen) => said.test(screen), answer);
      });
    await answered('n', /not fetched: 3 files, 9 B\nexit 1/);
    assert.not.ok(existsSync(join(project.root, 'out')));
    await answered('y', /fetched 3 files, 9 B\nexit 0/);
    assert.is(project.read('out/app'), '1\n');
  }));

test('what lies beside it is left where it is, and a folder that leads elsewhere is not followed', () =>
  withBuilt(async ({ project, sbx }) => {
    project.write('out/mine', 'kept\n');
    project.write('outside/x', '');
    symlinkSync('../outside', join(project.root, 'out/with blank'));
    const ended = await sbx('fetch', 'build');
    assert.is(ended.code, 0, ended.stderr);
    assert.is(project.read('out/mine'), 'kept\n');
    assert.equal(readdirSync(join(project.root, 'outside')), ['x']);
    assert.is(project.read('out/with blank/b'), '22\n');
  }));

test('a run leaves what it did not fetch where it is, and says so; what it did fetch goes with what was built', () =>
  withBuilt(async ({ project, sbx }) => {
    assert.is((await sbx('run', '-q', 'products')).code, 0);
    project.write('bin/mine.o', 'mine\n');
    assert.match((await sbx('plan', 'products')).stdout, /everything is fresh/);
    project.write('Sandboxfile.yaml', FILE.replace('echo 333 > out/c.o', 'rm -f out/c.o; echo 4 > out/d.o'));
    const ended = await sbx('run', '--output', 'plain', 'products');
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /not brought by it, left where it is: bin\/mine\.o/);
    assert.equal(readdirSync(join(project.root, 'bin')).sort(), ['app', 'd.o', 'mine.o']);
    rmSync(join(project.root, 'bin/app'));
    const restored = await sbx('run', '--output', 'plain', 'products');
    assert.match(restored.stdout, /left where it is: bin\/mine\.o/);
    assert.is(project.read('bin/mine.o'), 'mine\n');
  }));

test('a misspelt step or path is told with the nearest one; what is no product of the step is refused', () =>
  withBuilt(async ({ project, sbx, far }) => {
    const step = await sbx('fetch', 'biuld');
    assert.is(step.code, 2);
    assert.match(step.stderr, /there is no step biuld[\s\S]*Did you mean `build`/);
    const path = await sbx('fetch', 'build', 'out/ap');
    assert.is(path.code, 1);
    assert.match(path.stderr, /build left nothing that is called out\/ap\n.*did you mean out\/app\?/);
    assert.is((await sbx('fetch', 'build', 'Sandboxfile.yaml')).code, 1, 'a source is no product');
    assert.is((await sbx('fetch', 'here')).code, 2);
    for (const odd of ['/etc/passwd', '../x', '']) assert.is((await sbx('fetch', 'build', odd)).code, 2, odd);
    writeFileSync(join(far, 'out/app'), 'swapped\n');
    chmodSync(join(far, 'out/app'), 0o755);
    assert.is((await sbx('fetch', 'build', 'out/app')).code, 0);
    assert.is(project.read('out/app'), 'swapped\n', 'as it lies there now');
  }));

test('while a run of the project works nothing is brought, and it is said who works', () =>
  withBuilt(async ({ project, sbx }) => {
    const run = sbx('run', 'wait');
    await until('it works', () => existsSync(join(project.root, 'begun')));
    const { code, stdout, stderr } = await sbx('fetch', 'build', 'out/app');
    project.write('go', '');
    assert.is((await run).code, 0);
    assert.equal([code, stdout], [1, '']);
    assert.match(stderr, /the project is in use by sbx run wait .*\n {2}fetch again when it has ended/);
    assert.not.ok(existsSync(join(project.root, 'out')));
  }));

test.run();
