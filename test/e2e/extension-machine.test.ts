import { chmodSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realClock, realFiles } from '../../lib/io/io.ts';
import { openOwned } from '../../lib/run/owned.ts';
import { namesIn } from './created.ts';
import { RACK, withRack } from './rack.ts';

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
