import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Project, Step } from '../../lib/model/project.ts';
import type { Script } from '../../lib/model/script.ts';
import type { Staleness } from '../../lib/model/staleness.ts';
import { describe } from '../../lib/plan/describe.ts';
import { planOf, play } from './play.ts';
import { project, sandbox, step, World } from './world.ts';

/** One change after a run in which all was done: the step in the middle says exactly one reason, in one wording. */
interface Change {
  readonly name: string;
  /** The step as it is declared before and after. */
  readonly before?: Partial<Step>;
  readonly after?: Partial<Step>;
  readonly project?: Partial<Project>;
  readonly change?: (world: World) => void;
  readonly why: Staleness;
  readonly words: string;
}

const script = (text: string, value = '1'): Script => ({
  shell: 'sh',
  text,
  variables: [{ name: 'v', value, of: 'params.v' }],
  source: text,
});
const remote: Partial<Step> = { sandbox: 'vm', task: 'remote-build', needs: ['sync'], state: ['dist'] };
const paths = { added: [], removed: [], changed: [] };

const changes: readonly Change[] = [
  {
    name: 'another command',
    before: { script: script('a') },
    after: { script: script('b') },
    why: { code: 'command-changed' },
    words: 'command changed',
  },
  {
    name: 'another shell',
    before: { script: script('a') },
    after: { script: { ...script('a'), shell: 'bash' } as Script },
    why: { code: 'command-changed' },
    words: 'command changed',
  },
  {
    name: 'another value in the command',
    before: { script: script('a') },
    after: { script: script('a', '2') },
    why: { code: 'value-changed', names: ['params.v'] },
    words: 'value changed: params.v',
  },
  {
    name: 'a setting',
    before: { fields: { level: 1 } },
    after: { fields: { level: 2 } },
    why: { code: 'settings-changed', names: ['level'] },
    words: 'settings changed: level',
  },
  {
    name: 'another task',
    before: { sandbox: 'vm', needs: ['sync'], outputs: [] },
    after: { sandbox: 'vm', needs: ['sync'], outputs: [], task: 'remote-build' },
    why: { code: 'task-changed', from: 'shell', to: 'remote-build' },
    words: 'task changed: shell -> remote-build',
  },
  {
    name: 'another folder',
    before: { inputs: ['!x', 'gone'], outputs: [] },
    after: { inputs: ['!x', 'gone'], outputs: [], dir: 'sub' },
    why: { code: 'dir-changed', from: '.', to: 'sub' },
    words: 'dir changed: . -> sub',
  },
  {
    name: 'a variable of the environment',
    before: { env: [['A', '1']] },
    after: { env: [['A', '2']] },
    why: { code: 'env-changed', names: ['A'] },
    words: 'environment changed: A',
  },
  { name: 'a new variable', after: { env: [['B', '']] }, why: { code: 'env-changed', names: ['B'] }, words: 'environment changed: B' },
  {
    name: 'an edited input',
    change: (world) => world.write('src/a.c', 'other'),
    why: { code: 'inputs-changed', ...paths, changed: ['src/a.c'] },
    words: 'inputs changed: src/a.c',
  },
  {
    name: 'inputs that came and went',
    change: (world) => {
      world.files.delete('src/a.c');
      world.write('src/0.c', '');
      world.write('src/z.c', '');
    },
    why: { code: 'inputs-changed', ...paths, added: ['src/0.c', 'src/z.c'], removed: ['src/a.c'] },
    words: 'inputs changed: src/0.c (new) (and 2 more)',
  },
  {
    name: 'inputs that were forgotten',
    change: (world) => {
      world.trees.clear();
      world.write('src/a.c', 'other');
    },
    why: { code: 'inputs-changed', ...paths },
    words: 'inputs changed',
  },
  {
    name: 'results of a needed step',
    change: (world) => world.write('grammar', 'other'),
    why: { code: 'upstream-runs', steps: ['gen'] },
    words: 'depends on what gen will make',
  },
  {
    name: 'a verdict upstream',
    before: { needs: ['check'] },
    change: (world) => world.write('checked', 'other'),
    why: { code: 'upstream-changed', steps: ['check'] },
    words: 'results of check changed',
  },
  {
    name: 'a step upstream that runs every time',
    before: { needs: ['always'] },
    why: { code: 'upstream-ran', steps: ['always'] },
    words: 'needs always, which runs every time',
  },
  {
    name: 'a tool',
    before: { tools: ['cc'] },
    change: (world) => world.toolDigests.set('cc', 'v2'),
    why: { code: 'tool-changed', tools: ['cc'] },
    words: 'tool changed: cc',
  },
  {
    name: 'the toolchain of a place',
    before: { ...remote, needs: [], outputs: [] },
    change: (world) => world.probe('vm', { os: 'Linux', ghc: 'The Compiler, version 9.8.4\nmore' }),
    why: {
      code: 'place-changed',
      sandbox: 'vm',
      probes: [{ name: 'ghc', from: 'The Compiler, version 9.6.6\nmore', to: 'The Compiler, version 9.8.4\nmore' }],
    },
    words: 'toolchain of vm changed: ghc 9.6.6 -> 9.8.4',
  },
  {
    name: 'a new probe',
    before: { ...remote, needs: [], outputs: [] },
    project: { sandboxes: new Map([['vm', sandbox('vm', { probes: [['cabal', 'cabal --version']] })]]) },
    why: { code: 'place-unknown', sandbox: 'vm' },
    words: 'toolchain of vm is not known yet',
  },
  {
    name: 'other outputs',
    after: { outputs: ['out/a', 'out/b'] },
    why: { code: 'outputs-declared', added: ['out/b'], removed: [] },
    words: 'declared outputs changed: +out/b',
  },
  { name: 'other state', after: { state: ['memory'] }, why: { code: 'state-declared' }, words: 'declared state changed' },
  {
    name: 'the version of a secret',
    before: { secrets: ['KEY'] },
    project: { secrets: [{ name: 'KEY', version: '2' }] },
    why: { code: 'secret-changed', names: ['KEY'] },
    words: 'secret changed: KEY',
  },
  {
    name: 'outputs that are missing everywhere',
    change: (world) => {
      world.files.delete('out/a');
      world.blobs.clear();
    },
    why: { code: 'outputs-missing', paths: ['out/a'] },
    words: 'outputs missing: out/a',
  },
  {
    name: 'outputs that were edited, and the store lost them',
    change: (world) => {
      world.write('out/a', 'by hand');
      world.blobs.clear();
    },
    why: { code: 'outputs-edited', paths: ['out/a'] },
    words: 'outputs edited: out/a',
  },
  {
    name: 'a record that was lost',
    change: (world) => world.store.delete(world.runs.get('it')?.key ?? ''),
    why: { code: 'record-lost' },
    words: 'its record was lost',
  },
  {
    name: 'another result in the place',
    before: { ...remote },
    change: (world) =>
      world.places.set('vm', { ...world.places.get('vm'), probes: world.places.get('vm')?.probes ?? {}, at: 1, holds: {} }),
    why: { code: 'place-holds-other' },
    words: 'the workspace holds the result of other inputs',
  },
  {
    name: 'a failure',
    change: (world) => {
      world.write('src/a.c', 'other');
      world.failing.add('it');
      play(project(declared({})), world, ['it']);
      world.failing.clear();
    },
    why: { code: 'failed-before' },
    words: 'failed when it last ran',
  },
  ...(['cancelled', 'cut-off'] as const).map(
    (is): Change => ({
      name: `an end that was no failure: ${is}`,
      change: (world) => {
        const last = world.runs.get('it');
        if (last) world.runs.set('it', { ...last, is });
        world.store.clear();
      },
      why: { code: `${is}-before` },
      words: `${is.replace('-', ' ')} when it last ran`,
    }),
  ),
  {
    name: 'a first run',
    change: (world) => world.runs.delete('it') && world.store.clear(),
    why: { code: 'never-ran' },
    words: 'never ran here',
  },
  { name: 'a wish', after: { description: 'forced' }, why: { code: 'forced' }, words: 'forced' },
  {
    name: 'no outputs',
    before: { outputs: undefined as never },
    why: { code: 'not-remembered' },
    words: 'declares no outputs, so it runs every time',
  },
  {
    name: 'caching that is off',
    before: { cache: false },
    why: { code: 'not-cacheable', because: 'cache-off' },
    words: 'never cached: caching is off',
  },
  {
    name: 'secrets in another place',
    before: { ...remote, outputs: [], secrets: ['KEY'] },
    why: { code: 'not-cacheable', because: 'secrets' },
    words: 'never cached: it uses secrets in a place that is not here',
  },
];

function declared(it: Partial<Step>): readonly Step[] {
  return [
    step('gen', { inputs: ['grammar'], outputs: ['gen/a'] }),
    step('check', { inputs: ['checked'], outputs: [] }),
    step('always'),
    step('sync', { task: 'sync', sandbox: 'vm' }),
    step('it', { inputs: ['src'], outputs: ['out/a'], needs: ['gen'], ...it }),
    step('late', { inputs: ['late'], outputs: [], needs: ['it'] }),
  ];
}

for (const { name, before = {}, after = {}, change, why, words, ...more } of changes) {
  test(`${name}: ${why.code}`, () => {
    const world = new World();
    for (const path of ['src/a.c', 'src/b.c', 'grammar', 'checked', 'late']) world.write(path, path);
    world.probe('vm', { os: 'Linux', ghc: 'The Compiler, version 9.6.6\nmore' });
    const first = project(declared(before));
    play(first, world, ['late']);
    const quiet = planOf(first, world, ['late']).actions.filter(({ decision }) => decision.is !== 'fresh' && decision.is !== 'skip');
    const settled = ['not-remembered', 'upstream-ran', 'not-cacheable'].includes(why.code) || quiet.length === 0;
    assert.ok(settled, `not fresh before the change: ${JSON.stringify(quiet.map((one) => [one.action.id, one.decision]))}`);
    change?.(world);
    const second = { ...project(declared({ ...before, ...after })), ...more.project };
    const sandboxes = new Map([...project([]).sandboxes, ...(more.project?.sandboxes ?? [])]);
    const force = why.code === 'forced' ? { force: ['it'] } : {};
    const plan = planOf({ ...second, sandboxes }, world, ['late', 'it'], force);
    const decision = plan.actions.find(({ action }) => action.id === 'it')?.decision;
    assert.equal(decision, { is: why.code === 'upstream-runs' ? 'maybe' : 'run', reasons: [why] });
    assert.is(describe(why), words);
  });
}

test('there are twenty kinds and more', () => assert.ok(new Set(changes.map(({ why }) => why.code)).size >= 20));

test.run();
