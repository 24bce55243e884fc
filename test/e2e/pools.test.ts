import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

/** Says in `log` when it begins and ends; those that share a file of the same name see each other. */
const WORK = 'echo begin $SBX_STEP >> log; sleep 0.3; echo end $SBX_STEP >> log';

/** The most weight that was under way at once, by the lines of the log. */
function most(log: string, weightOf: (step: string) => number): number {
  let now = 0;
  let most = 0;
  for (const line of log.trim().split('\n')) {
    const [what = '', step = ''] = line.split(' ');
    now += what === 'begin' ? weightOf(step) : -weightOf(step);
    most = Math.max(most, now);
  }
  return most;
}

test('pools with weights: never more is under way than there are slots', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
pools: { memory: 4 }
x-light: &light { run: "${WORK}", pool: memory }
x-heavy: &heavy { run: "${WORK}", pool: { name: memory, weight: 3 } }
default: [a, b, c, d, e]
steps: { a: *light, b: *heavy, c: *light, d: *heavy, e: *light }
`,
    },
    async ({ read, sbx }) => {
      const run = await sbx(['run', '-j', '5']);
      assert.is(run.code, 0, run.stdout + run.stderr);
      const log = read('log');
      assert.is(
        most(log, (step) => ('bd'.includes(step) ? 3 : 1)),
        4,
      );
    },
  ));

test('named locks: a pool of one slot, also among several pools, and each step takes all or none', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
pools: { db: 1, port: 1 }
default: [a, b, c, d]
steps:
  a: { run: "${WORK}", pool: [db, port] }
  b: { run: "${WORK}", pool: [port, db] }
  c: { run: "${WORK}", pool: [db, { name: port }] }
  d: { run: "${WORK}", pool: db }
`,
    },
    async ({ read, sbx }) => {
      const run = await sbx(['run', '-j', '4']);
      assert.is(run.code, 0, run.stdout + run.stderr);
      assert.is(
        most(read('log'), () => 1),
        1,
      );
    },
  ));

test('a step that waits for its pool holds no slot of -j', () =>
  withProject(
    {
      'Sandboxfile.yaml': `version: 1
pools: { db: 1 }
default: [a, b, c, free]
steps:
  a: { run: "touch a; until [ -e free ]; do sleep 0.05; done", pool: db, timeout: 30s }
  b: { run: "echo b", pool: db }
  c: { run: "echo c", pool: db }
  free: { run: "until [ -e a ]; do sleep 0.05; done; touch free", timeout: 30s }
`,
    },
    async ({ sbx }) => {
      const run = await sbx(['run', '-j', '2']);
      assert.is(run.code, 0, run.stdout + run.stderr);
    },
  ));

test.run();
