import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';
import { runTo, withFarProject } from './far-project.ts';

interface PlanDocument {
  readonly total: {
    readonly ms: number;
    readonly bytes: number;
    readonly unpriced: number;
    readonly hits: number;
    readonly misses: number;
  };
  readonly steps: readonly {
    readonly id: string;
    readonly cache?: string;
    readonly why: string;
    readonly price?: { readonly ms?: number; readonly bytes?: number };
  }[];
}

test('`plan` with hit or miss, reason, predicted seconds and bytes', async () => {
  await withFarProject({ more: "  note: { run: 'true' }\n" }, async (story) => {
    const planOf = async (...names: string[]) => {
      const { total, steps } = JSON.parse((await story.sbx(['plan', '--json', ...names])).stdout) as PlanDocument;
      return { total, of: (id: string) => steps.find((one) => one.id === id) };
    };
    const before = await planOf('fetch-artifacts');
    assert.equal([before.total.hits, before.total.misses, before.total.unpriced], [0, 3, 3]);
    await runTo(story, 'fetch-artifacts', 'note');

    story.project.write('src/a', 'edited\n');
    const edited = await planOf('fetch-artifacts');
    const sync = edited.of('sync');
    assert.equal([sync?.cache, sync?.why], ['miss', 'inputs changed: src/a']);
    assert.ok((sync?.price?.bytes ?? 0) >= 8, 'a sync: bytes from history');
    assert.type(sync?.price?.ms, 'number');
    assert.is(edited.total.unpriced, 0);
    assert.is(edited.total.bytes, (sync?.price?.bytes ?? 0) + (edited.of('fetch-artifacts')?.price?.bytes ?? 0));
    assert.match((await story.sbx(['plan', 'fetch-artifacts'])).stdout, /run {2}miss {2}sync .*s, \d+ B {2}inputs changed: src\/a/);

    story.project.write('src/a', 'one\n');
    story.project.remove('out');
    const removed = await planOf('fetch-artifacts', 'note');
    const fetch = removed.of('fetch-artifacts');
    assert.equal(
      [fetch?.cache, fetch?.why, fetch?.price],
      ['hit', 'outputs missing: out/app', { bytes: 8 }],
      'a restore: bytes from the record',
    );
    assert.equal([removed.of('build')?.cache, removed.of('note')?.cache], ['hit', undefined], 'what is never remembered can be neither');
    assert.match((await story.sbx(['plan', 'fetch-artifacts'])).stdout, /1 would be restored, .*; about 8 B; no place is reached\n$/);
  });
});

const FILE = `version: 1
steps:
  build: { run: cat src > out, inputs: [src], outputs: [out] }
  lint: { run: grep -q . src, inputs: [src], outputs: [] }
`;

test('`status` for scripts (exit 3 if not up to date)', () =>
  withProject({ 'Sandboxfile.yaml': FILE, src: 'one\n' }, async (project) => {
    const status = async (...words: string[]) => {
      const { code, stdout, stderr } = await project.sbx(['status', ...words]);
      return { code, stdout, stderr };
    };
    const before = await status('build', 'lint');
    assert.is(before.code, 3);
    assert.match(before.stdout, /^not up to date:\n {2}build {2}never ran here\n {2}lint/);
    assert.is((await project.sbx(['run', 'build'])).code, 0);
    assert.equal(await status('build'), { code: 0, stdout: 'up to date\n', stderr: '' });
    assert.is((await status('lint')).code, 3, 'the named step alone counts');
    const json = await status('--json', 'build', 'lint');
    assert.is(json.code, 3);
    const { schema, upToDate, stale } = JSON.parse(json.stdout);
    assert.equal([schema, upToDate, stale.length], ['sbx-status', false, 1]);
    assert.equal(stale[0], { id: 'lint', decision: { is: 'run', reasons: [{ code: 'never-ran' }] }, why: 'never ran here' });
    const unknown = await status('biuld');
    assert.is(unknown.code, 2);
    assert.match(unknown.stderr, /biuld.*\n.*build/);
    project.remove('out');
    assert.is((await status('build')).code, 3, 'a missing output');
    project.write('Sandboxfile.yaml', 'version: 1\nsteps: { build: { rnu: x } }\n');
    for (const words of [['build'], ['--json', 'build']]) {
      const faulty = await status(...words);
      assert.equal([faulty.code, faulty.stdout], [2, ''], words.join(' '));
      assert.match(faulty.stderr, /rnu/);
    }
  }));

test.run();
