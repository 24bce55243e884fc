import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pause } from '../rig/patience.ts';
import { eventsOf, type FarProject, outcomesOf, type SeenEvent, withFarProject } from './far-project.ts';

/** Asks whoever plays the hypervisor to bring the host up, and waits until it is. */
const UP = 'touch "$HOME/wanted"; until [ -e "$HOME/up" ]; do sleep 0.02; done';
/** How often it was released. */
const STOP = '  stop: { run: echo stopped >> "$HOME/stopped", releases: far, when: always }\n';

/** Made in the place of nothing that is sent there, and used there. */
const MADE_THERE = `  make: { in: far, run: 'mkdir -p made && echo it > made/it', inputs: [], outputs: [made/it] }
  use: { in: far, needs: [make], run: cat made/it }
`;

interface Told {
  readonly code: number | null;
  readonly events: readonly SeenEvent[];
  readonly outcomes: { readonly [step: string]: string };
  /** The types of what was told of the place, and `start` where that step ended. */
  readonly order: readonly string[];
}

interface Machine extends FarProject {
  /** Runs while somebody brings the host up when he is asked to. */
  run(...args: string[]): Promise<Told>;
  /** The same, told to stop as soon as it was asked to. */
  stopped(...args: string[]): Promise<Told>;
  /** What becomes of it before it answers. */
  onBoot(change: () => void): void;
  readonly started: () => boolean;
}

/** A host that is off until a step brings it up, and a step that releases it. */
function withMachine(start: string, more: string, use: (machine: Machine) => Promise<void>): Promise<void> {
  const steps = `  start: { run: '${start}', provides: far }\n${STOP}${more}`;
  return withFarProject({ more: steps }, async (story) => {
    const file = (name: string): string => join(story.project.home, name);
    let boot = (): void => {};
    const play = async (args: readonly string[], stop?: AbortController): Promise<Told> => {
      story.sshd.stop();
      for (const name of ['wanted', 'up', 'stopped']) rmSync(file(name), { force: true });
      const over = new AbortController();
      const hypervisor = (async () => {
        while (!over.signal.aborted) {
          if (existsSync(file('wanted')) && stop !== undefined) stop.abort();
          else if (existsSync(file('wanted')) && !existsSync(file('up'))) {
            boot();
            await story.sshd.start();
            writeFileSync(file('up'), '');
          }
          await pause(10);
        }
      })();
      const ended = await story.sbx(['run', '--json', ...args], stop && { signal: stop.signal });
      over.abort();
      await hypervisor;
      const events = eventsOf(ended).filter(({ type }) => type !== undefined);
      const order = events.flatMap(({ type, step }) =>
        type.startsWith('place-') ? [type] : type === 'step-finished' && step === 'start' ? ['start'] : [],
      );
      return { code: ended.code, events, outcomes: outcomesOf(events), order };
    };
    const onBoot = (change: () => void): void => {
      boot = change;
    };
    const run = (...args: string[]): Promise<Told> => play(args);
    const stopped = (...args: string[]): Promise<Told> => play(args, new AbortController());
    await use({ ...story, run, stopped, onBoot, started: () => existsSync(file('wanted')) });
  });
}

const CONNECTED = ['start', 'place-connecting', 'place-connected'];

test('Provides: a place that is off is not dialled before the step that brings it up has run; then it is used and released.', () =>
  withMachine(UP, '', async ({ run, project, started }) => {
    const first = await run('fetch-artifacts');
    assert.is(first.code, 0, JSON.stringify(first.events.at(-3)));
    assert.equal(first.order, CONNECTED);
    assert.is(project.read('out/app'), 'one\ntwo\n');
    assert.equal([first.outcomes.start, first.outcomes.stop], ['succeeded', 'succeeded']);
    assert.is(first.events.filter(({ type }) => type === 'step-finished').at(-1)?.step, 'stop');

    const second = await run('fetch-artifacts');
    assert.equal([second.code, second.order, started()], [0, ['start'], false], 'all is fresh: nothing is started');
    assert.equal([second.outcomes.start, second.outcomes.stop], ['skipped', 'skipped']);

    project.write('src/a', 'ONE\n');
    assert.equal((await run('fetch-artifacts')).order, CONNECTED, 'what is known of it from the time before does not hold');
    assert.is(project.read('out/app'), 'ONE\ntwo\n');
  }));

test('Provides: what was believed of the place is judged anew once it is up: a machine made anew holds nothing.', () =>
  withMachine(UP, '  look: { in: far, needs: [build], run: cat out/app }\n', async ({ run, onBoot, workspace }) => {
    assert.is((await run('build')).code, 0);
    const kept = await run('look');
    assert.equal([kept.code, kept.outcomes.build, kept.outcomes.look], [0, 'fresh', 'succeeded']);
    onBoot(() => rmSync(workspace, { recursive: true, force: true }));
    const anew = await run('look');
    assert.equal([anew.code, anew.outcomes.sync, anew.outcomes.build, anew.outcomes.look], [0, 'succeeded', 'succeeded', 'succeeded']);
  }));

test('Provides: what was made in the place of nothing that is sent there is judged anew, too.', () =>
  withMachine(UP, MADE_THERE, async ({ run, onBoot, workspace }) => {
    assert.is((await run('make')).code, 0);
    assert.equal((await run('use')).outcomes.make, 'fresh');
    onBoot(() => rmSync(workspace, { recursive: true, force: true }));
    const { code, outcomes } = await run('use');
    assert.equal([code, outcomes.make, outcomes.use], [0, 'succeeded', 'succeeded']);
  }));

test('Provides: where the step that brings it up fails, those that need the place say so, nothing is dialled, and it is released.', () =>
  withMachine('exit 3', '', async ({ run }) => {
    const { code, events, outcomes, order } = await run('fetch-artifacts');
    assert.is(code, 1);
    assert.equal(order, ['start']);
    assert.equal(outcomes, { start: 'failed', sync: 'skipped', build: 'skipped', 'fetch-artifacts': 'skipped', stop: 'succeeded' });
    const { outcome } = events.find(({ type, step }) => type === 'step-finished' && step === 'sync') ?? {};
    assert.equal((outcome as unknown as { because: unknown }).because, { code: 'upstream-failed', step: 'start' });
  }));

test('Provides: the place is released after a failure there, after it was told to stop, and where it does not answer though it was brought up.', () =>
  withMachine(UP, '  bad: { in: far, needs: [sync], run: exit 5 }\n', async ({ run, stopped }) => {
    const failed = await run('bad');
    assert.equal([failed.code, failed.outcomes.bad, failed.outcomes.stop], [1, 'failed', 'succeeded']);
    const ended = await stopped('bad');
    assert.equal([ended.code, ended.outcomes.start, ended.outcomes.stop], [143, 'cancelled', 'succeeded']);
    const alone = await run('start');
    assert.equal([alone.code, alone.order, alone.outcomes], [0, ['start'], { start: 'succeeded' }], 'nobody goes there');
  }).then(() =>
    withMachine('true', '', async ({ run }) => {
      const { code, order, outcomes } = await run('build');
      assert.is(code, 4);
      assert.equal(order, ['start', 'place-connecting', 'place-failed']);
      assert.equal([outcomes.sync, outcomes.stop], ['failed', 'succeeded']);
    }),
  ));

test('Provides: several steps bring it up together, one of them before the other; --offline starts nothing.', () =>
  withMachine(UP, `  import: { run: 'true', provides: far }\n`, async ({ run, started }) => {
    const { code, events, outcomes } = await run('build', '-j', '1');
    assert.is(code, 0);
    assert.equal([outcomes.start, outcomes.import], ['succeeded', 'succeeded']);
    const told = events.flatMap(({ type, step }) =>
      type.startsWith('place-') ? [type] : type === 'step-finished' && (step === 'start' || step === 'import') ? ['brought'] : [],
    );
    assert.equal(told, ['brought', 'brought', 'place-connecting', 'place-connected']);
    const offline = await run('build', '--offline', '--force');
    assert.equal([offline.code, started(), offline.outcomes.start], [4, false, 'skipped']);
  }));

test.run();
