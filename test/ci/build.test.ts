// The launcher and its code cache, on a small program: V8 crashes on a damaged cache and believes any source of the right length.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, execute, REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';

const SOURCES: { readonly [path: string]: string } = {
  'package.json': '{"version":"1.2.3"}',
  'lib/base/shared.ts': 'export const made = { at: Math.random() };\n',
  'lib/cli/late.ts':
    "import { made } from '../base/shared.ts';\n\nexport interface Gone {\n  readonly x: number;\n}\n\nexport function same(other: object): boolean {\n  return other === made;\n}\nexport function trip(): never {\n  throw new Error('on purpose');\n}\n",
  'lib/cli/main.ts': `import { made } from '../base/shared.ts';
export async function main(process: NodeJS.Process, home: string): Promise<void> {
  const late = await import('./late.ts');
  if (process.argv[2] === 'trip') late.trip();
  const { parse } = await import('yaml');
  const grow = Array.from({ length: 50 }, (_, i) => parse('a: ' + i).a).reduce((a, b) => a + b, 0);
  process.stdout.write(JSON.stringify([late.same(made), grow, home.length > 1, process.argv[2] ?? '']) + '\\n');
}
`,
};

interface Built {
  readonly home: string;
  readonly dist: string;
  readonly start: (args: readonly string[], env?: { readonly [name: string]: string }) => Promise<Ended>;
  readonly code: () => string[];
}

function withBuilt(use: (built: Built) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    for (const [path, text] of Object.entries(SOURCES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
    const dist = join(folder, 'dist');
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(REPOSITORY, '.ci/build.mjs'), '--root', folder, '--out', dist, '--learn', 'run'],
      {
        encoding: 'utf8',
      },
    );
    assert.is(status, 0, stderr);
    const home = join(folder, 'home');
    await use({
      home,
      dist,
      start: (args, env) => execute(process.execPath, [join(dist, 'sbx.cjs'), ...args], { cwd: folder, home, env: { ...env } }),
      code: () => files(join(dist, 'code')),
    });
  });
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map((entry) => join(entry.parentPath, entry.name)).sort();
}

const RIGHT = '[true,1225,true,"run"]\n';

test('chunks share their modules, and the cache is written by the build and then left alone', () =>
  withBuilt(async ({ start, code, home }) => {
    assert.ok(code().length >= 3, 'main, late and yaml');
    const before = code().map((file) => [file, statSync(file).ino]);
    assert.is((await start(['run'])).stdout, RIGHT);
    assert.equal(
      code().map((file) => [file, statSync(file).ino]),
      before,
    );
    assert.equal(files(join(home, '.cache')), []);
  }));

test('a trace names the source and its line', () =>
  withBuilt(async ({ start }) => {
    const { code, stderr } = await start(['trip']);
    assert.is(code, 70);
    assert.match(
      stderr,
      /Error: on purpose\n {4}at (Object\.)?trip \(lib\/cli\/late\.ts:11:9\)\n {4}at (async )?main \(lib\/cli\/main\.ts:4:/,
    );
  }));

test('a damaged cache is never believed', () =>
  withBuilt(async ({ start, code }) => {
    const sound = new Map(code().map((file) => [file, readFileSync(file)]));
    const damage: ((bytes: Buffer, n: number) => Buffer)[] = [
      (bytes, n) => Buffer.from(bytes.map((byte, at) => (at === Math.floor((bytes.length * n) / 8) ? byte ^ (1 << n) : byte))),
      (bytes, n) => bytes.subarray(0, Math.floor((bytes.length * n) / 8)),
      (bytes, n) => Buffer.from(bytes).fill(0, Math.floor((bytes.length * n) / 8)),
    ];
    const wrong: string[] = [];
    for (let n = 0; n < 8; n += 2) {
      for (const [kind, change] of damage.entries()) {
        for (const [file, bytes] of sound) writeFileSync(file, change(bytes, n));
        const ended = await start(['run']);
        if (ended.code !== 0 || ended.stdout !== RIGHT) wrong.push(`${kind}/${n}: ${ended.code} ${ended.signal} ${ended.stderr}`);
      }
    }
    const [one, two] = [...sound.keys()];
    writeFileSync(one ?? '', sound.get(two ?? '') ?? '');
    const swapped = await start(['run']);
    if (swapped.stdout !== RIGHT) wrong.push(`swapped: ${swapped.stderr}`);
    assert.equal(wrong, []);
  }));

test('a source changed by hand is what runs, even at the same length', () =>
  withBuilt(async ({ start, dist }) => {
    const file = join(dist, 'chunks/main.cjs');
    writeFileSync(file, readFileSync(file, 'utf8').replace('length:50', 'length:49'));
    assert.is((await start(['run'])).stdout, '[true,1176,true,"run"]\n');
  }));

test('many first starts at once do each other no harm', () =>
  withBuilt(async ({ start, dist, code }) => {
    rmSync(join(dist, 'code'), { recursive: true });
    const ended = await Promise.all(Array.from({ length: 6 }, () => start(['run'])));
    assert.equal(
      ended.map(({ stdout, stderr }) => stdout + stderr),
      ended.map(() => RIGHT),
    );
    assert.equal(
      code().filter((file) => file.includes('/.')),
      [],
      'no temporary file is left',
    );
    assert.is((await start(['run'])).stdout, RIGHT);
  }));

test('where nothing can be written it runs all the same; where only dist is closed, the own cache folder is used', () =>
  withBuilt(async ({ start, dist, home }) => {
    rmSync(join(dist, 'code'), { recursive: true });
    writeFileSync(join(dist, 'code'), 'a file, so that no one, not even root, makes a folder here');
    assert.is((await start(['run'])).stdout, RIGHT);
    assert.ok(files(join(home, '.cache/sbx/code')).length >= 3);
    assert.is((await start(['run'], { XDG_CACHE_HOME: '/proc/nowhere' })).stdout, RIGHT);
    assert.is((await start(['run'], { XDG_CACHE_HOME: join(dist, 'code') })).stdout, RIGHT);
    assert.is((await start(['run'], { SBX_CODE_CACHE: 'off' })).stdout, RIGHT);
  }));

test('options of Node keep the cache out', () =>
  withBuilt(async ({ dist, home }) => {
    rmSync(join(dist, 'code'), { recursive: true });
    cpSync(dist, join(home, 'copy'), { recursive: true });
    const ended = await execute(process.execPath, ['--max-old-space-size=200', join(dist, 'sbx.cjs'), 'run'], { cwd: home, home });
    assert.is(ended.stdout, RIGHT);
    assert.equal(files(join(dist, 'code')), []);
  }));

test('a Node that is too old and Windows itself are refused with a way out', () =>
  withBuilt(async ({ dist, home }) => {
    const pretend = (change: string): Promise<Ended> =>
      execute(process.execPath, ['-e', `${change}; require(${JSON.stringify(join(dist, 'sbx.cjs'))})`], { cwd: home, home });
    const old = await pretend("Object.defineProperty(process, 'versions', { value: { node: '20.18.3' } })");
    assert.is(old.code, 70);
    assert.match(old.stderr, 'sbx needs Node 20.19 or newer; this is 20.18.3');
    const windows = await pretend("Object.defineProperty(process, 'platform', { value: 'win32' })");
    assert.is(windows.code, 70);
    assert.match(windows.stderr, /WSL2/);
  }));

test.run();
