import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Invocation, REPOSITORY } from '../rig/cli.ts';
import { clockBehind } from '../rig/clock.ts';
import { compiled, type FarHaskell, findFiles, sharedFarHaskell, touchSources, withFarHaskell } from './far-haskell.ts';

const GREETING = 'src/Hello/Greeting.hs';
/** For all tests that need no clock or workspace of their own. */
const withSharedHaskell = sharedFarHaskell(5);

async function succeed(story: FarHaskell, ...args: string[]): Promise<string> {
  const ended = await story.sbx(['run', '--output', 'plain', ...args]);
  assert.is(ended.code, 0, `${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`);
  return ended.stdout;
}

/** The sources as they are in the examples, and built. */
async function asGiven(story: FarHaskell): Promise<void> {
  story.project.write(GREETING, readFileSync(join(REPOSITORY, 'examples/haskell', GREETING)));
  await succeed(story, 'remote-build');
}

/** What the executable in the workspace says. */
function greeting(story: FarHaskell): string {
  return story.far(`$(find ${story.workspace}/dist-newstyle -type f -name hello -perm -100) Ada`);
}

interface JournalEvent {
  readonly type: string;
  readonly step?: string;
  readonly done?: number;
  readonly files?: { readonly total: number };
  readonly total?: number;
  readonly unit?: string;
  readonly outcome?: { readonly is: string };
}

/** The events of a run, as --json gives them. */
async function events(story: FarHaskell, ...args: string[]): Promise<JournalEvent[]> {
  const ended = await story.sbx(['run', '--json', ...args]);
  assert.is(ended.code, 0, ended.stdout + ended.stderr);
  return ended.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEvent);
}

function outcomes(all: readonly JournalEvent[]): Record<string, string | undefined> {
  return Object.fromEntries(all.filter((e) => e.type === 'step-finished').map((e) => [e.step, e.outcome?.is]));
}

test("A real Haskell project with a library, an executable and a test suite builds over Debian's sshd (own config, high port, user build) with Debian's ghc and cabal, offline; the fetched executable runs on this side.", async () => {
  await withSharedHaskell(async (story) => {
    const output = await succeed(story, 'fetch-artifacts', 'remote-test');
    assert.equal(
      compiled(output)
        .filter((name) => name.startsWith('Hello.'))
        .slice(0, 2),
      ['Hello.Name', 'Hello.Greeting'],
    );
    assert.match(output, /1 of 1 test suites \(1 of 1 test cases\) passed/);
    const [hello] = findFiles(join(story.project.root, 'dist-newstyle'), 'hello');
    assert.ok(hello, 'the executable was fetched');
    assert.is(execFileSync(hello, ['Ada'], { encoding: 'utf8' }), 'Hello, Ada!\n');

    // Nothing changed: nothing is dialled, even with the server gone.
    story.sshd.stop();
    assert.equal(outcomes(await events(story, 'fetch-artifacts', 'remote-test')), {
      sync: 'fresh',
      'remote-build': 'fresh',
      'remote-test': 'fresh',
      'fetch-artifacts': 'fresh',
    });
    await story.sshd.start();
  });
});

test('An edit of one module sends one file and rebuilds one module.', async () => {
  await withSharedHaskell(async (story) => {
    await asGiven(story);
    touchSources(story.project, GREETING, '"!"', '"."');
    const seen = await events(story, 'remote-build');
    const sent = seen.filter((e) => e.type === 'step-progress' && e.step === 'sync' && e.unit === 'bytes');
    assert.is(sent.at(-1)?.files?.total, 1);
    const text = seen.map((e) => (e as { text?: string }).text ?? '').join('');
    assert.equal(
      compiled(text).filter((name) => name.startsWith('Hello.')),
      ['Hello.Greeting'],
    );
  });
});

test('A type error, then its mend: one module is rebuilt.', async () => {
  await withSharedHaskell(async (story) => {
    await asGiven(story);
    const err = async (): Promise<void> => {
      touchSources(story.project, GREETING, '++ render who', '++ who');
      const failed = await story.sbx(['run', '--output', 'plain', 'remote-build']);
      assert.is(failed.code, 1);
      assert.match(failed.stdout + failed.stderr, /src\/Hello\/Greeting\.hs:\d+:\d+: error/);
    };
    await err();
    touchSources(story.project, GREETING, '"Hello, " ++ who', '"Welcome, " ++ render who');
    const mended = await succeed(story, 'remote-build');
    assert.equal(
      compiled(mended).filter((name) => name.startsWith('Hello.')),
      ['Hello.Greeting'],
    );
    assert.is(greeting(story), 'Welcome, Ada!\n');
    // A mend that takes the error back, and nothing else: cabal compares contents and may find all as it built it. Nothing more is built, and what is there is right.
    await err();
    touchSources(story.project, GREETING, '++ who', '++ render who');
    const back = await succeed(story, 'remote-build');
    assert.ok(
      compiled(back).every((name) => name === 'Hello.Greeting' || name === 'Main'),
      back,
    );
    assert.is(greeting(story), 'Welcome, Ada!\n');
  });
});

test('Build, test, build: the third is fresh.', async () => {
  await withSharedHaskell(async (story) => {
    await asGiven(story);
    story.project.write(GREETING, `${story.project.read(GREETING)}\n-- never built and tested before\n`);
    assert.is(outcomes(await events(story, 'remote-build'))['remote-build'], 'succeeded');
    assert.is(outcomes(await events(story, 'remote-test'))['remote-test'], 'succeeded');
    assert.is(outcomes(await events(story, 'remote-build'))['remote-build'], 'fresh');
  });
});

test("Older content brought back with the far side's clock an hour ahead is rebuilt.", async () => {
  await withFarHaskell(async (story) => {
    // This side's clock is the one that can be set here: an hour behind that of the far side. So are the dates of its files.
    const behind: Pick<Invocation, 'env'> = { env: { NODE_OPTIONS: `--require ${clockBehind(story.folder, 3600)}` } };
    const build = async (): Promise<string> => {
      const ended = await story.sbx(['run', '--output', 'plain', 'remote-build'], behind);
      assert.is(ended.code, 0, ended.stdout + ended.stderr);
      return ended.stdout;
    };
    const write = (text: string, hours: number): void => {
      story.project.write(GREETING, text);
      const date = Date.now() / 1000 - hours * 3600;
      utimesSync(join(story.project.root, GREETING), date, date);
    };
    const hello = story.project.read(GREETING);
    const goodbye = hello.replace('"Hello, "', '"Goodbye, "');
    write(hello, 3);
    await build();
    write(goodbye, 1);
    await build();
    assert.is(greeting(story), 'Goodbye, Ada!\n');
    write(hello, 3);
    const older = await build();
    assert.ok(compiled(older).includes('Hello.Greeting'), older);
    assert.is(greeting(story), 'Hello, Ada!\n');

    // Now that clock is set right: what it dated is of the future, and what is built next is older than all of it.
    story.far(`cd ${story.workspace} && find . -exec sh -c 'for f do touch -h -r "$f" -d "+1 hour" "$f"; done' sh {} +`);
    write(goodbye, 2);
    const output = await build();
    assert.match(output, /dated 3\d{3} s in the future/);
    assert.equal(
      compiled(output).filter((name) => name.startsWith('Hello.')),
      ['Hello.Greeting'],
    );
    assert.is(greeting(story), 'Goodbye, Ada!\n');
  });
});

test('With sshd stopped and the same sources: artifacts deleted, `sbx run fetch-artifacts` restores them, exit 0, no connection tried.', async () => {
  await withSharedHaskell(async (story) => {
    await asGiven(story);
    await succeed(story, 'fetch-artifacts');
    const folder = join(story.project.root, 'dist-newstyle');
    const [hello] = findFiles(folder, 'hello');
    assert.ok(hello);
    const bytes = readFileSync(hello);
    story.sshd.stop();
    rmSync(folder, { recursive: true });
    const seen = await events(story, 'fetch-artifacts');
    assert.is(outcomes(seen)['fetch-artifacts'], 'restored');
    assert.not(seen.some((e) => e.type === 'place-connecting'));
    assert.ok(existsSync(hello));
    assert.ok(bytes.equals(readFileSync(hello)));
    assert.is(execFileSync(hello, ['Ada'], { encoding: 'utf8' }), 'Hello, Ada!\n');
  });
});

test.run();
