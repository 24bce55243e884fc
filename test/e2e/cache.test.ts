import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { tryLock } from '../../lib/run/lock.ts';
import { whoAmI } from '../../lib/run/self.ts';
import { COMMAND } from '../rig/cli.ts';
import { needing } from '../rig/needing.ts';
import { projectIn, type TestProject, withProject } from '../rig/project.ts';
import { withTerminal } from '../rig/tmux.ts';

const BIG = 300_000;

const FILE = `version: 1
name: demo
steps:
  build: { run: "mkdir -p dist; cp src dist/src; head -c ${BIG} /dev/zero > dist/big; ln -sf src dist/link; echo built", inputs: [src], outputs: [dist] }
  lint: { run: 'echo clean', inputs: [src], outputs: [], aliases: [check] }
  always: { run: 'true' }
`;

interface Stored {
  readonly key: string;
  readonly step: string;
  readonly project: string;
  readonly at: number;
  readonly bytes: number;
  readonly outputs: number | null;
}

async function list(project: TestProject, ...words: string[]): Promise<readonly Stored[]> {
  const { code, stdout, stderr } = await project.sbx(['cache', 'ls', '--json', ...words]);
  assert.is(code, 0, stderr);
  return JSON.parse(stdout).successes;
}

/** Two successes of build, one of lint, and one of a step of that name in another project, all in one store. */
function withStore(use: (project: TestProject) => Promise<void>): Promise<void> {
  return withProject({ 'Sandboxfile.yaml': FILE, src: 'one\n' }, async (project) => {
    assert.is((await project.sbx(['run', 'build', 'lint'])).code, 0);
    project.write('src', 'two\n');
    assert.is((await project.sbx(['run', 'build', 'always'])).code, 0);
    const other = projectIn(`${project.root}-other`, project.home);
    other.write('Sandboxfile.yaml', "version: 1\nname: other\nsteps: { build: { run: 'echo x > y', inputs: [], outputs: [y] } }\n");
    assert.is((await other.sbx(['run', 'build'])).code, 0);
    await use(project);
  });
}

const recordsIn = ({ home }: TestProject): readonly string[] => readdirSync(join(home, '.cache/sbx/ac/v1'));

test('`cache ls` per step: step, key, age, size, number of outputs; of this project, or of all', () =>
  withStore(async (project) => {
    const { stdout } = await project.sbx(['cache', 'ls']);
    const lines = stdout.trimEnd().split('\n');
    assert.is(lines.length, 3, stdout);
    assert.match(lines[0] ?? '', /^ {2}build {2}[0-9a-f]{12} {2}\S+ ago {2}[\d.]+ KiB {2}3 outputs$/);
    assert.match(stdout, /\n {2}lint {3}[0-9a-f]{12} +\S+ ago +\S+ (B|KiB) +passed\n/);
    const all = await list(project);
    assert.equal(all.map(({ step, outputs }) => [step, outputs]).sort(), [
      ['build', 3],
      ['build', 3],
      ['lint', null],
    ]);
    assert.ok(all.every(({ project: name, bytes, at }) => name === 'demo' && bytes > 0 && at > 0));
    assert.equal((await list(project, 'build')).length, 2);
    assert.equal(
      (await list(project, 'check')).map(({ step }) => step),
      ['lint'],
      'an alias',
    );
    assert.equal(await list(project, 'always'), [], 'a step that is never remembered');
    assert.equal((await list(project, '--all')).length, 4);
    assert.match((await project.sbx(['cache', 'ls', '--all'])).stdout, /\n? {2}other {2}build {2}/);
    assert.is(await project.sbx(['cache', 'ls', 'always']).then((ended) => ended.stdout), 'nothing is stored\n');
  }));

test('`cache show`: the record, outputs with sizes and digests, the log; a step means its newest, a key may be cut short', () =>
  withStore(async (project) => {
    const [newest, older] = await list(project, 'build');
    assert.ok(newest && older);
    const { stdout } = await project.sbx(['cache', 'show', 'build']);
    assert.match(stdout, new RegExp(`^build\\n  key      ${newest.key}\\n  project  demo\\n  made     .* ago, in .*; last used .* ago\\n`));
    assert.match(stdout, /\nWhat counts:\n {2}task +shell\n/);
    assert.match(
      stdout,
      /\nOutputs: 3\n {2}dist\/big {3}[\d.]+ KiB {2}[0-9a-f]{64}\n {2}dist\/link {2}link +src\n {2}dist\/src {3}4 B +[0-9a-f]{64}\n/,
    );
    assert.match(stdout, /\nLog:\n {2}\| built\n$/);
    const document = JSON.parse((await project.sbx(['cache', 'show', '--json', older.key.slice(0, 10)])).stdout);
    assert.equal([document.schema, document.key, document.step, document.log], ['sbx-cache-show', older.key, 'build', 'built\n']);
    assert.equal(
      document.outputs.map(({ path }: { path: string }) => path),
      ['dist/big', 'dist/link', 'dist/src'],
    );
    assert.is(document.record.inputs.length, 64);
    const lint = JSON.parse((await project.sbx(['cache', 'show', '--json', 'lint'])).stdout);
    assert.equal([lint.outputs, lint.log], [null, 'clean\n']);
    const outside = join(project.root, '..');
    const alone = await project.sbx(['-C', outside, 'cache', 'show', newest.key]);
    assert.equal([alone.code, alone.stderr], [0, ''], 'a key needs no project');
  }));

test('`cache show` shows a command as it was written, as long as the file still has it so', () => {
  const file = (more: string) =>
    `version: 1\nparams: { who: you }\nsteps: { greet: { run: "echo ${more}\${{ params.who }}", outputs: [] } }\n`;
  return withProject({ 'Sandboxfile.yaml': file('hello ') }, async (project) => {
    await project.sbx(['run', 'greet']);
    const shown = (await project.sbx(['cache', 'show', 'greet'])).stdout;
    assert.match(shown, /\n {2}command +sh: echo hello \$\{\{ params\.who \}\}\n {2}value +params\.who=you\n/);
    project.write('Sandboxfile.yaml', file('bye '));
    assert.not.match((await project.sbx(['cache', 'show', 'greet'])).stdout, 'params.who');
  });
});

test('`cache show` and `cache rm`: clear errors for what is no step, no key, or not unique', () =>
  withStore(async (project) => {
    const refused = async (...words: string[]) => {
      const { code, stderr } = await project.sbx(['cache', ...words]);
      assert.ok(code === 2 || code === 1, `${words.join(' ')}: ${code}`);
      return stderr;
    };
    assert.is(await refused('show', 'biuld'), 'sbx: biuld is neither a step nor a key\n  did you mean build?\n');
    assert.is(await refused('show', '00000000'), 'sbx: nothing is stored under the key 00000000\n');
    assert.is(await refused('show', 'always'), 'sbx: nothing is stored of always\n');
    assert.match(await refused('show'), /cache show needs a STEP or a KEY/);
    assert.match(await refused('rm', '-y'), /cache rm needs at least one STEP or KEY/);
    assert.match(await refused('stats', 'build'), /cache stats does not take "build"/);
    assert.match(await refused('gc', '-n'), /cache gc has no flag --dry-run/);
    assert.match(await refused('-C', '/', 'ls'), /no Sandboxfile/);
    // A record whose name begins as another one does is damaged, and passed over; two that are whole are made by looking for them.
    const [{ key } = { key: '' }] = await list(project, 'build');
    writeFileSync(join(project.home, '.cache/sbx/ac/v1', `${key.slice(0, 8)}${'0'.repeat(56)}`), 'damaged');
    assert.is((await project.sbx(['cache', 'show', key.slice(0, 8)])).code, 0);
    assert.is(recordsIn(project).length, 5, 'and left where it is');
  }));

test('`cache rm` of a step: `-n` shows, `-y` removes the records, its blobs go by the collection when nothing refers to them', () =>
  withStore(async (project) => {
    const shown = await project.sbx(['cache', 'rm', '-n', 'build']);
    assert.match(shown.stdout, /^would remove:\n {2}build {2}.*\n {2}build {2}.*\n$/);
    const asked = await project.sbx(['cache', 'rm', 'build']);
    assert.is(asked.code, 1, 'nobody can answer');
    assert.match(asked.stderr, /nothing was removed; without a question: sbx cache rm -y\n$/);
    assert.is(recordsIn(project).length, 4);
    const [, older] = await list(project, 'build');
    assert.is(
      (await project.sbx(['cache', 'rm', '-y', (older?.key ?? '').slice(0, 12)])).stdout,
      'removed 1 record; what only they referred to goes with the next collection\n',
    );
    const removed = await project.sbx(['cache', 'rm', '-y', 'build']);
    assert.match(removed.stdout, /^removed 1 record; .*\nthe project here knows by itself how build went: sbx clean makes it forget\n$/);
    assert.equal((await list(project, '--all')).map(({ project: name, step }) => [name, step]).sort(), [
      ['demo', 'lint'],
      ['other', 'build'],
    ]);
    assert.is((await project.sbx(['cache', 'rm', '-y', 'build'])).stdout, 'nothing to remove\n');
    // Fresh as long as it lies here; gone, it is made again.
    assert.match((await project.sbx(['status', 'build'])).stdout, /^up to date/);
    rmSync(join(project.root, 'dist'), { recursive: true });
    assert.match((await project.sbx(['run', 'build'])).stdout, /build succeeded/);
    project.write('src', 'one\n');
    assert.match((await project.sbx(['plan', 'build'])).stdout, /run +miss +build/);
  }));

test('`cache rm` beside a collection: it is said who holds the store, and nothing is removed', () =>
  withStore(async (project) => {
    const io = { files: realFiles, clock: realClock, nonce };
    const lock = tryLock(io, { path: join(project.home, '.cache/sbx/gc.lock'), self: whoAmI(realFiles), command: 'a collection' });
    assert.ok(lock.ok && 'release' in lock.value);
    const { code, stderr } = await project.sbx(['cache', 'rm', '-y', 'lint']);
    assert.equal([code, recordsIn(project).length], [1, 4], stderr);
    assert.match(stderr, /the store is in use by .*a collection/);
    lock.value.release();
    assert.is((await project.sbx(['cache', 'rm', '-y', 'lint'])).code, 0);
  }));

needing('tmux')('`cache rm` asks on a terminal', () =>
  withStore(async (project) => {
    const env = { HOME: project.home, XDG_CACHE_HOME: join(project.home, '.cache') };
    const command = `${COMMAND} cache rm lint`;
    await withTerminal(command, { columns: 100, rows: 20, cwd: project.root, env }, async (terminal) => {
      await terminal.until((screen) => screen.includes('Remove it from the store? [y/N]'), 'the question');
      await terminal.keys('y', 'Enter');
      await terminal.until((screen) => screen.includes('removed 1 record'), 'the answer');
    });
    assert.equal(
      (await list(project)).filter(({ step }) => step === 'lint'),
      [],
    );
  }),
);

test.run();
