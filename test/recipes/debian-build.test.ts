// What build-image decides before it builds. The image itself: debian-build.long.ts.
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, execute, REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { leftOut } from '../rig/needing.ts';

const RECIPES = join(REPOSITORY, 'recipes');

/** The plan of a dry run as its lines say it. */
function planOf(stdout: string): ReadonlyMap<string, string> {
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
}

interface Bench {
  readonly folder: string;
  /** Recipes of its own, to change. */
  readonly recipes: string;
  readonly image: (...args: readonly string[]) => Promise<Ended>;
  readonly plan: (...args: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

function withBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const recipes = join(folder, 'the recipes');
    cpSync(RECIPES, recipes, { recursive: true });
    writeFileSync(join(folder, 'sources'), 'deb http://deb.debian.org/debian bookworm main\n');
    const image = (...args: readonly string[]): Promise<Ended> =>
      execute(
        join(recipes, 'debian-build/build-image'),
        ['--sources', join(folder, 'sources'), '--cache', join(folder, 'cache'), ...args],
        { cwd: folder, home: folder },
      );
    await use({
      folder,
      recipes,
      image,
      async plan(...args) {
        const { code, stdout, stderr } = await image('--output', 'out.qcow2', '--dry-run', ...args);
        assert.is(code, 0, stderr);
        return planOf(stdout);
      },
    });
  });
}

const WRONG: readonly (readonly [args: readonly string[], said: string])[] = [
  [[], '--output is missing'],
  [['--output'], '--output needs a value'],
  [['--output', 'x', '--bogus'], '--bogus is no option'],
  [['--output', 'x', 'y'], 'y is no option'],
  [['--output', 'x', '--format', 'vmdk'], '--format vmdk: qcow2 or raw'],
  [['--output', 'x', '--suite', '--include=x'], '--suite --include=x: no name of a suite'],
  [['--output', 'x', '--packages', 'gcc make'], '--packages gcc make: names of packages with commas between'],
  [['--output', 'x', '--packages', '-oDPkg::Pre-Invoke=id'], '--packages -oDPkg::Pre-Invoke=id: names of packages with commas between'],
  [['--output', 'x', '--packages', 'a$(id)'], '--packages a$(id): names of packages with commas between'],
  [['--output', 'x', '--kernel', 'linux/../x'], '--kernel linux/../x: no name of a package'],
  [['--output', 'x', '--hostname', 'a b'], '--hostname a b: no name of a host'],
  [['--output', 'x', '--size', '2G'], '--size 2G: a number of MiB'],
  [['--output', 'x', '--size', '0512'], '--size 0512: a number of MiB'],
  [['--output', 'x', '--size', '511'], '--size 511: at least 512 MiB'],
  [['--output', 'x', '--append', 'a\nb'], '--append: printable ASCII only'],
];

test('what is asked wrongly is said, with exit 2, and nothing is made', () =>
  withBench(async ({ folder, image }) => {
    for (const [args, said] of WRONG) {
      const { code, stderr } = await image(...args);
      assert.equal([code, stderr], [2, `build-image: ${said}; see --help\n`], args.join(' '));
    }
    const { code, stderr } = await image('--output', 'x', '--sources', 'nowhere');
    assert.equal([code, stderr], [2, 'build-image: --sources nowhere: cannot be read; see --help\n']);
    assert.equal([existsSync(join(folder, 'cache')), existsSync(join(folder, 'x'))], [false, false]);
    const help = await image('--help');
    assert.is(help.code, 0);
    for (const [option] of help.stdout.matchAll(/^ {2}--[a-z-]+/gm))
      assert.ok(readFileSync(join(RECIPES, 'debian-build/build-image'), 'utf8').includes(`${option.trim()}`));
  }));

test('a dry run says what would be made, and needs neither rights nor tools', () =>
  withBench(async ({ folder, plan }) => {
    const said = await plan('--agent', '--packages', 'ghc,cabal-install', '--size', '4096', '--suite', 'trixie');
    assert.equal(
      ['suite', 'packages', 'size', 'format', 'agent', 'output', 'would'].map((name) => said.get(name)),
      ['trixie', 'ghc,cabal-install,python3', '4096 MiB', 'qcow2', 'yes', 'out.qcow2', 'build it'],
    );
    assert.match(said.get('key') ?? '', /^[0-9a-f]{64}$/);
    assert.equal(readdirSync(folder).sort(), ['.cache', '.config', '.run', '.state', 'sources', 'the recipes']);
  }));

test('the key is that of all that makes the image: every option, every file; and of nothing else', () =>
  withBench(async ({ folder, recipes, plan }) => {
    const key = async (...args: readonly string[]): Promise<string> => (await plan(...args)).get('key') ?? '';
    const keys = [await key()];
    const options = [
      '--format raw',
      '--suite sid',
      '--packages make',
      '--kernel linux-image-amd64',
      '--size 2049',
      '--hostname other',
      '--append quiet',
      '--agent',
    ];
    for (const option of options) keys.push(await key(...option.split(' ')));
    assert.equal([await key('--output', 'elsewhere', '--refresh'), await key('--cache', 'other')], [keys[0], keys[0]]);
    const touch = (path: string): void => writeFileSync(path, `${readFileSync(path, 'utf8')}# changed\n`);
    const files = [
      'debian-build/build-image',
      'debian-build/parts/tree',
      'debian-build/parts/settle',
      'debian-build/parts/disk',
      'haskell-build/files/first-boot',
      'haskell-build/files/first-boot.service',
    ];
    for (const path of [...files.map((file) => join(recipes, file)), join(folder, 'sources')]) {
      touch(path);
      keys.push(await key());
    }
    const [without, withAgent] = [await key(), await key('--agent')];
    for (const path of [
      'haskell-build/agent/build_agent/tunnel.py',
      'haskell-build/scripts/install-agent.sh',
      'haskell-build/files/build-agent.service',
    ]) {
      touch(join(recipes, path));
      assert.is(await key(), without, `${path} is no part of an image without the agent`);
      keys.push(await key('--agent'));
    }
    keys.push(withAgent);
    assert.is(new Set(keys).size, keys.length, 'all of them differ');
  }));

test('what is kept is delivered without rights or tools, damaged it is not', () =>
  withBench(async ({ folder, image, plan }) => {
    const kept = join(folder, 'cache', `${(await plan()).get('key')}.qcow2`);
    mkdirSync(join(folder, 'cache'));
    writeFileSync(kept, 'an image');
    const sum = createHash('sha256').update('an image').digest('hex');
    writeFileSync(`${kept}.sha256`, `${sum}\n`);
    writeFileSync(join(folder, 'out.qcow2'), 'an older one');
    assert.is((await plan()).get('would'), 'copy what is kept');
    const { code, stdout, stderr } = await image('--output', 'out.qcow2');
    assert.equal([code, stderr], [0, '']);
    assert.match(stdout, /^build-image: kept from before: /);
    assert.is(readFileSync(join(folder, 'out.qcow2'), 'utf8'), 'an image');
    assert.equal(
      readdirSync(folder).filter((name) => name.includes('making')),
      [],
    );
    assert.is((await plan('--refresh')).get('would'), 'build it');
    writeFileSync(kept, 'an imagf');
    assert.is((await plan()).get('would'), 'build it');
  }));

test('tools that are missing are named', () =>
  withBench(async ({ folder, recipes }) => {
    // Nothing is found but what a plain system has.
    const path = join(folder, 'bin');
    mkdirSync(path);
    for (const name of ['sh', 'dirname', 'id', 'cut', 'sha256sum', 'mkdir', 'find', 'sort', 'cat', 'dpkg-query']) {
      writeFileSync(join(path, name), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${name} "$@"\n`);
      chmodSync(join(path, name), 0o755);
    }
    const script = readFileSync(join(recipes, 'debian-build/build-image'), 'utf8').replace('PATH=$PATH:/usr/sbin:/sbin', '');
    writeFileSync(join(recipes, 'debian-build/build-image'), script);
    const ended = await execute('/bin/sh', [join(recipes, 'debian-build/build-image'), '--output', 'x', '--cache', 'c'], {
      cwd: folder,
      home: folder,
      env: { PATH: path },
    });
    assert.is(ended.code, 1);
    assert.match(
      ended.stderr,
      /^build-image: not installed: mmdebstrap sfdisk mformat mcopy syslinux mke2fs qemu-img \(Debian: apt-get install /,
    );
  }));

(process.getuid?.() === 0 ? test : leftOut('not root'))('packages that do not fit the disk are told before one is made', () =>
  withFolder(async (folder) => {
    mkdirSync(join(folder, 'tree'));
    writeFileSync(join(folder, 'tree/large'), '');
    truncateSync(join(folder, 'tree/large'), 500 << 20);
    const { code, stderr } = await execute(
      join(RECIPES, 'debian-build/parts/disk'),
      [join(folder, 'tree'), join(folder, 'disk'), '512', 'raw'],
      { cwd: folder, home: folder },
    );
    assert.equal(
      [code, stderr.replace(/\d{3} MiB, /, 'N MiB, ')],
      [1, 'disk: the packages take N MiB, which a disk of 512 MiB does not hold\n'],
    );
    assert.not(existsSync(join(folder, 'disk')));
  }),
);

test.run();
