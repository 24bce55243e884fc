import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../lib/base/result.ts';
import type { SandboxSpec, StepId } from '../../lib/model/project.ts';
import { TASK } from '../../tasks/index.ts';
import { type Ran, type Workshop, withWorkshop } from '../run/real.ts';
import { projectOf, type StoryStep } from '../run/story.ts';
import { sandboxSpec, step } from '../sync/fixture.ts';
import { machinePlace, type ScriptedMachine, SPEC, scriptedMachine } from './scripted-machine.ts';

interface Machines {
  readonly machine: ScriptedMachine;
  run(steps: { readonly [id: StepId]: StoryStep }, more?: Parameters<Workshop['run']>[1]): Promise<Ran>;
}

/** Runs steps in a project whose sandbox `vm` has a machine. */
function withMachine(use: (machines: Machines) => Promise<void>, place: SandboxSpec = machinePlace()): Promise<void> {
  return withWorkshop(async ({ root, run }) => {
    const machine = scriptedMachine();
    await use({
      machine,
      run: (steps, more) =>
        run(steps, { project: projectOf({ steps, sandboxes: [place] }, root), machine: async () => ok(machine), ...more }),
    });
  });
}

const bare = (task: string, more: StoryStep = {}): StoryStep => ({ task, ...more });

/** Each of them provides the place, one after the other. */
const CHAIN: { readonly [id: StepId]: StoryStep } = Object.fromEntries(
  ['import', 'setup-vm', 'inject-keys', 'start', 'wait-for'].map((task, i, all) => [
    task,
    bare(task, { provides: 'vm', ...(i === 0 ? {} : { needs: [all[i - 1] as string] }) }),
  ]),
);

test('Machine steps: each does one deed; what is so already is asked, said, and fresh', () =>
  withMachine(async ({ machine, run }) => {
    const first = await run(CHAIN);
    assert.equal(new Set(Object.values(first.is)), new Set(['succeeded']));
    assert.equal(machine.calls, ['make undefined', 'setUp', 'inject', 'start', 'waitFor']);
    assert.ok(first.notes.includes('keys given by nocloud'));
    assert.ok(first.notes.includes('asks whether to setUp'), 'what goes on is told');
    machine.calls.length = 0;
    const again = await run(CHAIN);
    assert.equal(new Set(Object.values(again.is)), new Set(['fresh']));
    assert.is(again.exit, 0);
    assert.equal(machine.calls, ['make undefined', 'setUp', 'inject', 'start', 'waitFor'], 'nothing is remembered: each is asked');
    for (const said of [
      'it was imported already',
      'it is set up already',
      'it has its keys already',
      'it runs already',
      'it lets us in already',
    ])
      assert.ok(again.notes.includes(`${said}: 00000000-0000-4000-8000-000000000001`), said);
  }));

test('Machine steps: their outputs are the machine and where it is reached, also when nothing was done', () =>
  withMachine(
    async ({ run }) => {
      for (const _ of ['done', 'so already']) {
        const { events } = await run(CHAIN);
        const values = Object.fromEntries(events.flatMap((event) => (event.type === 'step-finished' ? [[event.step, event.values]] : [])));
        assert.equal(values.import, { machine: '00000000-0000-4000-8000-000000000001' });
        assert.equal(values['wait-for'], { endpoint: 'build@127.0.0.1:40022' });
      }
    },
    machinePlace({ user: 'build' }),
  ));

test('an image of the step is the one that the machine is made from, seen from the folder of its file', () =>
  withMachine(async ({ machine, run }) => {
    await run({ import: bare('import', { provides: 'vm', dir: 'sub', fields: { image: 'b/x.ova' } }) });
    assert.match(machine.calls[0] ?? '', /^make \/.*\/project\/sub\/b\/x\.ova$/);
    machine.calls.length = 0;
    await run({ import: bare('import', { fields: { image: '/abs/x.ova', machine: 'vm' } }) });
    assert.equal(machine.calls, ['make /abs/x.ova']);
  }));

test('a deed that fails is the failure of its step, and those after it do not begin', () =>
  withMachine(async ({ machine, run }) => {
    machine.failing = 'setUp';
    const ran = await run(CHAIN);
    assert.equal([ran.exit, ran.is['setup-vm'], ran.is.start], [1, 'failed: hypervisor-failed', 'skipped: upstream-failed']);
    assert.equal(machine.calls, ['make undefined', 'setUp']);
    const unreached = await run(CHAIN, { machine: async () => err({ code: 'hypervisor-unfit', message: 'no qemu' }) });
    assert.is(unreached.is.import, 'failed: hypervisor-unfit');
  }));

test('snapshots are taken once and restored each time', () =>
  withMachine(async ({ machine, run }) => {
    const save = { save: bare('snapshot', { fields: { machine: 'vm', name: 'ready' } }) };
    const back = { back: bare('restore', { fields: { machine: 'vm', name: 'ready' } }) };
    assert.is((await run(back)).is.back, 'failed: machine-state');
    assert.is((await run(save)).is.save, 'succeeded');
    const again = await run(save);
    assert.is(again.is.save, 'fresh');
    assert.ok(again.notes.some((text) => text.startsWith('it has a snapshot ready already')));
    assert.is((await run(back)).is.back, 'succeeded');
    assert.is((await run(back)).is.back, 'succeeded');
    assert.equal(machine.calls.filter((call) => call.startsWith('restore')).length, 3);
  }));

for (const [keep, calls, said] of [
  ['running', [], /left as it is, as `keep: running` says; `sbx run down` removes it/],
  ['stopped', ['stop'], /^stopped$/],
  ['none', ['remove'], /^removed 0/],
] as const)
  test(`Teardown: at the end of a run a machine is left as \`keep: ${keep}\` says, and removed when it is named`, () =>
    withMachine(async ({ machine, run }) => {
      machine.is.add('made');
      const down = bare('teardown', { releases: 'vm', needs: ['up'] });
      const ended = await run({ up: bare('start', { provides: 'vm' }), down, go: { needs: ['down'] } }, { wish: wished('up', 'go') });
      assert.ok(
        ended.notes.some((text) => said.test(text)),
        ended.notes.join('; '),
      );
      assert.equal(machine.calls, ['start', ...calls]);
      machine.is.add('made');
      machine.calls.length = 0;
      const named = await run({ down: { ...down, needs: [] } });
      assert.equal([named.is.down, machine.calls], ['succeeded', ['remove']]);
      const gone = await run({ down: { ...down, needs: [] } });
      assert.equal([gone.is.down, gone.notes.at(-1)], ['fresh', 'there is no machine']);
    }, machinePlace({ keep })));

function wished(...names: readonly string[]) {
  return { names, only: false, force: [], noCache: false } as const;
}

/** What the task says of a step, and at which key. */
function wrong(task: string, over: Parameters<typeof step>[2], places: readonly SandboxSpec[]): readonly string[] {
  const one = step('it', task, { sandbox: 'local', spanOf: (key) => ({ file: key ?? '-' }) as never, ...over });
  const project = projectOf({ steps: {}, sandboxes: places }, '/p');
  const sandbox = project.sandboxes.get(one.sandbox);
  if (sandbox === undefined) throw new Error(one.sandbox);
  const { diagnostics = [] } = TASK.get(task)?.plan(one, { project, sandbox, downstream: [] }) ?? {};
  return diagnostics.map(({ code, message, hint, span }) => `${(span as unknown as { file: string }).file}: ${code}: ${message} (${hint})`);
}

const PLACES = [machinePlace(), sandboxSpec({ name: 'plain' }), machinePlace({ name: 'bare', machine: withoutImage() })];

function withoutImage() {
  const { image: _, ...rest } = SPEC;
  return rest;
}

test('Machine steps: which machine is meant is known from the file, or told with the place', () => {
  assert.equal(wrong('start', { provides: 'vm' }, PLACES), []);
  assert.equal(wrong('start', { fields: { machine: 'vm' } }, PLACES), []);
  assert.equal(wrong('start', { releases: 'vm' }, PLACES), []);
  const cases = [
    wrong('start', {}, PLACES),
    wrong('start', {}, []),
    wrong('start', { provides: 'vm', fields: { machine: 'bare' } }, PLACES),
    wrong('start', { fields: { machine: 'vn' } }, PLACES),
    wrong('start', { provides: 'plain' }, PLACES),
    wrong('start', { sandbox: 'vm', provides: 'vm' }, PLACES),
    wrong('import', { provides: 'bare' }, PLACES),
    wrong('teardown', { sandbox: 'vm' }, PLACES),
    wrong('teardown', { fields: { machine: 'plain' } }, PLACES),
    wrong('wait-for', { provides: 'plain' }, PLACES),
  ];
  assert.equal(cases.flat(), [
    '-: missing-key: step it: it is not said which machine is meant (write `provides: vm`; those with a machine: vm, bare)',
    '-: missing-key: step it: it is not said which machine is meant (declare `machine:` under the sandbox that it brings up)',
    'provides: conflicting-keys: step it: `machine` and `provides` name two machines (a step does something on one: write two steps)',
    'machine: bad-value: step it: there is no sandbox `vn` (Did you mean `vm`?)',
    'provides: bad-value: step it: there is no machine behind `plain` (those with a machine: vm, bare)',
    'in: conflicting-keys: step it: machines are brought up and taken down from this computer, not in vm (take `in: vm` away and write `provides: vm`)',
    '-: missing-key: step it: it is not said what the machine of bare is made from (write `image: PATH` in the step or under `machine:`; in the step it may be an output of another one)',
    'in: conflicting-keys: step it: machines are brought up and taken down from this computer, not in vm (take `in: vm` away and write `releases: vm`)',
    'machine: bad-value: step it: there is no machine behind `plain` (those with a machine: vm, bare)',
    'provides: bad-value: step it: there is no machine behind `plain` (those with a machine: vm, bare)',
  ]);
});

test('where `--local` or `--host` stands in for a machine nothing is brought up, and that is said', () =>
  withMachine(
    async ({ machine, run }) => {
      const ran = await run({ ...CHAIN, down: bare('teardown', { releases: 'vm' }) });
      assert.equal(new Set(Object.values(ran.is)), new Set(['fresh']));
      assert.equal(machine.calls, []);
      assert.ok(ran.notes.includes('vm is no machine in this run: nothing was done'));
    },
    sandboxSpec({ insteadOf: 'machine' }),
  ));

test.run();
