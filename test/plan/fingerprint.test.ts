import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import type { Action, Draft } from '../../lib/model/plan.ts';
import type { Step } from '../../lib/model/project.ts';
import { type Facts, keyOf, recordOf } from '../../lib/plan/fingerprint.ts';
import { differences } from '../../lib/plan/staleness.ts';
import { randomFrom } from './random.ts';
import { step } from './world.ts';

const NAMES = { sandbox: 'vm', expressions: new Map() };

interface Case {
  readonly step: Step;
  readonly draft: Draft;
  readonly facts: Facts;
}

const base: Case = {
  step: step('it', {
    script: { shell: 'sh', text: 'cc "$a"', variables: [{ name: 'a', value: '1' }], source: 'cc' },
    env: [
      ['A', '1'],
      ['B', '2'],
    ],
    state: ['memo'],
    secrets: ['KEY'],
    needs: ['x', 'y'],
  }),
  draft: {
    title: 'it',
    settings: { from: 'dist', deep: { list: ['a', 'b'] } },
    reads: { is: 'files', globs: ['src'] },
    makes: { is: 'files', globs: ['out'] },
    workspace: 'writes',
  },
  facts: {
    inputs: digestOf('tree'),
    upstream: { x: digestOf('x'), y: digestOf('y') },
    tools: { cc: '/usr/bin/cc 1' },
    place: { os: 'Linux', ghc: '9' },
    secrets: { KEY: '1' },
  },
};

function record({ step: one, draft, facts }: Case) {
  return recordOf({ id: one.id, step: one, draft, order: 0, named: true, forced: false } satisfies Action, facts);
}

function key(one: Case): string {
  return keyOf(record(one));
}

const ofStep = (more: Partial<Step>): Case => ({ ...base, step: { ...base.step, ...more } });
const ofDraft = (more: Partial<Draft>): Case => ({ ...base, draft: { ...base.draft, ...more } });
const ofFacts = (more: Partial<Facts>): Case => ({ ...base, facts: { ...base.facts, ...more } });
const script = base.step.script as Extract<Step['script'], { shell: 'sh' | 'bash' }>;

const matters: { readonly [what: string]: Case } = {
  task: ofStep({ task: 'script' }),
  text: ofStep({ script: { ...script, text: 'cc  "$a"' } }),
  shell: ofStep({ script: { ...script, shell: 'bash' } }),
  argv: ofStep({ script: { shell: 'argv', words: ['cc', '1'], source: 'cc' } }),
  value: ofStep({ script: { ...script, variables: [{ name: 'a', value: '' }] } }),
  variable: ofStep({ script: { ...script, variables: [{ name: 'b', value: '1' }] } }),
  env: ofStep({ env: [['A', '1']] }),
  'env value': ofStep({
    env: [
      ['A', '2'],
      ['B', '2'],
    ],
  }),
  'env name': ofStep({
    env: [
      ['__proto__', '1'],
      ['A', '1'],
      ['B', '2'],
    ],
  }),
  dir: ofStep({ dir: 'sub' }),
  state: ofStep({ state: [] }),
  settings: ofDraft({ settings: { from: 'dist', deep: { list: ['b', 'a'] } } }),
  makes: ofDraft({ makes: { is: 'verdict' } }),
  'makes where': ofDraft({ makes: { is: 'place', globs: ['out'] } }),
  outputs: ofDraft({ makes: { is: 'files', globs: ['out', 'more'] } }),
  inputs: ofFacts({ inputs: digestOf('other') }),
  'no inputs': ofFacts({ inputs: null }),
  upstream: ofFacts({ upstream: { x: digestOf('x'), y: digestOf('z') } }),
  'less upstream': ofFacts({ upstream: { x: digestOf('x') } }),
  'the same upstream twice': ofFacts({ upstream: { x: digestOf('x'), y: digestOf('x') } }),
  tool: ofFacts({ tools: { cc: '/usr/bin/cc 2' } }),
  probe: ofFacts({ place: { os: 'Linux', ghc: '10' } }),
  'new probe': ofFacts({ place: { os: 'Linux', ghc: '9', ld: '' } }),
  secret: ofFacts({ secrets: { KEY: '2' } }),
};

const indifferent: { readonly [what: string]: Case } = {
  'its own name': ofStep({ id: 'other' }),
  'its sandbox': ofStep({ sandbox: 'vm' }),
  timing: ofStep({ timeout: 5, retry: { times: 3, delay: 1 }, pools: [{ name: 'p', weight: 1 }], parallel: true }),
  words: ofStep({ description: 'better', script: { ...script, source: 'written otherwise' } }),
  'what is passed but not counted': ofStep({ passEnv: ['HOME'] }),
  'order of env': ofStep({
    env: [
      ['B', '2'],
      ['A', '1'],
    ],
  }),
  'names of needed steps': ofFacts({ upstream: { renamed: digestOf('y'), x: digestOf('x') } }),
  'the title and how the place is used': ofDraft({ title: 'x', workspace: 'shares', reads: { is: 'nothing' } }),
};

for (const [what, one] of Object.entries(matters)) {
  test(`${what} changes the key, and one reason says so`, () => {
    assert.is.not(key(one), key(base));
    assert.is.not(differences(record(base), record(one), NAMES).length, 0);
    assert.is.not(differences(record(one), record(base), NAMES).length, 0);
  });
}

for (const [what, one] of Object.entries(indifferent)) {
  test(`${what}: no change of the key and no reason`, () => {
    assert.is(key(one), key(base));
    assert.equal(differences(record(base), record(one), NAMES), []);
  });
}

test('no two of the changed ones have one key', () => {
  const keys = Object.values(matters).map(key);
  assert.is(new Set(keys).size, keys.length);
});

test('any mutation of any leaf of a record changes the key and is told', () => {
  const random = randomFrom(11);
  const original = record(base);
  let mutants = 0;
  for (let round = 0; round < 500; round++) {
    const mutant = structuredClone(original) as unknown as { [key: string]: unknown };
    const told = mutate(mutant, random);
    if (told === undefined) continue;
    mutants += 1;
    assert.is.not(keyOf(mutant as never), keyOf(original), told);
    assert.ok(differences(original, mutant as never, NAMES).length > 0, told);
  }
  assert.ok(mutants > 300);
});

/** Changes one text somewhere below; gives its path. */
function mutate(node: { [key: string]: unknown }, random: (below: number) => number, path = ''): string | undefined {
  const names = Object.keys(node).filter((name) => name !== 'version');
  const name = names[random(names.length)];
  if (name === undefined) return undefined;
  const value = node[name];
  if (typeof value === 'object' && value !== null) return mutate(value as { [key: string]: unknown }, random, `${path}/${name}`);
  node[name] = `${String(value)}~`;
  return `${path}/${name}`;
}

test.run();
