import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, SBX } from '../rig/cli.ts';
import { until } from '../rig/patience.ts';
import { kill, processesWith } from '../rig/processes.ts';
import { type FarProject, withFarProject } from './far-project.ts';

// Runs that lose their link, are followed from elsewhere, are killed, and are ended.

const BUILD = `echo begun; until [ -e ../go ]; do sleep 0.05; done; echo end
mkdir -p out work; cat src/* > out/app`;

interface Begun {
  readonly run: string;
  /** Of sbx itself. */
  readonly pid: number | undefined;
  readonly exit: Promise<number | null>;
  output(): string;
}

/** A story in which a run has come to its build, which waits. */
async function withBegun(use: (story: FarProject, begun: Begun) => Promise<void>, build = BUILD): Promise<void> {
  await withFarProject({ run: build }, async (story) => {
    story.project.write('Sandboxfile.yaml', story.project.read('Sandboxfile.yaml').replace('grace: 3s', 'grace: 10m'));
    const env = cleanEnvironment({ home: story.project.home, env: story.sshd.env });
    const child = spawn(process.execPath, [SBX, 'run', 'build', '--output=plain'], { cwd: story.project.root, env });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
    await until(
      () => `the build\n${output}`,
      () => /begun/.test(output),
    );
    const [run = ''] = readdirSync(join(story.project.root, '.sbx/runs'));
    await use(story, { run, pid: child.pid, exit, output: () => output });
  });
}

const go = ({ folder }: FarProject): void => writeFileSync(join(folder, 'far/go'), '');
const living = ({ run }: Begun): number => processesWith([`SBX_RUN=${run}`]).length;
/** What is kept in the home there. */
function kept({ sshd }: FarProject): readonly string[] {
  const runs = join(sshd.home, '.sbx/runs');
  return existsSync(runs) ? readdirSync(runs).flatMap((owner) => readdirSync(join(runs, owner))) : [];
}

test('the link is cut in the middle of a build: the views and the journal tell of it, and the build is done', () =>
  withBegun(async (story, begun) => {
    story.sshd.cut();
    await until(
      () => `it is back\n${begun.output()}`,
      () => /back in far after/.test(begun.output()),
    );
    assert.match(begun.output(), /link lost to far, trying again in [\d.]+m?s: .*the connection was lost/);
    go(story);
    assert.is(await begun.exit, 0, begun.output());
    assert.is(begun.output().match(/begun/g)?.length, 1);
    assert.is(begun.output().match(/\bend$/gm)?.length, 1);
    assert.match((await story.sbx(['replay'])).stdout, /back in far after/);
    assert.is(story.there('out/app'), 'one\ntwo\n');
    await until('nothing is kept', () => kept(story).length === 0);
  }));

test('a run that works: ps lists it, attach shows it from its beginning to its end, with its exit code', () =>
  withBegun(async (story, begun) => {
    const listed = await story.sbx(['ps']);
    assert.match(listed.stdout, new RegExp(`${begun.run}  build  far  for .*  attached`));
    const [first] = JSON.parse((await story.sbx(['ps', '--json'])).stdout).steps;
    assert.equal([first.step, first.state], ['build', 'attached']);
    const attached = story.sbx(['attach', begun.run]);
    go(story);
    const { code, stdout } = await attached;
    assert.is(code, 0);
    assert.is(stdout.match(/begun/g)?.length, 1);
    assert.match(stdout, /\bend$/m);
    assert.is(await begun.exit, 0);
    assert.is((await story.sbx(['ps'])).stdout, 'nothing is under way\n');
  }));

test('sbx is killed: ps says what goes on, attach shows all that it printed and how it ended', () =>
  withBegun(async (story, begun) => {
    kill(begun.pid);
    await begun.exit;
    assert.match((await story.sbx(['ps'])).stdout, new RegExp(`${begun.run}  build  far  for .*  orphaned`));
    assert.ok(living(begun) > 0, 'to look does not end it');
    const attached = story.sbx(['attach']);
    go(story);
    const { code, stdout, stderr } = await attached;
    assert.is(code, 0, stdout + stderr);
    assert.is(stdout.match(/begun/g)?.length, 1);
    assert.match(stdout, /\bend$/m);
    assert.match(stderr, /was killed: what it left has ended well/);
    await until('nothing is kept', () => kept(story).length === 0);
    const again = await story.sbx(['run', 'build']);
    assert.is(again.code, 0);
    assert.match(again.stdout, /begun/, 'it is not taken for done');
  }));

test('sbx is killed and the build fails: ps says that it ended, attach how', () =>
  withBegun(async (story, begun) => {
    kill(begun.pid);
    go(story);
    await until('it ends', () => living(begun) === 0);
    assert.match((await story.sbx(['ps'])).stdout, /build {2}far {2}for .* {2}ended/);
    const { code, stdout } = await story.sbx(['attach']);
    assert.is(code, 1);
    assert.match(stdout, /the command exited with 7/);
  }, 'echo begun; until [ -e ../go ]; do sleep 0.05; done; exit 7'));

test('sbx is killed: the next run ends what it left before it begins, so that never two work in one workspace', () =>
  withBegun(async (story, begun) => {
    kill(begun.pid);
    await begun.exit;
    go(story);
    const again = await story.sbx(['run', 'build']);
    assert.is(again.code, 0);
    assert.is(living(begun), 0);
    assert.equal(kept(story), []);
  }));

test('kill ends a run that works as Ctrl-C does, and names what may have been meant', () =>
  withBegun(async (story, begun) => {
    const wrong = await story.sbx(['kill', `${begun.run.slice(0, -1)}x`]);
    assert.is(wrong.code, 1);
    assert.match(wrong.stderr, `did you mean ${begun.run}?`);
    assert.is((await story.sbx(['kill'])).code, 2);
    const one = await story.sbx(['kill', begun.run, 'biuld']);
    assert.match(one.stderr, 'did you mean build?');
    const ended = await story.sbx(['kill', begun.run]);
    assert.is(ended.code, 0);
    assert.is(ended.stdout, `ended ${begun.run}\n`);
    assert.is(await begun.exit, 143);
    assert.is(living(begun), 0);
    assert.is((await story.sbx(['kill', '--all'])).stdout, 'nothing is under way\n');
  }));

test('kill ends what a killed run left, and leaves nothing behind there', () =>
  withBegun(async (story, begun) => {
    kill(begun.pid);
    await begun.exit;
    const ended = await story.sbx(['kill', '-9', begun.run, 'build']);
    assert.is(ended.code, 0, ended.stderr);
    assert.is(ended.stdout, `ended build of ${begun.run} in far\n`);
    assert.is(living(begun), 0);
    await until('nothing is kept', () => kept(story).length === 0);
    assert.match((await story.sbx(['kill', '--all'])).stdout, /nothing of it goes on any more/);
  }, `trap '' TERM; echo begun; while :; do sleep 0.1; done`));

test('stopped while its link is lost: it is said that the build goes on there, ps lists it, kill ends it', () =>
  withBegun(async (story, begun) => {
    story.sshd.stop();
    story.sshd.cut();
    await until('the loss is noticed', () => /link lost to far/.test(begun.output()));
    kill(begun.pid, 'SIGINT');
    assert.is(await begun.exit, 130);
    assert.match(begun.output(), /build note told to stop, but the connection is lost: it goes on there, .* `sbx kill` ends it/);
    await story.sshd.start();
    assert.match((await story.sbx(['ps'])).stdout, new RegExp(`${begun.run}  build  far  for .*  orphaned`));
    assert.is((await story.sbx(['attach', begun.run])).code, 130);
    assert.is((await story.sbx(['kill', begun.run])).stdout, `ended build of ${begun.run} in far\n`);
    assert.is(living(begun), 0);
  }));

test('a place that does not answer: ps says that nobody knows, kill exits with 4', () =>
  withBegun(async (story, begun) => {
    kill(begun.pid);
    await begun.exit;
    story.sshd.stop();
    const listed = await story.sbx(['ps']);
    assert.match(listed.stdout, /build {2}far {2}for .* {2}unknown/);
    assert.is((await story.sbx(['kill', '--all'])).code, 4);
    await story.sshd.start();
    assert.is((await story.sbx(['kill', '--all'])).code, 0);
    assert.is(living(begun), 0);
  }));

test.run();
