import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { realClock, realFiles } from '../../lib/io/io.ts';
import { openOwned } from '../../lib/run/owned.ts';
import type { TestProject } from '../rig/project.ts';
import { ANY, type CrashPoint, dying } from '../torture/crash-points/dying.ts';
import { Crash, inside, watchHere } from '../torture/crash-points/inside.ts';
import type { Operation } from '../torture/crash-points/operation.ts';
import { namesIn } from './created.ts';
import { RACK, withRack } from './rack.ts';

// sbx dies before, and in the middle of, each change that it and the driver of its machine make to the disk while it creates and destroys: what is left is
// found and ended by one reap. Its machines are files, so that all of those changes are seen; e2e/create-machine.test.ts does it to a real one.

watchHere();

const die = (): never => {
  throw new Crash('the process is gone');
};

const STUCK = RACK.replace(
  'destroy: async',
  `destroy: async () => ({ ok: false, error: { code: 'machine-busy', message: 'stuck' } }), _: async`,
);
const CREATE = ['create', '--profile', 'blade'];

interface Points {
  readonly point: CrashPoint;
  readonly says: string;
}

function sbx({ root, home }: TestProject, args: readonly string[], at?: Parameters<typeof inside>[3]) {
  return inside(args, { cwd: root, home }, root, at);
}

async function pointsOf(project: TestProject, args: readonly string[]): Promise<readonly Points[]> {
  const operations: Operation[] = [];
  await sbx(project, args, (operation, run) => {
    operations.push(operation);
    return run();
  });
  return operations.flatMap(({ name, tears }, nth) => [
    { point: { name: ANY, nth, when: 'before' }, says: `before ${name}` },
    ...(tears ? [{ point: { name: ANY, nth, when: 'torn' } as const, says: `in ${name}` }] : []),
  ]);
}

/** One reap ends all that there is. */
async function assertReaped(project: TestProject, blades: () => readonly string[], at: string): Promise<void> {
  const state = join(project.home, '.state/sbx');
  const said = await sbx(project, ['reap', '--json']);
  assert.equal((JSON.parse(said.stdout) as { readonly left: readonly object[] }).left, [], at);
  assert.equal([blades(), openOwned({ files: realFiles, clock: realClock }, state).things()], [[], []], at);
  // What was given no name of its own yet goes when it is an hour old, since its maker may live.
  for (const folder of ['sandboxes', 'locks'])
    assert.equal(
      namesIn(join(state, folder)).filter((name) => !/\.[0-9a-f]{32}$|\.tmp$/.test(name)),
      [],
      at,
    );
}

test('kill -9 at every change of the disk in create with a machine of its own: one reap undoes what is left', () =>
  withRack(async (project, blades) => {
    await sbx(project, CREATE); // the first one makes the id of this computer
    const points = await pointsOf(project, CREATE);
    assert.ok(points.length > 40, `${points.length} points`);
    for (const { point, says } of points) {
      const ended = await sbx(project, CREATE, dying(point, die));
      assert.is(ended.signal, 'SIGKILL', says);
      await assertReaped(project, blades, says);
    }
  }));

test('kill -9 at every change of the disk in destroy of a machine: one reap finishes it', () =>
  withRack(async (project, blades) => {
    const id = async (): Promise<string> => {
      project.write('x.mjs', STUCK);
      await sbx(project, CREATE);
      project.write('x.mjs', RACK);
      assert.is(blades().length, 1);
      return (namesIn(join(project.home, '.state/sbx/sandboxes')).find((name) => name.endsWith('.json')) ?? '').replace('.json', '');
    };
    const points = await pointsOf(project, ['destroy', await id()]);
    assert.ok(points.length > 15, `${points.length} points`);
    for (const { point, says } of points) {
      const ended = await sbx(project, ['destroy', await id()], dying(point, die));
      assert.is(ended.signal, 'SIGKILL', says);
      await assertReaped(project, blades, says);
    }
    rmSync(join(project.root, 'rack'), { recursive: true });
  }));

test.run();
