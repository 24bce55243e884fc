import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../lib/base/result.ts';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { Event } from '../../lib/model/event.ts';
import type { SandboxSpec } from '../../lib/model/project.ts';
import type { Sandbox } from '../../lib/model/sandbox.ts';
import type { Running } from '../../lib/run/run-request.ts';
import { embeddedSandbox } from '../../lib/ssh/embedded.ts';
import { lives } from '../rig/processes.ts';
import { type Ran, type Workshop, withWorkshop } from './real.ts';
import { projectOf, type StoryStep } from './story.ts';

const STEPS: { readonly [id: string]: StoryStep } = {
  sync: { task: 'sync', sandbox: 'vm', fields: { exclude: ['*.tmp'] } },
  build: {
    task: 'remote-build',
    sandbox: 'vm',
    needs: ['sync'],
    run: 'mkdir -p dist; cat a.txt b.txt > dist/out; echo built',
    state: ['dist'],
  },
  check: { task: 'remote-build', sandbox: 'vm', needs: ['build'], run: 'grep -q one dist/out', outputs: [], state: ['dist'] },
  slow: { task: 'remote-build', sandbox: 'vm', needs: ['sync'], run: 'sleep 60 & echo $! ready; wait' },
  down: { task: 'teardown', sandbox: 'vm', releases: 'vm' },
  fetch: { task: 'fetch-artifacts', sandbox: 'vm', needs: ['build'], fields: { from: 'dist' } },
};

const spec = (more: Partial<SandboxSpec> = {}): SandboxSpec => ({
  name: 'vm',
  kind: 'embedded',
  workspace: 'work',
  files: 'all',
  keep: 'running',
  onUnreachable: 'fail',
  probes: [['kernel', 'uname -s']],
  probeMaxAge: 1e12,
  grace: 1000,
  env: [],
  ...more,
});

interface Far {
  run(
    names?: readonly string[],
    more?: Partial<SandboxSpec>,
    away?: boolean,
    seen?: (event: Event, running: Running) => void,
  ): Promise<Ran>;
  /** How often the place was dialled. */
  dials(): number;
  /** The workspace. */
  readonly there: string;
}

async function withFar(use: (far: Far, workshop: Workshop) => Promise<void>): Promise<void> {
  await withWorkshop(async (workshop) => {
    const home = join(workshop.root, '../far');
    mkdirSync(home);
    const environment = new Map([['PATH', process.env.PATH ?? '']]);
    const io = { files: realFiles, clock: realClock, spawn: realSpawn(), nonce, environment };
    const real = embeddedSandbox({ name: 'vm', folder: home, grace: 1000, owner: 'o'.repeat(64) }, io);
    let dials = 0;
    workshop.write('a.txt', 'one\n');
    workshop.write('b.txt', 'two\n');
    await use(
      {
        there: join(home, 'work'),
        dials: () => dials,
        run(names = ['fetch', 'check'], more = {}, away = false, seen = () => {}) {
          const sandbox: Sandbox = {
            ...real,
            connect: (signal) => {
              dials += 1;
              return away ? Promise.resolve(err({ code: 'unreachable', message: 'no route to vm' })) : real.connect(signal);
            },
          };
          return workshop.run(STEPS, {
            project: projectOf({ steps: STEPS, sandboxes: [spec(more)] }, workshop.root),
            sandboxes: new Map([['vm', sandbox]]),
            wish: { names, only: false, force: [], noCache: false },
            seen,
          });
        },
      },
      workshop,
    );
  });
}

test('the main job: sync, build, check, fetch; then all fresh and nobody is dialled', () =>
  withFar(async ({ run, dials }, { root }) => {
    const first = await run();
    assert.equal(first.is, { sync: 'succeeded', build: 'succeeded', check: 'succeeded', fetch: 'succeeded' });
    assert.is(readFileSync(join(root, 'dist/out'), 'utf8'), 'one\ntwo\n');
    assert.is(dials(), 1);
    const second = await run();
    assert.equal(second.is, { sync: 'fresh', build: 'fresh', check: 'fresh', fetch: 'fresh' });
    assert.is(dials(), 1);
  }));

test('artifacts deleted: they come back from the store and nobody is dialled', () =>
  withFar(async ({ run, dials }, { root }) => {
    await run();
    rmSync(join(root, 'dist'), { recursive: true });
    const again = await run(['fetch'], {}, true);
    assert.is(again.is.fetch, 'restored');
    assert.is(again.exit, 0);
    assert.is(readFileSync(join(root, 'dist/out'), 'utf8'), 'one\ntwo\n');
    assert.is(dials(), 1);
  }));

test('an edited source: synced, built, fetched again, and an unreachable place is exit 4 with one failure each', () =>
  withFar(async ({ run }, { root, write }) => {
    await run();
    write('a.txt', 'other\n');
    const away = await run(['fetch'], {}, true);
    assert.is(away.exit, 4);
    assert.is(away.events.filter((event) => event.type === 'place-failed').length, 1);
    assert.is(away.is.sync, 'failed: unreachable');
    const back = await run(['fetch']);
    assert.equal(back.is, { sync: 'succeeded', build: 'succeeded', fetch: 'succeeded' });
    assert.match(back.why.build ?? '', /a\.txt/);
    assert.is(readFileSync(join(root, 'dist/out'), 'utf8'), 'other\ntwo\n');
  }));

test('build A, build B, back to A: the place holds B, so it is built again', () =>
  withFar(async ({ run, there }, { write }) => {
    await run(['build']);
    write('a.txt', 'other\n');
    await run(['build']);
    write('a.txt', 'one\n');
    assert.is((await run(['build'])).is.build, 'succeeded');
    assert.is(readFileSync(join(there, 'dist/out'), 'utf8'), 'one\ntwo\n');
    assert.is((await run(['build'])).is.build, 'fresh');
  }));

test('a workspace that vanished is noticed on arrival: the plan is made anew and all is built', () =>
  withFar(async ({ run, there }, { write }) => {
    await run();
    rmSync(there, { recursive: true });
    write('b.txt', 'three\n');
    const again = await run();
    assert.is(again.events.filter((event) => event.type === 'planned').length, 2);
    assert.equal(again.is, { sync: 'succeeded', build: 'succeeded', check: 'succeeded', fetch: 'succeeded' });
  }));

test('a failing build fails, its dependents say so, and the mended one runs again', () =>
  withFar(async ({ run }, { write }) => {
    await run();
    write('a.txt', 'bad\n');
    const bad = await run();
    assert.equal([bad.is.check, bad.exit], ['failed: command-failed', 1]);
    write('a.txt', 'one\nand more\n');
    assert.is((await run()).is.check, 'succeeded');
  }));

test('onUnreachable: cached gives the newest artifacts and says their age; skip skips; local runs here', () =>
  withFar(async ({ run }, { root, write }) => {
    await run(['fetch']);
    rmSync(join(root, 'dist'), { recursive: true });
    write('a.txt', 'edited\n');
    const cached = await run(['fetch'], { onUnreachable: 'cached' }, true);
    assert.equal([cached.is.fetch, cached.exit], ['restored', 0]);
    assert.is(readFileSync(join(root, 'dist/out'), 'utf8'), 'one\ntwo\n');
    assert.ok(cached.events.some((event) => event.type === 'warning' && /made .* ago/.test(event.text)));
    for (const goal of ['check', 'build']) {
      const without = await run([goal], { onUnreachable: 'cached' }, true);
      assert.equal([without.is[goal], without.exit], ['failed: unreachable', 4], 'nothing stands in for it');
    }
    const skipped = await run(['fetch'], { onUnreachable: 'skip' }, true);
    assert.equal([skipped.is.fetch, skipped.exit], ['skipped: unreachable', 0]);
    const here = await run(['build'], { onUnreachable: 'local' }, true);
    assert.equal([here.is.build, here.exit], ['succeeded', 0]);
    assert.is(readFileSync(join(root, 'dist/out'), 'utf8'), 'edited\ntwo\n');
  }));

test('stopped during a remote build: its tree is ended, the releaser still runs over the same link', () =>
  withFar(async ({ run, dials, there }) => {
    let pid = 0;
    const stopped = await run(['slow', 'down'], {}, false, (event, running) => {
      if (event.type !== 'step-output' || !event.text.includes('ready')) return;
      pid = Number(event.text.split(' ')[0]);
      running.stop(1, 'SIGINT');
    });
    assert.equal([stopped.is.slow, stopped.is.down, stopped.exit], ['cancelled', 'succeeded', 130]);
    assert.ok(pid > 0);
    assert.not(lives(pid));
    assert.not(existsSync(there));
    assert.is(dials(), 1);
    assert.equal((await run(['build'])).is, { sync: 'succeeded', build: 'succeeded' });
  }));

test('an edit on this side during a remote build neither spoils its record nor hides itself', () =>
  withFar(async ({ run, there }, { root, write }) => {
    const built = await run(['build'], {}, false, (event) => {
      if (event.type === 'step-started' && event.step === 'build') writeFileSync(join(root, 'b.txt'), 'late\n');
    });
    assert.is(built.is.build, 'succeeded');
    assert.is(readFileSync(join(there, 'dist/out'), 'utf8'), 'one\ntwo\n');
    const next = await run(['build']);
    assert.equal([next.is.sync, next.is.build], ['succeeded', 'succeeded']);
    assert.is(readFileSync(join(there, 'dist/out'), 'utf8'), 'one\nlate\n');
    write('b.txt', 'two\n');
    assert.is((await run(['build'])).is.build, 'succeeded', 'the place holds the later result');
  }));

test.run();
