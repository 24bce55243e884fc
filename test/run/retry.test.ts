import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok, type Result } from '../../lib/base/result.ts';
import type { Exit } from '../../lib/model/exit.ts';
import type { Failure, FailureCode } from '../../lib/model/failure.ts';
import type { Sandbox, Session } from '../../lib/model/sandbox.ts';
import { retryDelay } from '../../lib/run/retry.ts';
import { LOCAL_SPEC, type Story, type StoryStep, type Told, tell } from './story.ts';

/** A place whose commands end as told, one after the other; the last answer stays. */
function place(answers: readonly (FailureCode | 0)[], connects: readonly (FailureCode | 0)[] = [0]): Sandbox & { dials: number } {
  let next = 0;
  const answer = (): Result<Exit, Failure> => {
    const code = answers[Math.min(next++, answers.length - 1)];
    return code === 0 || code === undefined ? ok({ code: 0 }) : err({ code, message: `it says ${code}` });
  };
  const session = { supervise: async () => answer(), [Symbol.asyncDispose]: async () => {} } as unknown as Session;
  return {
    name: 'vm',
    kind: 'embedded',
    target: 'nowhere',
    dials: 0,
    async connect() {
      const code = connects[Math.min(this.dials++, connects.length - 1)];
      return code === 0 || code === undefined ? ok(session) : err({ code, message: `it says ${code}` });
    },
  };
}

const story = (vm: Sandbox, times: number): Story => ({
  sandboxes: [{ ...LOCAL_SPEC, name: 'vm', kind: 'embedded' }],
  places: [vm],
  steps: { a: { sandbox: 'vm', retry: { times, delay: 1 } } },
});

const failureOf = (told: Told): string | undefined =>
  told.outcomes.a?.is === 'failed' ? told.outcomes.a.failure.code : told.outcomes.a?.is;
const retries = (told: Told): number => told.events.filter((event) => event.type === 'step-retry').length;

test('a failure of the infrastructure is tried again until it is over', async () => {
  const told = await tell(story(place(['channel-refused', 'no-exit-status', 0]), 3));
  assert.equal([failureOf(told), retries(told)], ['succeeded', 2]);
  const attempts = told.events.flatMap((event) => (event.type === 'step-started' ? [event.attempt] : []));
  assert.equal(attempts, [1, 2, 3]);
});

test('a lost link is dialled again; a place that stays away then is a failure like any other', async () => {
  const vm = place(['link-lost', 0]);
  assert.is(failureOf(await tell(story(vm, 1))), 'succeeded');
  assert.is(vm.dials, 2);
  const gone = place(['link-lost'], [0, 'unreachable']);
  const told = await tell(story(gone, 2));
  assert.equal([failureOf(told), retries(told), told.exit, gone.dials], ['unreachable', 2, 4, 3]);
});

test('a place that was never reached has one verdict for all: it is not dialled again', async () => {
  const vm = place([0], ['unreachable']);
  const told = await tell({
    ...story(vm, 5),
    steps: { a: { sandbox: 'vm', retry: { times: 5, delay: 1 } }, b: { sandbox: 'vm' } },
    keepGoing: 'always',
  });
  assert.equal([failureOf(told), retries(told), vm.dials, told.exit], ['unreachable', 0, 1, 4]);
  assert.is(told.events.filter((event) => event.type === 'place-failed').length, 1);
});

test('what the user wrote is never tried again', async () => {
  for (const code of ['command-failed', 'timeout', 'far-side-full'] as const) {
    assert.equal(retries(await tell(story(place([code]), 3))), 0, code);
  }
});

test('the delay doubles, is spread by chance, and ends at its limit', () => {
  const lost: Failure = { code: 'link-lost', message: '' };
  const delays = [1, 2, 3].map((attempt) => retryDelay({ times: 9, delay: 1000 }, lost, attempt, 0.5));
  assert.equal(delays, [1000, 2000, 4000]);
  assert.equal([retryDelay({ times: 9, delay: 1000 }, lost, 1, 0), retryDelay({ times: 9, delay: 1000 }, lost, 1, 1)], [750, 1250]);
  assert.is(retryDelay({ times: 99, delay: 1000 }, lost, 50, 0.5), 300_000);
  assert.is(retryDelay({ times: 1, delay: 1000 }, lost, 2, 0.5), undefined);
});

test('an interactive step without a terminal is refused', async () => {
  const told = await tell({ steps: { a: { interactive: true, run: 'touch x' } } });
  assert.is(failureOf(told), 'task-refused');
});

test('the first stop ends the pause before a retry, but not that of a step that brings a place down', async () => {
  const stopped = async (step: StoryStep): Promise<Told> => {
    const { steps, ...rest } = story(place(['no-exit-status', 0]), 1);
    return tell({
      ...rest,
      steps: { a: { ...steps.a, ...step } },
      seen: (event, control) => void (event.type === 'step-retry' && control.stop(1, 'SIGINT')),
    });
  };
  assert.is(failureOf(await stopped({})), 'cancelled');
  assert.is(failureOf(await stopped({ releases: 'vm' })), 'succeeded');
});

test.run();
