import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../lib/model/project.ts';
import { remoteBuild as remote } from '../../tasks/remote-build.ts';
import { sandboxSpec, step } from '../sync/fixture.ts';
import { type Stand, withStand } from '../sync/scope.ts';
import { read, write } from '../sync/tree.ts';

const SYNC = step('sync', 'sync', { fields: { exclude: ['*.o'] } });

function build(text: string, over: Partial<Step> = {}): Step {
  return step('build', 'remote-build', { script: { shell: 'sh', text, variables: [], source: text }, ...over });
}

async function synced(stand: Stand): Promise<void> {
  const done = await stand.run(SYNC);
  if (!done.ok) throw new Error(done.error.message);
}

test('sync sends the sources less what is excluded; again it is untouched', () =>
  withStand(async (stand) => {
    write(stand.here, { 'a b': '1', 'x.o': 'no', '.sbx/lock': 'no' });
    await synced(stand);
    assert.equal(read(stand.there), { 'a b': '1' });
    const again = await stand.run(SYNC);
    assert.equal(again.ok && again.value, { receipt: stand.receipt, untouched: true });
  }));

test('sync leaves products and state of steps in the place alone', () =>
  withStand(async (stand) => {
    write(stand.here, { a: '1', 'out/x': 'made here', 'sub/state/y': 'made here', 'lib/state/z': 'source' });
    const maker = build('true', { outputs: ['out'], state: ['state'], dir: 'sub' });
    const { projectOf } = await import('../sync/fixture.ts');
    const project = projectOf(stand.here, [SYNC, maker, build('true', { id: 'b2', outputs: ['out/**'] })]);
    const { sync } = await import('../../tasks/sync.ts');
    const draft = sync.plan(SYNC, { project, sandbox: sandboxSpec(), downstream: ['/far'] });
    const reads = draft.value?.reads;
    assert.equal(reads, { is: 'sources', files: 'all', exclude: ['*.o', '/far', '/sub/out', '/sub/state', '/out/**'] });
  }));

test('remote-build runs in the workspace, leaves its hold, and tells its products and disturbed inputs', () =>
  withStand(async (stand) => {
    write(stand.here, { 'in/x': '1', 'in/y': '2', other: '3' });
    await synced(stand);
    const quiet = await stand.run(build('mkdir -p out; cp in/x "out/a b"; ln -s "a b" out/l', { outputs: ['out'] }));
    if (!quiet.ok) throw new Error(JSON.stringify(quiet.error));
    assert.not(quiet.value.disturbed);
    assert.equal(
      quiet.value.placed?.entries.map((entry) => [entry.kind, entry.path]),
      [
        ['file', 'out/a b'],
        ['link', 'out/l'],
      ],
    );
    assert.is(readFileSync(join(stand.there, '.sbx/holds/build'), 'utf8'), 'f'.repeat(64));
    const aside = await stand.run(build('echo more >>other', { inputs: ['in/**'] }));
    assert.not(aside.ok && aside.value.disturbed, 'what it does not read may change');
    assert.is(readFileSync(join(stand.there, '.sbx/holds/build'), 'utf8'), 'f'.repeat(64));
    const noisy = await stand.run(build('echo more >>in/y; echo more >>other', { inputs: ['in/**'] }));
    assert.equal(noisy.ok && noisy.value, { disturbed: ['in/y'] });
    assert.is(readFileSync(join(stand.there, '.sbx/holds/build'), 'utf8'), '', 'the place must not say that it holds this');
  }));

test('a failed remote-build keeps what it left, but not its hold; missing products are a failure', () =>
  withStand(async (stand) => {
    write(stand.here, { x: '1' });
    await synced(stand);
    await stand.run(build('true'));
    assert.ok(existsSync(join(stand.there, '.sbx/holds/build')));
    const failed = await stand.run(build('echo left >left; exit 3'));
    assert.is(failed.ok ? '' : failed.error.code, 'command-failed');
    assert.not(existsSync(join(stand.there, '.sbx/holds/build')));
    assert.ok(existsSync(join(stand.there, 'left')));
    const missing = await stand.run(build('true', { outputs: ['no such'] }));
    assert.is(missing.ok ? '' : missing.error.code, 'output-missing');
    assert.is(readFileSync(join(stand.there, '.sbx/holds/build'), 'utf8'), '');
    stand.receipt = undefined;
    await stand.run(build('true'));
    assert.is(readFileSync(join(stand.there, '.sbx/holds/build'), 'utf8'), 'f'.repeat(64), 'without a sync too');
  }));

test('what a remote-build makes: its place without outputs, a verdict for none, products else', () => {
  const plan = (over: Partial<Step>, kind: 'ssh' | 'local' = 'ssh') => {
    const one = build('true', over);
    const project = { sandboxes: new Map(), steps: new Map([[one.id, one]]) } as never;
    return remote.plan(one, { project, sandbox: sandboxSpec({ kind }), downstream: [] }).value?.makes;
  };
  assert.equal(plan({}), { is: 'place', globs: [] });
  assert.equal(plan({ outputs: [] }), { is: 'verdict' });
  assert.equal(plan({ outputs: ['o'], dir: 'sub' }), { is: 'place', globs: ['sub/o'] });
  assert.equal(plan({}, 'local'), { is: 'nothing' });
  assert.equal(plan({ outputs: ['o'] }, 'local'), { is: 'files', globs: ['o'] });
});

test('a shell step in the place is looked at afterwards like a remote-build', () =>
  withStand(async (stand) => {
    write(stand.here, { 'in/x': '1' });
    await synced(stand);
    const text = 'mkdir out; cp in/x out/x';
    const shell = step('pack', 'shell', { script: { shell: 'sh', text, variables: [], source: text }, outputs: ['out/*'] });
    const done = await stand.run(shell);
    assert.equal(done.ok && done.value.placed?.entries.map(({ path }) => path), ['out/x']);
    assert.is(readFileSync(join(stand.there, '.sbx/holds/pack'), 'utf8'), 'f'.repeat(64));
  }));

test('a source file is read first if it is there', () =>
  withStand(async (stand) => {
    write(join(stand.there, '..'), { 'env file': 'TOOL=found; export TOOL\n' });
    const fields = { source: '~/env file' };
    const ran = await stand.run(build('test "$TOOL" = found', { fields }));
    assert.ok(ran.ok);
    assert.ok((await stand.run(build('test -z "$TOOL"', { fields: { source: '~/nothing' } }))).ok);
  }));

test('remote-shell needs a terminal', () =>
  withStand(async (stand) => {
    const done = await stand.run(step('ghci', 'remote-shell'));
    assert.is(done.ok ? '' : done.error.code, 'task-refused');
  }));

test('teardown removes the workspace that is ours, writes it down, and is no error twice', () =>
  withStand(async (stand) => {
    write(stand.here, { x: '1' });
    await synced(stand);
    const down = step('down', 'teardown');
    const foreign = await stand.run(down, { checkout: '0'.repeat(64) });
    assert.is(foreign.ok ? '' : foreign.error.code, 'workspace-foreign');
    assert.ok(existsSync(join(stand.there, 'x')));
    assert.equal(await stand.run(down), { ok: true, value: {} });
    assert.not(existsSync(stand.there));
    assert.equal(stand.journal.slice(-2), [`DESTROYING ${stand.there}`, `DESTROYED ${stand.there}`]);
    assert.equal(await stand.run(down), { ok: true, value: { untouched: true } });
  }));

test('a teardown that releases the place at the end of a run keeps the workspace, but for `keep: none` or when it is named', () =>
  withStand(async (stand) => {
    const down = step('down', 'teardown', { releases: 'vm' });
    assert.equal(await stand.run(down, {}, stand.session, false), { ok: true, value: { untouched: true } });
    assert.ok(existsSync(stand.there));
    assert.match(stand.notes.join(), 'sbx run down');
    await stand.run(down, { sandbox: sandboxSpec({ keep: 'none' }) }, stand.session, false);
    assert.not(existsSync(stand.there));
  }));

test('in a local sandbox there is nothing to send and nothing to remove', () =>
  withStand(async (stand) => {
    write(stand.here, { x: '1' });
    const sandbox = sandboxSpec({ kind: 'local' });
    for (const one of [SYNC, step('down', 'teardown')]) {
      assert.equal(await stand.run(one, { sandbox }), { ok: true, value: { untouched: true } });
    }
    assert.is(stand.session.trips(), 1, 'the one that made the workspace');
  }));

test.run();
