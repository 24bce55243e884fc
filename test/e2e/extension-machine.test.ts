import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realClock, realFiles } from '../../lib/io/io.ts';
import { openOwned } from '../../lib/run/owned.ts';
import { type TestProject, withProject } from '../rig/project.ts';
import { namesIn } from './created.ts';

/** Its machines are files that say whose they are; nobody gets into one. */
const RACK = `import { readdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
const RACK = new URL('./rack/', import.meta.url);
const ok = (value) => ({ ok: true, value });
const done = async () => ok(undefined);
const blade = (id) => new URL(id, RACK);
const owned = (owns) => ok(readdirSync(RACK).map((id) => ({ ...JSON.parse(readFileSync(blade(id), 'utf8')), id, whole: true })).filter(({ owner }) => owns(owner)));
const open = () => ({
  probe: async () => ok({ version: '1', accelerators: [], networks: ['nat'], seeds: ['nocloud'] }),
  inspectAppliance: async () => ok({ name: 'a', cpus: 1, memory: 16, disks: [], verified: true }),
  importAppliance: async ({ id, owner, name }) => (writeFileSync(blade(id), JSON.stringify({ wish: id, owner, name })), ok(id)),
  listOwned: async (owner) => owned((one) => one === owner),
  listAll: async (prefix) => owned((one) => one.startsWith(prefix)),
  destroy: async (id) => (rmSync(blade(id), { force: true }), ok('destroyed')),
  state: async (id) => ok(existsSync(blade(id)) ? 'off' : 'absent'),
  settings: async () => ok({ cpus: 1, memory: 16, network: { is: 'nat', forwards: [{ guest: 22 }] } }),
  start: async () => ({ ok: false, error: { code: 'hypervisor-unfit', message: 'the rack has no power' } }),
  notes: async () => ok(new Map()),
  waitOff: async () => ok(true),
  note: done, seed: done, configure: done, powerOff: done, requestShutdown: done,
});
export default { api: 1, name: 'x', drivers: [{ name: 'rack', summary: 'Moves blades.', open }] };
`;
const FILES = {
  'Sandboxfile.yaml': `version: 1
extensions: ./x.mjs
sandboxes: { vm: { machine: { driver: rack, image: a.ova } } }
steps: { import: { task: import, provides: vm } }
`,
  'profiles/blade.yaml': 'version: 1\nextensions: ./x.mjs\nsandboxes: { created: { machine: { driver: rack, image: a.ova } } }\n',
  'a.ova': '',
  'x.mjs': RACK,
  'rack/.keep': '',
};

function withRack(use: (project: TestProject, blades: () => readonly string[]) => Promise<void>): Promise<void> {
  return withProject(FILES, (project) => {
    rmSync(join(project.root, 'rack/.keep'));
    return use(project, () => namesIn(join(project.root, 'rack')));
  });
}

test('a machine of a driver of an extension is reaped by the extension that its Sandboxfile names, if that is this user’s own', () =>
  withRack(async (project, blades) => {
    const imported = await project.sbx(['run', 'import']);
    assert.is(imported.code, 0, imported.stderr);
    assert.is(blades().length, 1);
    const owned = openOwned({ files: realFiles, clock: realClock }, join(project.home, '.state/sbx'));
    const [thing] = owned.things();
    assert.ok(thing);
    owned.of(thing).destroying(thing.path); // as a teardown that was killed says
    const reap = async (): Promise<string> => (await project.sbx(['reap'])).stdout;
    const file = join(project.root, 'Sandboxfile.yaml');
    renameSync(file, `${file}.away`);
    assert.match(await reap(), /^left .*\n {2}the driver rack is of an extension: .*Sandboxfile\.yaml/);
    renameSync(`${file}.away`, file);
    chmodSync(file, 0o666);
    assert.match(
      await reap(),
      /^left .*\n {2}the driver rack is of an extension: \S+ is not this user's own, so what it names is not run\n/,
    );
    assert.is(blades().length, 1);
    chmodSync(file, 0o644);
    assert.match(await reap(), /^ended .*\n {2}removed \S+\n/);
    assert.equal([blades(), owned.things()], [[], []]);
  }));

test('create with a driver of an extension: what came to nothing is taken away by it, at once or later', () =>
  withRack(async (project, blades) => {
    const failed = await project.sbx(['create', '--profile', 'blade']);
    assert.is(failed.code, 4, failed.stdout);
    assert.match(failed.stderr, /the rack has no power/);
    assert.equal([blades(), namesIn(join(project.home, '.state/sbx/sandboxes'))], [[], []]);
    project.write(
      'x.mjs',
      RACK.replace(
        'destroy: async',
        'destroy: async () => ({ ok: false, error: { code: "machine-busy", message: "a blade is stuck" } }), _: async',
      ),
    );
    const stuck = await project.sbx(['create', '--profile', 'blade']);
    assert.match(stuck.stderr, /could not be taken away: a blade is stuck/);
    assert.is(blades().length, 1);
    project.write('x.mjs', RACK);
    const reaped = await project.sbx(['reap']);
    assert.match(reaped.stdout, /^ended \w+: it could not be made\n {2}removed \S+\n$/);
    assert.equal(blades(), []);
  }));

test('destroy --forget strikes out what is recorded, names what is left, and reaches nothing', () =>
  withRack(async (project, blades) => {
    project.write(
      'x.mjs',
      RACK.replace(
        'destroy: async',
        'destroy: async () => ({ ok: false, error: { code: "machine-busy", message: "a blade is stuck" } }), _: async',
      ),
    );
    await project.sbx(['create', '--profile', 'blade', '--name', 'mine']);
    const [blade] = blades();
    const forgot = await project.sbx(['destroy', '--forget', 'mine']);
    assert.is(forgot.code, 0, forgot.stderr);
    assert.match(forgot.stdout, new RegExp(`^forgot \\w{12}\\n {2}left on local: the machine \\S+ of rack, made as ${blade}\\n$`));
    assert.equal(blades(), [blade], 'it was not touched');
    assert.is((await project.sbx(['reap'])).stdout, 'there is nothing to end\n');
    assert.is((await project.sbx(['ls'])).stdout, 'no sandbox was created\n');
  }));

test.run();
