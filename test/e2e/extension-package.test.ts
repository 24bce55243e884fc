import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execute, REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';

/** A folder outside of the repository with packages as npm would install them: nothing is fetched, and nothing but what is packed can be used. */
interface Outside {
  readonly folder: string;
  readonly home: string;
  run(cwd: string, file: string, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }>;
  /** Packs the package in `from` and unpacks it among those of `into`. */
  install(from: string, name: string, into: string): Promise<void>;
}

function outside(use: (all: Outside) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const home = join(folder, 'home');
    mkdirSync(home);
    const run: Outside['run'] = async (cwd, file, ...args) => {
      const { code, stdout, stderr } = await execute(file, args, { cwd, home });
      return { code, text: stdout + stderr };
    };
    const install: Outside['install'] = async (from, name, into) => {
      const packed = join(folder, `packed-${name}`);
      const target = join(into, 'node_modules', name);
      for (const path of [packed, target]) mkdirSync(path, { recursive: true });
      const made = await run(from, 'npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', packed);
      assert.is(made.code, 0, made.text);
      const unpacked = await run(packed, 'tar', '-xzf', readdirSync(packed)[0] ?? '', '-C', target, '--strip-components', '1');
      assert.is(unpacked.code, 0, unpacked.text);
    };
    await use({ folder, home, run, install });
  });
}

test('Extension SDK: the example is type-checked, built, tested, packed and used by a project as a third party would', () =>
  outside(async ({ folder, run, install }) => {
    const example = join(folder, 'example');
    cpSync(join(REPOSITORY, 'examples/extension'), example, {
      recursive: true,
      filter: (path) => !/\/(dist|node_modules)$/.test(path),
    });
    await install(REPOSITORY, 'sandboxfile', example);
    for (const name of ['typescript', '@types']) symlinkSync(join(REPOSITORY, 'node_modules', name), join(example, 'node_modules', name));
    mkdirSync(join(example, 'node_modules/.bin'));
    symlinkSync('../typescript/bin/tsc', join(example, 'node_modules/.bin/tsc'));
    const tested = await run(example, 'npm', 'test');
    assert.is(tested.code, 0, tested.text);
    assert.match(tested.text, /# pass 1/);

    // What its types are for.
    const source = readFileSync(join(example, 'src/checksums.ts'), 'utf8');
    writeFileSync(join(example, 'src/checksums.ts'), source.replace('plan({ fields: { files, to,', 'plan({ fields: { files, too,'));
    const wrong = await run(example, 'node_modules/.bin/tsc', '-p', '.', '--noEmit');
    assert.is.not(wrong.code, 0);
    assert.match(wrong.text, /src\/checksums\.ts\(\d+,\d+\): error TS\d+: Property 'too' does not exist/);

    const project = join(folder, 'project');
    await install(example, 'sbx-extension-release', project);
    assert.equal(readdirSync(join(project, 'node_modules/sbx-extension-release')).sort(), ['README.md', 'dist', 'package.json']);
    // npm would put it beside the extension, which needs it.
    symlinkSync(join(example, 'node_modules/sandboxfile'), join(project, 'node_modules/sandboxfile'));
    const text = `version: 1
extensions: [sbx-extension-release]
sandboxes: { vm: { profile: vm-alpine } }
steps:
  sums: { task: checksums, files: a.txt, algorithm: sha512 }
  say: { run: 'echo \${{ steps.sums.outputs.first }}', needs: sums }
`;
    writeFileSync(join(project, 'Sandboxfile.yaml'), text);
    writeFileSync(join(project, 'a.txt'), 'a\n');
    const sbx = (...args: readonly string[]) => run(project, process.execPath, 'node_modules/sandboxfile/dist/sbx.cjs', ...args);
    const valid = await sbx('validate');
    assert.is(valid.text, 'Sandboxfile.yaml is valid, 2 steps\n');
    assert.match((await sbx('run', 'say', '--output', 'plain')).text, /say +\| [0-9a-f]{128}\n/);
    assert.ok(existsSync(join(project, 'SHA256SUMS')));
    assert.match((await sbx('run', 'sums')).text, 'everything is fresh');
    assert.match(
      (await sbx('help', 'checksums')).text,
      /files \(required\).*\n[\s\S]*algorithm +Which checksums\. \(sha256, sha512\) Default: sha256\./,
    );
    assert.equal(JSON.parse((await sbx('schema')).text).definitions['task-checksums'].properties.algorithm.anyOf[0].enum, [
      'sha256',
      'sha512',
    ]);
    writeFileSync(join(project, 'Sandboxfile.yaml'), text.replace('sha512', 'sha521').replace('files: a.txt', 'files: a.txt, to: a.txt'));
    const refused = await sbx('validate');
    assert.is(refused.code, 2);
    assert.match(refused.text, /`sha521` is not one of sha256, sha512\n +--> Sandboxfile\.yaml:5:/);
    assert.match(refused.text, 'Did you mean `sha512`?');
    writeFileSync(join(project, 'Sandboxfile.yaml'), text.replace('files: a.txt', 'files: a.txt, to: a.txt'));
    assert.match((await sbx('validate')).text, /`a\.txt` is one of the files\n +--> Sandboxfile\.yaml:5:46/);
  }));

test.run();
