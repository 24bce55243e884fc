import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../rig/patience.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { withBranch } from './branch.ts';
import { withFarProject } from './far-project.ts';
import { withWatch } from './watching.ts';

/** Copies a file with a word before it; says in `loaded` that it was loaded. */
const COPIES = `import { appendFileSync } from 'node:fs';
appendFileSync(process.env.HOME + '/loaded', 'x');
const path = { kind: 'string', description: 'A file.', required: true };
export default {
  api: 1,
  name: 'copies',
  tasks: [{
    name: 'copy',
    summary: 'Copies a file.',
    fields: { from: path, to: path },
    outputs: { size: 'text' },
    plan: ({ fields: { from, to } }) => ({ title: 'copy ' + from, reads: [from], makes: [to] }),
    async run({ fields: { from, to }, exec, output, note, dir, sandbox }) {
      await exec(['sh', '-c', 'echo one; cat "$1" >"$2"', 'sh', from, to]);
      const { code, output: said } = await exec(['sh', '-c', 'wc -c <"$1"; exit 3', 'sh', to], { any: true, quiet: true });
      output('ended with ' + code + '\\n');
      note('in ' + sandbox.name);
      return { values: { size: said.trim() } };
    },
  }],
};
`;
const FILE = `version: 1
extensions: ./tools/copies.mjs
steps:
  copied: { task: copy, from: a.txt, to: out/b.txt, needs: folder }
  folder: { run: mkdir -p out, inputs: [], outputs: [] }
  told: { run: 'echo "it has \${{ steps.copied.outputs.size }}"', needs: copied }
`;
const FILES = { 'Sandboxfile.yaml': FILE, 'tools/copies.mjs': COPIES, 'a.txt': 'a\n' };

async function plain(project: TestProject, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await project.sbx([...args, ...(args[0] === 'run' ? ['--output', 'plain'] : [])]);
  assert.is(code, 0, stdout + stderr);
  return stdout + stderr;
}

test('a task of an extension runs programs, gives values, is remembered, and runs anew when its code changes', () =>
  withProject(FILES, async (project) => {
    const first = await plain(project, 'run', 'told');
    assert.match(first, /copied \| one\n[\s\S]*copied \| ended with 3\n/);
    assert.match(first, /copied.*in local/);
    assert.match(first, 'told   | it has 2\n');
    assert.is(project.read('out/b.txt'), 'a\n');
    assert.match(await plain(project, 'plan', 'told'), /fresh +hit +copied/);
    project.remove('out/b.txt');
    assert.match(await plain(project, 'run', 'copied'), /copied +restored/);
    project.write('tools/copies.mjs', COPIES.replace('echo one', 'echo two'));
    const again = await plain(project, 'run', 'told');
    assert.match(again, 'copied runs: settings changed: extension copies');
    assert.match(again, 'copied | two\n');
  }));

test('the code of an extension is loaded by what reads the Sandboxfile, and by nothing else', () =>
  withProject(FILES, async (project) => {
    const file = join(project.home, 'loaded');
    const loaded = (): number => (existsSync(file) ? readFileSync(file).length : 0);
    for (const args of [['--help'], ['--version'], ['help', 'run'], ['help', 'sync'], ['completion', 'bash']])
      await plain(project, ...args);
    assert.is(loaded(), 0);
    for (const command of ['list', 'validate', 'plan', 'schema']) await plain(project, command, ...(command === 'plan' ? ['copied'] : []));
    assert.is(loaded(), 4);
    // As soon as the files are old enough to prove anything.
    await until(
      () => 'a run that finds all as it was does not load it',
      async () => {
        const before = loaded();
        await plain(project, 'run', 'copied');
        return loaded() === before;
      },
    );
    project.write('tools/copies.mjs', `${COPIES}// edited\n`);
    const before = loaded();
    await plain(project, 'run', 'copied');
    assert.is(loaded(), before + 1);
  }));

test('schema, help, names and completion know the tasks of an extension', () =>
  withProject(FILES, async (project) => {
    const schema = JSON.parse(await plain(project, 'schema'));
    assert.equal(schema.definitions['task-copy'].properties.from.description, 'A file.');
    assert.ok(schema.definitions['step-task'].enum.includes('copy'));
    assert.match(await plain(project, 'help', 'copy'), /Copies a file\.[\s\S]*from \(required\) +A file\.[\s\S]*size \(text\)/);
    const both = await plain(project, 'help', 'import');
    assert.match(both, /Usage: sbx import [\s\S]*The task import\n\n[\s\S]*image +The \.ova/);
    assert.match((await project.sbx(['help', 'coppy'])).stderr, 'did you mean copy?');
    project.write('Sandboxfile.yaml', FILE.replace('task: copy', 'task: cpoy'));
    assert.match((await project.sbx(['validate'])).stderr, 'Did you mean `copy`?');
    assert.ok(JSON.parse(await plain(project, 'schema')).definitions['task-copy'], 'whatever else is wrong with the file');
    project.write('tools/copies.mjs', 'export default 1;\n');
    const { code, stdout, stderr } = await project.sbx(['schema']);
    assert.equal([code, stdout], [2, '']);
    assert.match(stderr, 'error[extension-faulty]');
    project.write('Sandboxfile.yaml', `# yaml-language-server: $schema=./.sbx/sandboxfile.schema.json\n${FILE}`);
    project.write('tools/copies.mjs', COPIES);
    await plain(project, 'run', 'folder');
    assert.is(project.read('.sbx/sandboxfile.schema.json'), await plain(project, 'schema'), 'the copy for editors');
  }));

test('in a place, what a task of an extension made there is remembered as long as the place holds it', () =>
  withFarProject({ more: '  copied: { task: copy, in: far, needs: [sync], from: src/a, to: b, inputs: [src/a] }\n' }, async (story) => {
    const { project } = story;
    project.write('tools/copies.mjs', COPIES);
    project.write('Sandboxfile.yaml', `${project.read('Sandboxfile.yaml')}extensions: ./tools/copies.mjs\n`);
    const first = await story.sbx(['run', 'copied', '--output', 'plain']);
    assert.is(first.code, 0, first.stdout + first.stderr);
    assert.is(story.there('b'), story.there('src/a'));
    assert.match(first.stdout, /copied.*in far/);
    const second = await story.sbx(['run', 'copied', '--output', 'plain']);
    assert.match(second.stdout, /fresh/);
    assert.not.match(second.stdout, 'copied | one');
  }));

/** One step of a task whose \`run\` is this. */
const running = (run: string, more = ''): { readonly [path: string]: string } => ({
  'Sandboxfile.yaml': `version: 1\nextensions: ./x.mjs\nsteps:\n  it: { task: it${more} }\n`,
  'x.mjs': `export default { api: 1, name: 'x', tasks: [{ name: 'it', summary: 'Does it.', outputs: { id: 'text' }, ${run} }] };\n`,
});

const FAILING: readonly (readonly [run: string, code: number, said: string])[] = [
  [`run: () => ({ failed: 'the server is away', hint: 'start it' })`, 1, 'the server is away\n'],
  [`run: () => ({ failed: 'the server is away', hint: 'start it' })`, 1, 'start it'],
  [`run() { throw new Error('what went wrong') }`, 1, 'what went wrong'],
  [`async run() { await undefined; nothing.at.all; }`, 1, 'nothing is not defined'],
  [`run: ({ exec }) => exec(['sh', '-c', 'exit 7'])`, 7, 'the command exited with 7'],
  [`run({ exec }) { exec(['sh', '-c', 'exit 7']); return { values: { id: '' } } }`, 7, 'the command exited with 7'],
  [`async run({ exec }) { exec(['sh', '-c', 'exit 7']); await exec(['sleep', '0.2']); return { values: { id: '' } } }`, 7, 'exited with 7'],
  [`async run({ exec }) { await exec(['sh', '-c', 'exit 7']).catch(() => {}); return { failed: 'it was caught' } }`, 1, 'it was caught'],
  [`run({ exec }) { exec(['sleep', '1234567']); throw new Error('and ends what it began') }`, 1, 'and ends what it began'],
  [`run: ({ exec }) => exec(['no-such-program'])`, 1, 'no-such-program'],
  [`run: ({ exec }) => exec('a text')`, 1, 'exec takes a list of words'],
  [`run: ({ command }) => command()`, 1, 'its steps have no `run`'],
  [`run() {}`, 1, 'the task did not give the value `id`'],
  [`run: () => ({ values: { id: 1 } })`, 1, 'its value `id` is none that the task declares, or no text'],
  [`run: () => 'done'`, 1, 'it gave no result'],
];

for (const [run, code, said] of FAILING)
  test(`a task of an extension that fails: ${run}`, () =>
    withProject(running(run), async (project) => {
      const ended = await project.sbx(['run', 'it', '-x', '--output', 'plain']);
      assert.is(ended.code, code, ended.stdout + ended.stderr);
      assert.match(ended.stdout + ended.stderr, said);
      assert.not.match(ended.stdout + ended.stderr, 'a fault of sbx');
    }));

test('a task of an extension that does not end is ended by its timeout and by a signal, with the programs that it started', async () => {
  const never = `run: async ({ exec, output }) => { output('begun\\n'); exec(['sleep', '1234567']).catch(() => {}); await new Promise(() => {}); }`;
  const env = { SBX_KILL_GRACE: '100ms' };
  await withProject(running(never, ', timeout: 500ms'), async (project) => {
    const late = await project.sbx(['run', 'it'], { env });
    assert.is(late.code, 124, late.stdout + late.stderr);
  });
  await withProject(running(never), async (project) => {
    const stop = new AbortController();
    const seen = (text: string): void => {
      if (text.includes('begun')) stop.abort();
    };
    const stopped = await project.sbx(['run', 'it', '--output', 'plain'], { env, signal: stop.signal, seen });
    assert.is(stopped.code, 143, stopped.stdout + stopped.stderr);
  });
});

test('an extension that never is loaded, or whose package is not installed, is told at the line that names it', () =>
  // With a manifest of its own it is no part of a package that may lie above.
  withProject({ ...FILES, 'package.json': '{}' }, async (project) => {
    const said = async (text: string): Promise<string> => {
      project.write('tools/copies.mjs', text);
      const { code, stderr } = await project.sbx(['validate'], { env: { SBX_EXTENSION_TIMEOUT: '300ms' } });
      assert.is(code, 2);
      assert.match(stderr, '--> Sandboxfile.yaml:2:13');
      return stderr;
    };
    assert.match(await said('await new Promise(() => {});\n'), 'tools/copies.mjs is not loaded after 300ms');
    const missing = await said("import { defineTask } from 'sandboxfile';\nexport default {};\n");
    assert.match(missing, 'tools/copies.mjs imports sandboxfile, which is not installed for it');
    assert.match(missing, 'npm install --save-dev sandboxfile');
    assert.match(await said("import './gone.mjs';\nexport default {};\n"), 'gone.mjs');
  }));

test('a package is found as Node finds it; its version and its code count', () =>
  withProject({ 'Sandboxfile.yaml': FILE.replace('./tools/copies.mjs', 'sbx-extension-copies'), 'a.txt': 'a\n' }, async (project) => {
    const manifest = (version: string): void =>
      project.write(
        'node_modules/sbx-extension-copies/package.json',
        JSON.stringify({ version, exports: { '.': { types: './x.d.ts', import: './lib/main.mjs' } } }),
      );
    manifest('1.0.0');
    project.write('node_modules/sbx-extension-copies/lib/main.mjs', COPIES);
    await plain(project, 'run', 'copied');
    assert.match(await plain(project, 'plan', 'copied'), /fresh +hit +copied/);
    manifest('1.0.1');
    assert.match(await plain(project, 'plan', 'copied'), 'settings changed: extension copies');
  }));

test('an included file may name an extension, the same one twice is one, and its profiles stand below those of the project', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1\nextensions: [./backend/x.mjs]\ninclude: { backend: ./backend }\nsandboxes: { vm: { profile: place } }\nsteps:\n  mine: { run: 'true', in: vm }\n`,
      'backend/Sandboxfile.yaml': 'version: 1\nextensions: ./x.mjs\nsteps:\n  theirs: { task: it }\n',
      'backend/x.mjs': `export default { api: 1, name: 'x', tasks: [{ name: 'it', summary: 'Does it.', run() {} }], profiles: [{ name: 'place', summary: 'A place.', sandbox: { host: 'its' } }] };\n`,
    },
    async (project) => {
      const host = async (): Promise<unknown> => {
        const { sandboxes } = JSON.parse(await plain(project, 'list', '--json'));
        return sandboxes.find(({ name }: { name: string }) => name === 'vm')?.host;
      };
      assert.is(await host(), 'its');
      await plain(project, 'run', 'backend:theirs');
      project.write('profiles/place.yaml', 'version: 1\nsandboxes: { vm: { host: mine } }\n');
      assert.is(await host(), 'mine');
    },
  ));

test('a driver of an extension is asked for the machine of a sandbox; what it refuses or throws is said', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1\nextensions: ./x.mjs\nsandboxes:\n  vm: { user: build, machine: { driver: rack, image: a.ova } }\nsteps:\n  it: { run: 'true', in: vm }\n`,
      'a.ova': '',
      'x.mjs': `const open = () => ({
  listOwned: async () => ({ ok: true, value: [] }),
  probe: async () => ({ ok: false, error: { code: 'hypervisor-unfit', message: 'the rack has no power' } }),
  inspectAppliance() { throw new Error('the rack takes no images') },
});
export default { api: 1, name: 'x', drivers: [{ name: 'rack', summary: 'Moves blades.', open }] };
`,
    },
    async (project) => {
      await plain(project, 'validate');
      const ended = await project.sbx(['run', 'it', '--output', 'plain']);
      assert.is.not(ended.code, 0);
      assert.match(ended.stdout + ended.stderr, /the rack has no power|the driver rack: the rack takes no images/);
      assert.not.match(ended.stdout + ended.stderr, 'a fault of sbx');
      project.write('Sandboxfile.yaml', project.read('Sandboxfile.yaml').replace('driver: rack', 'driver: rac'));
      assert.match((await project.sbx(['validate'])).stderr, 'Did you mean `rack`?');
    },
  ));

test('`--affected`: a changed extension counts for the steps of its tasks', () =>
  withBranch({ ...FILES, '.gitignore': 'out\n.sbx\n' }, async (project) => {
    assert.equal((await project.affected()).steps, []);
    project.write('tools/copies.mjs', COPIES.replace('echo one', 'echo two'));
    const { steps, said } = await project.affected();
    assert.ok(steps.includes('copied') && steps.includes('told') && !steps.includes('folder'), steps.join() + said);
  }));

test('a watch takes the extension as it was edited', () =>
  withProject({ ...running(`run: ({ output }) => { output('one\\n'); return { values: { id: '' } } }`) }, async (project) => {
    await withWatch(project, ['it'], async (watching) => {
      await watching.says(/\| one/);
      await watching.waits();
      project.write('x.mjs', project.read('x.mjs').replace('one', 'two'));
      await watching.says(/\| two/);
    });
  }));

test('whatever code of an extension throws is a fault of its own, not of sbx', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nextensions: ./e.mjs\nsteps: { one: { task: odd } }\n' }, async (project) => {
    const odd = (task: string): string => `const odd = new Proxy({}, { get: (_, key) => { if (key !== 'then') throw null; } });
export default { api: 1, name: 'odd', tasks: [{ name: 'odd', summary: 'Odd.', ${task} }] };`;
    const told: readonly (readonly [module: string, exit: number, text: RegExp])[] = [
      ['export default { api: 1, get name() { throw new Error("no name today"); } };', 2, /extension-faulty.*no name today/],
      ['export default new Proxy({}, { get() { throw null; } });', 2, /extension-faulty.*null/],
      ['throw Object.create(null);', 2, /extension-faulty.*it threw what has no text/],
      [odd('plan: () => odd, run() {}'), 2, /extension-faulty.*cannot plan this step: null/],
      [odd('run: () => odd'), 1, /reason +null/],
      [odd('run() { throw Object.create(null); }'), 1, /reason +it threw what has no text/],
    ];
    for (const [module, exit, text] of told) {
      project.write('e.mjs', module);
      const { code, stdout, stderr } = await project.sbx(['run', 'one']);
      assert.match(stdout + stderr, text);
      assert.is(code, exit);
    }
  }));

test.run();
