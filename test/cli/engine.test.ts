import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tidyEngine } from '../../lib/cli/engine.ts';
import { execute, REPOSITORY, SBX } from '../rig/cli.ts';
import { withProject } from '../rig/project.ts';

// V8 says on standard error, and nowhere else, that it does not know a flag.
test('the flags for this version of Node are flags that it knows', () => {
  const launcher = readFileSync(join(REPOSITORY, '.ci/launcher.cjs'), 'utf8');
  const flags = [...new Set(launcher.match(/--[a-z-]+=\d+/g))];
  assert.ok(flags.length >= 3);
  const { status, stderr } = spawnSync(process.execPath, [SBX, '--version'], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  assert.is(stderr, '');
  const program = `for (const flag of ${JSON.stringify(flags)}) require('node:v8').setFlagsFromString(flag);`;
  const all = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  assert.match(all.stderr, 'unrecognized flag', 'those of other versions are not');
});

test('all garbage is collected at once, except on a version that was not tried', async () => {
  // What a WeakRef gave stays until the turn is over.
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const garbage = new WeakRef({});
  await turn();
  tidyEngine('99.0.0');
  assert.ok(garbage.deref());
  await turn();
  tidyEngine(process.versions.node);
  assert.is(garbage.deref(), undefined);
});

test('code that was kept is taken by the next start of the same command, not kept anew', () =>
  withProject({ 'Sandboxfile.yaml': 'version: 1\nsteps: { a: { run: "true" } }\n' }, async ({ root, home }) => {
    const copy = join(home, 'package/dist');
    cpSync(dirname(SBX), copy, { recursive: true });
    cpSync(join(REPOSITORY, 'package.json'), join(home, 'package/package.json'));
    const kept = async (): Promise<readonly string[]> => {
      const ended = await execute(process.execPath, [join(copy, 'sbx.cjs'), 'list'], { cwd: root, home });
      assert.is(ended.code, 0, ended.stderr);
      const names = readdirSync(join(copy, 'code'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.cjs'));
      return names.sort().map((name) => `${name} ${statSync(join(copy, 'code', name)).ino}`);
    };
    await kept();
    const first = await kept();
    assert.ok(first.length > 5);
    assert.equal(await kept(), first);
  }));

test.run();
