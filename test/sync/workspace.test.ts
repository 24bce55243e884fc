import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SandboxSpec } from '../../lib/model/project.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import { type Arrival, arrive } from '../../lib/sync/arrive.ts';
import { checkoutOf, readSentinel } from '../../lib/sync/checkout.ts';
import { adoptWorkspace, createWorkspace, removeWorkspace } from '../../lib/sync/workspace.ts';
import { withFolder } from '../rig/folder.ts';
import { CHECKOUT, memoryJournal, OTHER, projectOf, SIGNAL, sandboxSpec, step } from './fixture.ts';
import { plainSession } from './session.ts';

async function look(
  home: string,
  over: Partial<SandboxSpec> = {},
  checkout = CHECKOUT,
  steps = [step('build', 'remote-build')],
): Promise<Arrival> {
  const session = plainSession(home);
  const seen = await arrive(session, {
    project: projectOf('/p', steps, { name: 'héllo 🧪' }),
    sandbox: sandboxSpec(over),
    checkout,
    now: Date.now(),
    signal: SIGNAL,
  });
  assert.is(session.trips(), 1);
  if (!seen.ok) throw new Error(seen.error.message);
  return seen.value;
}

async function make(home: string, path: string, checkout = CHECKOUT): Promise<void> {
  const made = await createWorkspace(plainSession(home), path, checkout, memoryJournal(), SIGNAL);
  assert.ok(made.ok);
}

test('a workspace is absent, then made, then ours; the intent is written before and the fact after', () =>
  withFolder(async (home) => {
    const first = await look(home);
    assert.equal(first.found, { is: 'absent' });
    assert.is(first.workspace, join(home, 'sbx/héllo 🧪'));
    const journal = memoryJournal();
    const session = plainSession(home);
    assert.ok((await createWorkspace(session, first.workspace, CHECKOUT, journal, SIGNAL)).ok);
    assert.equal(journal.lines, [`INTENT ${first.workspace}`, `CREATED ${first.workspace}`]);
    assert.equal(readSentinel(readFileSync(join(first.workspace, '.sbx/sentinel'), 'utf8')), CHECKOUT);
    assert.equal((await look(home)).found, { is: 'ours' });
    assert.ok((await createWorkspace(session, first.workspace, CHECKOUT, journal, SIGNAL)).ok, 'again is no error');
  }));

test('two checkouts that make one workspace at the same moment: one has it, the other is told so', () =>
  withFolder(async (home) => {
    mkdirSync(join(home, 'shims'));
    for (const name of ['mv', 'ln']) {
      writeFileSync(join(home, 'shims', name), `#!/bin/sh\nsleep 0.5\nexec /bin/${name} "$@"\n`, { mode: 0o755 });
    }
    const session = plainSession(home, { PATH: `${join(home, 'shims')}:${process.env.PATH}` });
    const path = join(home, 'w');
    const both = [CHECKOUT, OTHER];
    const made = await Promise.all(both.map((checkout) => createWorkspace(session, path, checkout, memoryJournal(), SIGNAL)));
    assert.equal(made.map((one) => (one.ok ? 'made' : one.error.code)).sort(), ['made', 'workspace-foreign']);
    assert.equal(readSentinel(readFileSync(join(path, '.sbx/sentinel'), 'utf8')), both[made.findIndex(({ ok }) => ok)]);
    assert.equal(readdirSync(join(path, '.sbx')).sort(), ['holds', 'sentinel']);
  }));

test('what stands in the place of a sentinel and is none: nothing is put into it', () =>
  withFolder(async (home) => {
    const path = join(home, 'w');
    mkdirSync(join(path, '.sbx/sentinel'), { recursive: true });
    const made = await createWorkspace(plainSession(home), path, CHECKOUT, memoryJournal(), SIGNAL);
    assert.is(!made.ok && made.error.code, 'workspace-foreign');
    assert.equal(readdirSync(join(path, '.sbx/sentinel')), []);
  }));

test('an answer that came whole counts, though the patience ends just then', () =>
  withFolder(async (home) => {
    const session = plainSession(home);
    const slow: Session = {
      ...session,
      program: async (text, args, streams) => {
        const ended = await session.program(text, args, { ...streams, signal: SIGNAL });
        if (!streams.signal.aborted) await once(streams.signal, 'abort');
        return ended;
      },
    };
    const request = {
      project: projectOf('/p', []),
      sandbox: sandboxSpec(),
      checkout: CHECKOUT,
      now: Date.now(),
      signal: SIGNAL,
      patience: 1,
    };
    const arrived = await arrive(slow, request);
    assert.ok(arrived.ok, JSON.stringify(arrived));
  }));

test('names with blanks, quotes, dashes and emoji are paths like any other', () =>
  withFolder(async (home) => {
    for (const name of [`-rf it's "x"`, 'a  b', '$(touch canary)', '`id`', 'back\\slash', '🧪;#&|', 'trailing ']) {
      const seen = await look(home, { workspace: `w/${name}` });
      assert.is(seen.workspace, join(home, 'w', name));
      await make(home, seen.workspace);
      assert.equal((await look(home, { workspace: `w/${name}` })).found, { is: 'ours' });
    }
    assert.not(existsSync(join(home, 'canary')));
  }));

test('a basename that another checkout took gets our id as an ending, and it is said', () =>
  withFolder(async (home) => {
    const path = join(home, 'build/hello');
    await make(home, path, OTHER);
    const seen = await look(home, { workspace: path });
    assert.is(seen.workspace, `${path}-${CHECKOUT.id.slice(0, 8)}`);
    assert.equal(seen.found, { is: 'absent' });
    assert.match(seen.notes.join(), 'ada@laptop:/home/ada/copy');
    await make(home, seen.workspace);
    assert.equal((await look(home, { workspace: path })).found, { is: 'ours' });
    const made = await createWorkspace(plainSession(home), path, CHECKOUT, memoryJournal(), SIGNAL);
    assert.is(made.ok ? '' : made.error.code, 'workspace-foreign');
  }));

test('a folder with files and no sentinel is refused, with what is there and how to adopt it; adopting keeps the files', () =>
  withFolder(async (home) => {
    const path = join(home, 'w');
    mkdirSync(join(path, 'src'), { recursive: true });
    writeFileSync(join(path, 'Main.hs'), '');
    const seen = await look(home, { workspace: path });
    if (seen.found.is !== 'refused') throw new Error('not refused');
    assert.is(seen.found.failure.code, 'workspace-foreign');
    assert.ok(seen.found.adoptable);
    assert.match(seen.found.failure.message, 'Main.hs, src/');
    assert.match(seen.found.failure.hint ?? '', 'sbx adopt vm');
    const made = await createWorkspace(plainSession(home), path, CHECKOUT, memoryJournal(), SIGNAL);
    assert.is(made.ok ? '' : made.error.code, 'workspace-foreign');
    assert.ok((await adoptWorkspace(plainSession(home), path, CHECKOUT, memoryJournal(), SIGNAL)).ok);
    assert.equal((await look(home, { workspace: path })).found, { is: 'ours' });
    assert.ok(existsSync(join(path, 'Main.hs')));
  }));

test('a root that is a link, a file, the home, or has a link inside is unsafe', () =>
  withFolder(async (home) => {
    mkdirSync(join(home, 'real'));
    symlinkSync('real', join(home, 'link'));
    writeFileSync(join(home, 'file'), '');
    mkdirSync(join(home, 'inner'));
    symlinkSync('../real', join(home, 'inner/.sbx'));
    for (const workspace of ['link', 'file', 'inner', home]) {
      const { found } = await look(home, { workspace });
      assert.is(found.is === 'refused' ? found.failure.code : found.is, 'workspace-unsafe', workspace);
    }
    for (const workspace of ['/', '~', '~/', 'a/../b', '.', 'a\nb']) {
      const session = plainSession(home);
      const project = projectOf('/p');
      const seen = await arrive(session, { project, sandbox: sandboxSpec({ workspace }), checkout: CHECKOUT, now: 0, signal: SIGNAL });
      assert.is(seen.ok ? 'ok' : seen.error.code, 'workspace-unsafe', workspace);
      assert.is(session.trips(), 0);
    }
  }));

test('an interrupted creation is made again; holds and the receipt id are seen', () =>
  withFolder(async (home) => {
    const path = join(home, 'w');
    mkdirSync(join(path, '.sbx'), { recursive: true });
    writeFileSync(join(path, '.sbx/sentinel.new'), '{"id":');
    assert.equal((await look(home, { workspace: path })).found, { is: 'absent' });
    await make(home, path);
    const key = 'a'.repeat(64);
    writeFileSync(join(path, '.sbx/holds/build@a,b'), key);
    writeFileSync(join(path, '.sbx/holds/begun'), '');
    writeFileSync(join(path, '.sbx/receipt'), 'r1\nmore\n');
    const { seen } = await look(home, { workspace: path });
    assert.equal(seen.holds, { 'build@a,b': key });
    assert.is(seen.receipt, 'r1');
  }));

test('probes see the variables of the sandbox and what steps source; one that fails is recorded, not an error', () =>
  withFolder(async (home) => {
    mkdirSync(join(home, 'a b'));
    writeFileSync(join(home, 'a b/env'), 'export FROM_FILE=yes; set -- x y; false');
    const probes = [
      ['env', `printf '%s-%s' "$MINE" "$FROM_FILE"`],
      ['none', 'no-such-tool --version'],
      ['fails', 'echo x; exit 3'],
      ['lines', 'echo a; echo b; cat'],
    ] as const;
    const steps = [step('build', 'remote-build', { fields: { source: '~/a b/env' } })];
    const { seen } = await look(home, { probes, env: [['MINE', `it's "q"`]] }, CHECKOUT, steps);
    const { os, arch, ...said } = seen.probes;
    assert.equal(said, { env: `it's "q"-yes`, none: 'missing', fails: 'failed with exit 3', lines: 'a\nb' });
    assert.ok(os && arch);
  }));

test('a workspace is removed if it is ours, and nothing else; twice is no error', () =>
  withFolder(async (home) => {
    const path = join(home, 'w');
    await make(home, path);
    mkdirSync(join(home, 'precious'));
    writeFileSync(join(home, 'precious/x'), '');
    chmodSync(join(home, 'precious/x'), 0o400);
    symlinkSync('../precious', join(path, 'link'));
    mkdirSync(join(path, '-rf/closed'), { recursive: true });
    writeFileSync(join(path, '-rf/closed/x'), '');
    chmodSync(join(path, '-rf/closed'), 0);
    const session = plainSession(home);
    const foreign = await removeWorkspace(session, path, OTHER, memoryJournal(), SIGNAL);
    assert.is(foreign.ok ? '' : foreign.error.code, 'workspace-foreign');
    assert.ok(existsSync(path));
    const journal = memoryJournal();
    assert.equal(await removeWorkspace(session, path, CHECKOUT, journal, SIGNAL), { ok: true, value: 'removed' });
    assert.equal(journal.lines, [`DESTROYING ${path}`, `DESTROYED ${path}`]);
    assert.not(existsSync(path));
    assert.is(statSync(join(home, 'precious/x')).mode & 0o777, 0o400, 'a link is not followed');
    assert.equal(await removeWorkspace(session, path, CHECKOUT, journal, SIGNAL), { ok: true, value: 'absent' });
    symlinkSync('precious', path);
    const unsafe = await removeWorkspace(session, path, CHECKOUT, journal, SIGNAL);
    assert.is(unsafe.ok ? '' : unsafe.error.code, 'workspace-unsafe');
    assert.ok(existsSync(join(home, 'precious/x')));
  }));

test('two checkouts have one id only if machine, user and path are the same', () => {
  const ids = new Set(['m', 'n'].flatMap((m) => ['u', 'v'].flatMap((u) => ['/p', '/q'].map((p) => checkoutOf(m, u, 'h', p).id))));
  assert.is(ids.size, 8);
});

test('a far side that is connected and says nothing is not waited for for ever', async () => {
  const mute: Session = {
    ...plainSession('/'),
    program: (_text, _args, { signal }) =>
      new Promise((_, reject) => {
        const alive = setInterval(() => {}, 1000); // as a link is; the patience of the look keeps nobody alive
        signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
        signal.addEventListener('abort', () => clearInterval(alive), { once: true });
      }),
  };
  const sandbox = sandboxSpec();
  const seen = await arrive(mute, { project: projectOf('/'), sandbox, checkout: CHECKOUT, now: 0, signal: SIGNAL, patience: 50 });
  assert.is(seen.ok ? 'ok' : seen.error.code, 'unreachable');
});

test.run();
