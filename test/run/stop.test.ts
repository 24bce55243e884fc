import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ok } from '../../lib/base/result.ts';
import { comes } from '../rig/patience.ts';
import { lives } from '../rig/processes.ts';
import { type Story, tell } from './story.ts';

/** Stops at the first output that says `ready`. */
const stopAtReady =
  (level: 1 | 2, cause: 'SIGINT' | 'SIGTERM'): NonNullable<Story['seen']> =>
  (event, control) => {
    if (event.type === 'step-output' && event.text.includes('ready')) control.stop(level, cause);
  };

test('the first stop ends what runs, starts nothing new, and releases places', async () => {
  const told = await tell({
    steps: {
      slow: { run: 'sleep 60 & echo $!; echo ready; wait' },
      next: { needs: ['slow'] },
      down: { releases: 'local', run: 'sleep 0.3; echo released' },
      tidy: { when: 'always', needs: ['slow'], run: 'echo tidied' },
    },
    seen: stopAtReady(1, 'SIGINT'),
  });
  assert.equal(told.outcomes.slow, { is: 'cancelled' });
  assert.equal(told.outcomes.next, { is: 'skipped', because: { code: 'stopped' } });
  assert.equal([told.output('down'), told.output('tidy')], ['released\n', 'tidied\n']);
  assert.not(lives(Number(told.output('slow').split('\n')[0])));
  assert.is(told.exit, 130);
});

test('the second stop does not wait for the grace', async () => {
  const began = performance.now();
  const told = await tell({
    steps: { deaf: { run: 'trap "" TERM; echo ready; while :; do sleep 0.1; done' } },
    killGrace: 60_000,
    seen: (event, control) => {
      if (event.type !== 'step-output' || !event.text.includes('ready')) return;
      control.stop(1, 'SIGTERM');
      setTimeout(() => control.stop(2, 'SIGTERM'), 50);
    },
  });
  assert.ok(performance.now() - began < 30_000);
  assert.equal([told.outcomes.deaf, told.exit], [{ is: 'cancelled' }, 143]);
});

test('a command that ends well when it is told to stop has not succeeded', async () => {
  const told = await tell({
    steps: { polite: { run: 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done' } },
    seen: stopAtReady(1, 'SIGINT'),
  });
  assert.equal(told.outcomes.polite, { is: 'cancelled' });
});

test('the third stop leaves at once', async () => {
  let left = false;
  let pid = 0;
  await tell({
    steps: { deaf: { run: 'trap "" TERM; echo $$; echo ready; while :; do sleep 0.1; done' } },
    killGrace: 1500,
    seen: (event, control) => {
      if (event.type !== 'step-output' || !event.text.includes('ready')) return;
      pid = Number(event.text.split('\n')[0]);
      void control.left.then(() => {
        left = lives(pid);
      });
      control.stop(1, 'SIGINT');
      control.stop(3, 'SIGINT');
    },
  });
  assert.ok(left, 'it did not wait for the step');
  assert.ok(await comes(() => !lives(pid)));
});

test('failing outputs are put away, the record of the failure is told', async () => {
  const asked: string[] = [];
  const told = await tell({
    steps: { a: { run: 'exit 1' } },
    ledger: {
      fail: (planned, begun, _spent, is) => {
        asked.push(`${planned.action.id} ${String(begun.before)} ${is}`);
        return ['out/x is put away'];
      },
      begin: () => ok({ before: 'seen', inputs: undefined }),
    },
  });
  assert.equal(asked, ['a seen failed']);
  assert.ok(told.events.some((event) => event.type === 'step-note' && event.text.includes('out/x')));
});

test('one writer in a workspace, -j slots, pools, and the terminal alone', async () => {
  const count = (max: string, stays = 0.05): string =>
    `mkdir lock.$$; n=$(ls -d lock.* 2>/dev/null | wc -l); [ "$n" -le ${max} ] || echo too many: $n; sleep ${stays}; rmdir lock.$$`;
  const four = (step: object): Story['steps'] => Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => [id, step]));
  const vm = {
    name: 'vm',
    kind: 'local',
    files: 'git',
    keep: 'running',
    onUnreachable: 'fail',
    probes: [],
    probeMaxAge: 1,
    grace: 1,
    env: [],
  } as const;
  const said = async (story: Story): Promise<string> => {
    const told = await tell(story);
    assert.is(told.exit, 0);
    return Object.keys(story.steps).map(told.output).join('');
  };
  assert.is(await said({ steps: four({ run: count('2') }), jobs: 2 }), '');
  assert.is(await said({ steps: four({ run: count('1'), pools: [{ name: 'one', weight: 1 }] }), jobs: 6, pools: { one: 1 } }), '');
  assert.not.equal(await said({ steps: four({ run: count('1', 1) }), jobs: 6 }), '');
  const { localSandbox } = await import('../../lib/io/local.ts');
  const { realSpawn } = await import('../../lib/io/process.ts');
  const { realFiles } = await import('../../lib/io/io.ts');
  const places = [localSandbox('vm', { spawn: realSpawn(), files: realFiles, environment: new Map([['PATH', process.env.PATH ?? '']]) })];
  assert.is(await said({ steps: four({ run: count('1'), sandbox: 'vm' }), jobs: 6, sandboxes: [vm], places }), '');
  assert.not.equal(
    await said({ steps: four({ run: count('1', 1), sandbox: 'vm', parallel: true }), jobs: 6, sandboxes: [vm], places }),
    '',
  );
});

test('a secret reaches the command, and no event and no log', async () => {
  const value = 'hunter2-$ecre7';
  await tell(
    {
      keepGoing: 'always',
      secrets: [{ name: 'TOKEN' }],
      environment: { TOKEN: value },
      steps: {
        a: {
          secrets: ['TOKEN'],
          run: 'printf %s "$TOKEN" > got; echo "it is $TOKEN."; printf %s "$TOKEN" | head -c 8; sleep 0.1; printf "%s\\n" "$TOKEN" | tail -c 7; printf %s "$TOKEN" | base64; exit 1',
        },
        b: { after: ['a'], run: 'cat got; echo; printenv TOKEN || echo unset' },
      },
    },
    (told, folder) => {
      assert.is(readFileSync(join(folder, 'got'), 'utf8'), value);
      assert.is(told.output('a').split('\n').slice(0, 2).join('|'), 'it is ***.|***');
      assert.is(told.output('b'), '***\nunset\n');
      const all = JSON.stringify(told.events) + readFileSync(join(folder, '.sbx/runs/r1/a.log'), 'utf8');
      assert.not(all.includes('ecre7'));
      assert.not(all.includes(Buffer.from(value).toString('base64').slice(0, 16)));
    },
  );
});

test('a missing and a short secret stop the step before it starts', async () => {
  const told = await tell(
    {
      keepGoing: 'always',
      secrets: [{ name: 'GONE' }, { name: 'SHORT' }],
      environment: { SHORT: 'abc' },
      steps: { a: { secrets: ['GONE'], run: 'touch ran' }, b: { secrets: ['SHORT'], run: 'touch ran' } },
    },
    (_, folder) => assert.not(existsSync(join(folder, 'ran'))),
  );
  const code = (id: string): unknown => (told.outcomes[id] as { failure?: { code: string } }).failure?.code;
  assert.equal([code('a'), code('b')], ['secret-missing', 'secret-unsafe']);
});

test.run();
