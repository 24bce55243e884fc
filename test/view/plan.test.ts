import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Decision, Plan, PlannedAction } from '../../lib/model/plan.ts';
import { recordOf } from '../../lib/plan/fingerprint.ts';
import { statsText, sweptText, verifiedText } from '../../lib/view/cache.ts';
import { explainText } from '../../lib/view/explain.ts';
import { PLAIN } from '../../lib/view/paint.ts';
import { isUpToDate, planJson, planText, statusText } from '../../lib/view/plan.ts';
import { width } from '../../lib/view/width.ts';
import { stepWith } from '../rig/step.ts';
import { EDITED, FRESH } from './story.ts';

function action(id: string, sandbox: string, decision: Decision, price?: PlannedAction['price']): PlannedAction {
  const step = stepWith({ id, task: 'remote-build', sandbox });
  const draft = { title: id, settings: {}, reads: { is: 'nothing' }, makes: { is: 'nothing' }, workspace: 'writes' } as const;
  const planned = { id, step, draft, order: 0, named: true, forced: false } as const;
  const record = recordOf(planned, { inputs: null, upstream: {}, tools: {}, place: {}, secrets: {} });
  return { action: planned, decision, record, ...(price ? { price } : {}) };
}

const stale: Plan = {
  actions: [
    action('sync', 'vm', EDITED, { ms: 300, bytes: 2048 }),
    action('remote-build', 'vm', EDITED, { ms: 12_000 }),
    action('lint', 'local', FRESH),
    action('remote-test', 'vm', { is: 'maybe', reasons: [{ code: 'upstream-runs', steps: ['remote-build'] }] }),
  ],
  places: ['vm'],
};

test('a plan: what, where, cost and why, and the sum', () => {
  assert.is(
    planText(stale, PLAIN),
    `  run    miss  sync          vm  300ms, 2.0 KiB  inputs changed: src/Main.hs
  run    miss  remote-build  vm  12.0s           inputs changed: src/Main.hs
  fresh  hit   lint
  maybe        remote-test   vm                  depends on what remote-build will make
2 would run, 1 perhaps, 1 fresh; about 12.3s and 2.0 KiB, 1 never measured; reaches vm
`,
  );
  assert.is(isUpToDate(stale), false);
  assert.is(JSON.parse(planJson(stale)).schema, 'sbx-plan');
  assert.is(JSON.parse(planJson(stale)).steps[3].why, 'depends on what remote-build will make');
});

test('on a narrow terminal lines are cut, and why stands below', () => {
  const lines = planText(stale, PLAIN, 40).split('\n');
  assert.equal(lines.slice(0, 5), [
    '  run    miss  sync          vm  300ms,…',
    '      inputs changed: src/Main.hs',
    '  run    miss  remote-build  vm  12.0s',
    '      inputs changed: src/Main.hs',
    '  fresh  hit   lint',
  ]);
  assert.ok(lines.slice(0, -2).every((line) => width(line) <= 40));
});

test('a plan with nothing to do', () => {
  const fresh: Plan = {
    actions: [action('build', 'vm', FRESH), action('sync', 'vm', { is: 'skip', because: { code: 'not-needed' } })],
    places: [],
  };
  assert.match(planText(fresh, PLAIN), /everything is fresh; no place is reached\n$/);
  assert.is(statusText(fresh, PLAIN), 'up to date\n');
  assert.is(isUpToDate(fresh), true);
  assert.is(planText({ actions: [], places: [] }, PLAIN), 'nothing to run\n');
});

test('status names what is not up to date', () => {
  assert.match(statusText(stale, PLAIN), /^not up to date:\n {2}sync {10}inputs changed: src\/Main.hs\n/);
});

test('explain lists every file', () => {
  const planned = action('build', 'vm', {
    is: 'run',
    reasons: [
      { code: 'inputs-changed', changed: ['a.hs', 'b.hs'], added: ['c\x1b[2J.hs'], removed: ['d.hs'] },
      { code: 'command-changed' },
    ],
  });
  const text = explainText(
    { planned, changed: [], now: 10_000_000, last: { key: 'k', record: planned.record, is: 'succeeded', at: 6_400_000, ms: 4200 } },
    PLAIN,
  );
  assert.is(
    text.slice(0, text.indexOf('\nWhat counts:')),
    `build would run:
  inputs changed:
    ~ a.hs
    ~ b.hs
    + c.hs
    - d.hs
  command changed

Last run: succeeded in 4.2s, 1h00m ago
`,
  );
});

test('explain shows all that counts', () => {
  const record = {
    version: 1,
    task: 'shell',
    command: { shell: 'sh', text: 'make -j"${v1}"', variables: { v1: '4' } },
    settings: {},
    dir: '.',
    env: { CC: 'gcc' },
    inputs: 'ab'.repeat(32),
    upstream: { sync: 'cd'.repeat(32) },
    tools: {},
    place: { ghc: '9.4.7\n' },
    outputs: { makes: 'files', globs: ['out/**'] },
    state: ['dist-newstyle'],
    secrets: { KEY: '' },
  } as const;
  const text = explainText({ planned: { ...action('build', 'vm', FRESH), record }, changed: [], now: 0 }, PLAIN);
  assert.is(
    text,
    `build is fresh

What counts:
  task      shell
  command   sh: make -j"$\{v1}"
  value     v1=4
  dir       .
  env       CC=gcc
  inputs    tree abababababababab
  upstream  sync cdcdcdcdcdcdcdcd
  place     ghc: 9.4.7
  outputs   files out/**
  state     dist-newstyle
  secret    KEY
`,
  );
});

test('explain shows the command as it was written, and its values by their expressions', () => {
  const source = 'set -x\nmake -j${{ params.cores }}\n';
  const script = {
    shell: 'sh',
    text: 'set -x\nmake -j"${v}"\n',
    variables: [{ name: 'v', value: '4', of: 'params.cores' }],
    source,
  } as const;
  const planned = action('build', 'vm', FRESH);
  const step = { ...planned.action.step, script };
  const command = { shell: 'sh', text: script.text, variables: { v: '4' } };
  const record = { ...planned.record, command };
  const text = explainText({ planned: { ...planned, action: { ...planned.action, step }, record }, changed: [], now: 0 }, PLAIN);
  assert.match(text, '  command  sh: set -x\n               make -j${{ params.cores }}\n  value    params.cores=4\n');
});

test('the store', () => {
  const stats = { folder: '/c', blobs: 3, bytes: 2048, records: 1, quarantined: 0, maxSize: 2 ** 30, maxAge: 14 * 86_400_000 };
  assert.is(
    statsText(stats),
    `  folder   /c
  size     2.0 KiB of at most 1.0 GiB
  blobs    3
  records  1
  kept     14d after the last use
`,
  );
  assert.is(verifiedText({ blobs: 1, bytes: 5, damaged: [] }), '1 blob checked, 5 B: all sound\n');
  assert.match(verifiedText({ blobs: 2, bytes: 5, damaged: ['ab'] }), /1 damaged and moved to quarantine.*\n {2}ab\n$/);
  assert.is(sweptText({ records: 1, blobs: 2, bytes: 2048, left: 0 }), 'removed 1 record and 2 blobs, 2.0 KiB; 0 B kept\n');
});

test.run();
