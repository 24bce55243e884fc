import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Container, containersOf, downfall, judge } from '../../lib/compose/containers.ts';

/** As `docker inspect` prints it, less what nobody reads. */
function docker(service: string, state: object, more: { readonly restart?: string; readonly check?: object } = {}): object {
  return {
    Id: `${service}-id`,
    State: { ExitCode: 0, ...state },
    HostConfig: { RestartPolicy: { Name: more.restart ?? 'no', MaximumRetryCount: 0 } },
    Config: { Labels: { 'com.docker.compose.service': service }, ...(more.check ? { Healthcheck: more.check } : {}) },
  };
}

const read = (...all: object[]): readonly Container[] => containersOf(JSON.stringify(all)) ?? [];
const running = { Status: 'running' };
const health = (status: string, output?: string): object => ({
  ...running,
  Health: {
    Status: status,
    FailingStreak: 1,
    Log: output === undefined ? null : [{ End: '2026-11-22T03:39:04Z', ExitCode: 1, Output: output }],
  },
});

test('what docker and podman say of a container becomes one answer', () => {
  const of = (...all: object[]): string => {
    const answer = judge(['db'], read(...all));
    return answer.is === 'ready' ? 'ready' : `${answer.is}: ${answer.why}`;
  };
  const table: readonly (readonly [string, object])[] = [
    ['ready', docker('db', running)],
    ['ready', docker('db', health('healthy'))],
    ['ready', docker('db', { ...running, Healthcheck: { Status: '', Log: null } })], // podman 3, without a check
    ['ready', docker('db', { Status: 'exited' })],
    ['not-yet: db is created', docker('db', { Status: 'created' })],
    ['not-yet: db is restarting', docker('db', { Status: 'restarting' })],
    ['not-yet: db is starting', docker('db', health('starting'))],
    ['not-yet: db is starting (no socket)', docker('db', health('starting', 'trying\nno socket\n'))],
    ['not-yet: db exited with 1 and is started again', docker('db', { Status: 'exited', ExitCode: 1 }, { restart: 'on-failure' })],
    ['never: db is unhealthy (no socket)', docker('db', health('unhealthy', 'no socket'))],
    ['never: db exited with 137', docker('db', { Status: 'exited', ExitCode: 137 })],
    ['never: db is dead', docker('db', { Status: 'dead' })],
    ['never: compose has made no container of db', docker('web', running)],
    ['never: compose has made no container of db', docker('web', health('starting'))],
  ];
  for (const [want, container] of table) assert.is(of(container), want);
  assert.is(of(), 'never: compose has made no container of db');
});

test('the worst one is told, and once all is up an exit alone brings it down', () => {
  const both = read(docker('db', health('starting')), docker('web', { Status: 'exited', ExitCode: 2 }));
  assert.equal(judge(['db', 'web'], both), { is: 'never', why: 'web exited with 2' });
  assert.is(downfall(both), 'web exited with 2');
  assert.is(downfall(read(docker('db', health('unhealthy')), docker('once', { Status: 'exited' }))), undefined);
});

test('the pace of checks is that of the file, and what is no answer of an engine is none', () => {
  assert.is(read(docker('db', health('starting'), { check: { Interval: 2_000_000_000 } }))[0]?.health?.interval, 2000);
  assert.is(read(docker('db', health('starting')))[0]?.health?.interval, 30_000);
  for (const text of ['Error: no such object', '{"a":1}', '"x"']) assert.is(containersOf(text), undefined);
  assert.equal(containersOf(' \n'), []);
});

test.run();
