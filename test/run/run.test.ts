import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bootId } from '../../lib/io/boot.ts';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { decodeMemo } from '../../lib/io/memo-file.ts';
import { realSpawn } from '../../lib/io/process.ts';
import { openMemory } from '../../lib/run/memory.ts';
import { withWorkshop } from './real.ts';

const BUILD = { run: 'cat src > out; echo built', inputs: ['src'], outputs: ['out'] };

test('built once, then fresh, then restored when its output is deleted or edited', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    assert.equal((await run({ build: BUILD })).is, { build: 'succeeded' });
    const fresh = await run({ build: BUILD });
    assert.equal([fresh.is, fresh.exit], [{ build: 'fresh' }, 0]);
    rmSync(join(root, 'out'));
    assert.equal((await run({ build: BUILD })).is, { build: 'restored' });
    writeFileSync(join(root, 'out'), 'edited by hand');
    const restored = await run({ build: BUILD });
    assert.is(restored.is.build, 'restored');
    assert.match(restored.notes.join(), /out/);
    assert.is(readFileSync(join(root, 'out'), 'utf8'), 'one');
  }));

test('an edit is named as the reason; older content brought back is restored', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    await run({ build: BUILD });
    write('src', 'other');
    const edited = await run({ build: BUILD });
    assert.equal([edited.is.build, edited.why.build], ['succeeded', 'inputs changed: src']);
    write('src', 'one');
    assert.is((await run({ build: BUILD })).is.build, 'restored');
    assert.is(readFileSync(join(root, 'out'), 'utf8'), 'one');
  }));

test('when: failure: left out by the plan, executed once something has failed', () =>
  withWorkshop(async ({ run }) => {
    const steps = (command: string) => ({
      work: { run: command },
      mend: { needs: ['work'], run: 'echo mended', when: 'failure' as const },
      tell: { run: 'echo told', when: 'failure' as const },
    });
    assert.equal((await run(steps('false'))).is, { work: 'failed: command-failed', mend: 'succeeded', tell: 'succeeded' });
    assert.equal((await run(steps('true'))).is, { work: 'succeeded', mend: 'skipped: condition', tell: 'skipped: condition' });
  }));

test('early cutoff: equal outputs leave dependents fresh', () =>
  withWorkshop(async ({ write, run }) => {
    const steps = {
      gen: { run: 'grep -v "^#" src > out', inputs: ['src'], outputs: ['out'] },
      use: { run: 'cat out > final', needs: ['gen'], inputs: [], outputs: ['final'] },
    };
    write('src', '# a\nx\n');
    await run(steps);
    write('src', '# b\nx\n');
    assert.equal((await run(steps)).is, { gen: 'succeeded', use: 'fresh' });
    write('src', '# b\ny\n');
    assert.equal((await run(steps)).is, { gen: 'succeeded', use: 'succeeded' });
  }));

test('an input that changes while the step runs: the result stands, is named and not remembered', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    const steps = { build: { run: 'cat src > out; echo two > src', inputs: ['src'], outputs: ['out'] } };
    const first = await run(steps);
    assert.equal([first.is.build, first.exit], ['succeeded', 0]);
    assert.match(first.notes.join(), /src changed while it ran/);
    assert.is(readFileSync(join(root, 'out'), 'utf8'), 'one');
    write('src', 'one');
    assert.is((await run(steps)).is.build, 'succeeded', 'nothing is remembered under the first inputs');
  }));

test('an input that changed while the step ran and was put back: what was read is not known, so nothing is remembered', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    const steps = {
      build: {
        run: 'cp -p src kept; if [ -e edit ]; then echo two > src; fi; cat src > out; cp -p kept src',
        inputs: ['src'],
        outputs: ['out'],
      },
    };
    write('edit', '');
    const first = await run(steps);
    assert.is(readFileSync(join(root, 'out'), 'utf8'), 'two\n');
    assert.match(first.notes.join(), /src changed while it ran/);
    rmSync(join(root, 'edit'));
    assert.is((await run(steps)).is.build, 'succeeded');
    assert.is(readFileSync(join(root, 'out'), 'utf8'), 'one');
  }));

test('a step that touches, links or rewrites what it reads is not remembered, and the note says why', () =>
  withWorkshop(async ({ write, run }) => {
    for (const own of ['touch src', 'rm -f other; ln src other', 'cp src new; mv new src', 'chmod 600 src']) {
      write('src', 'one');
      const steps = { build: { run: `${own}; cat src > out`, inputs: ['src'], outputs: ['out'] } };
      assert.match((await run(steps)).notes.join(), /src changed while it ran and has the same content again \(a step that touches/, own);
      const again = await run(steps);
      assert.equal([again.is.build, again.why.build], ['succeeded', 'its inputs changed while it last ran'], own);
    }
  }));

test('a pipe among the inputs that a step writes to is no input that changed', () =>
  withWorkshop(async ({ write, run }) => {
    write('src/a', 'one');
    const steps = {
      build: { run: 'test -p src/pipe || mkfifo src/pipe; touch src/pipe; cat src/a > out', inputs: ['src'], outputs: ['out'] },
    };
    assert.equal((await run(steps)).notes, []);
    assert.is((await run(steps)).is.build, 'fresh');
  }));

test('a file system whose clock is behind ours: what was just written is not taken for old', () =>
  withWorkshop(async ({ root, write, run }) => {
    const environment = new Map([['PATH', process.env.PATH ?? '']]);
    const clock = { ...realClock, now: () => Date.now() + 3_600_000 };
    const io = { files: realFiles, clock, spawn: realSpawn(), nonce, environment };
    write('src', 'one');
    await run({ build: BUILD }, { io });
    const memo = decodeMemo(readFileSync(join(root, '.sbx/memo')), bootId(realFiles));
    assert.equal(memo?.names, ['out', 'src']);
    assert.equal([memo?.isSettled(0), memo?.isSettled(1)], [false, false]);
  }));

test('touched outputs of a failed step are moved away, and it says that it failed before', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    await run({ build: BUILD });
    write('src', 'two');
    const bad = { build: { ...BUILD, run: 'echo half > out; echo more > out2; exit 1', outputs: ['out', 'out2*'] } };
    const failed = await run(bad);
    assert.equal([failed.is.build, failed.exit], ['failed: command-failed', 1]);
    assert.not(existsSync(join(root, 'out')));
    assert.not(existsSync(join(root, 'out2')));
    assert.is((await run(bad)).why.build, 'failed when it last ran');
    write('src', 'one');
    assert.is((await run({ build: BUILD })).is.build, 'restored');
  }));

test('a verdict is remembered with its log; a step without outputs runs every time; a missing output fails', () =>
  withWorkshop(async ({ root, write, run }) => {
    write('src', 'one');
    const steps = {
      check: { run: 'echo fine', inputs: ['src'], outputs: [] },
      always: { run: 'true' },
    };
    const first = await run(steps);
    assert.equal(first.is, { check: 'succeeded', always: 'succeeded' });
    assert.equal((await run(steps)).is, { check: 'fresh', always: 'succeeded' });
    const io = { files: realFiles, clock: realClock, spawn: realSpawn(), nonce, environment: new Map<string, string>() };
    const folders = { cache: join(root, '../cache'), state: join(root, '../state'), project: join(root, '.sbx') };
    const { store, records } = openMemory({
      io,
      project: { root, sandboxes: new Map() },
      folders,
      here: { os: '', arch: '' },
      warn: () => {},
      mode: 'read',
    });
    const known = records.newest('check');
    assert.is(Buffer.from(store.read(known?.log ?? '', known?.key) ?? []).toString(), 'fine\n');
    const missing = await run({ none: { run: 'true', inputs: ['src'], outputs: ['nothing'] } });
    assert.is(missing.is.none, 'failed: output-missing');
  }));

test('--force runs it, --no-cache remembers nothing, a stopped run leaves nothing that is believed', () =>
  withWorkshop(async ({ write, run }) => {
    write('src', 'one');
    await run({ build: BUILD });
    const wish = { names: ['build'], only: false, force: true as const, noCache: false };
    assert.is((await run({ build: BUILD }, { wish })).why.build, 'forced');
    write('src', 'two');
    const slow = { build: { ...BUILD, run: 'cat src > out; echo ready; sleep 30' } };
    const stopped = await run(slow, {
      seen: (event, running) => {
        if (event.type === 'step-output') running.stop(1, 'SIGINT');
      },
    });
    assert.equal([stopped.is.build, stopped.exit], ['cancelled', 130]);
    assert.is((await run({ build: { ...slow.build, run: 'cat src > out; echo ready; sleep 0' } })).is.build, 'succeeded');
  }));

test('a second run on the project waits and says for whom', () =>
  withWorkshop(async ({ write, run }) => {
    write('src', 'one');
    const slow = { build: { ...BUILD, run: 'sleep 0.5; cat src > out' } };
    const [first, second] = await Promise.all([run(slow), run(slow)]);
    assert.equal([first.is.build, second.is.build].sort(), ['fresh', 'succeeded']);
    const waits = [...first.events, ...second.events].filter((event) => event.type === 'waiting');
    assert.is(waits.length, 1);
    assert.match(JSON.stringify(waits), /sbx run \(process/);
  }));

test('the events of a run are numbered without gaps and end with its counts', () =>
  withWorkshop(async ({ write, run }) => {
    write('src', 'one');
    const { events } = await run({ build: BUILD, next: { needs: ['build'] } });
    assert.equal(
      events.map((event) => (event as { seq?: number }).seq),
      events.map((_, index) => index),
    );
    assert.equal(
      events.map(({ type }) => type),
      [
        'run-started',
        'planned',
        ...['step-started', 'step-fingerprint', 'step-output', 'step-finished'],
        ...['step-started', 'step-fingerprint', 'step-finished'],
        'run-finished',
      ],
    );
    const last = events.at(-1);
    assert.ok(last?.type === 'run-finished' && last.counts.succeeded === 2);
  }));

test.run();
