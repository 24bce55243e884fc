import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needing } from '../rig/needing.ts';
import { ANY, type CrashPoint, dying } from '../torture/crash-points/dying.ts';
import { Crash, inside, watchHere } from '../torture/crash-points/inside.ts';
import type { Operation } from '../torture/crash-points/operation.ts';
import { ATTACH, inputs, namesIn, type Vm, withVm, write } from './created.ts';

// sbx dies before, and in the middle of, each change that it makes to the disk while it creates and destroys: what is left is found and ended by one reap.

watchHere();

interface Said {
  readonly ended: readonly { readonly id: string }[];
  readonly left: readonly object[];
}

const die = (): never => {
  throw new Crash('the process is gone');
};

/** `sbx ARGS` to its end, or its death at the point; false: the point was not on the way. */
async function dies(vm: Vm, args: readonly string[], point: CrashPoint): Promise<boolean> {
  const ended = await inside(args, { cwd: vm.folder, home: vm.home, env: vm.sshd.env }, vm.folder, dying(point, die));
  return ended.signal === 'SIGKILL';
}

async function operationsOf(vm: Vm, args: readonly string[]): Promise<readonly Operation[]> {
  const operations: Operation[] = [];
  const ended = await inside(args, { cwd: vm.folder, home: vm.home, env: vm.sshd.env }, vm.folder, (operation, run) => {
    operations.push(operation);
    return run();
  });
  assert.is(ended.code, 0, ended.stderr);
  return operations;
}

async function done(vm: Vm, ...args: string[]): Promise<string> {
  const ended = await inside(args, { cwd: vm.folder, home: vm.home, env: vm.sshd.env }, vm.folder);
  assert.is(ended.code, 0, ended.stderr);
  return ended.stdout;
}

/** Nothing of ours on either side, and what is not ours untouched. */
function assertNothing(vm: Vm, at: string): void {
  // What was given no name of its own yet goes when it is an hour old, since its maker may live.
  const unnamed = /\.[0-9a-f]{32}$|\.tmp$/;
  for (const folder of ['locks', 'sandboxes']) {
    const path = join(vm.home, '.state/sbx', folder);
    for (const name of namesIn(path)) if (unnamed.test(name)) rmSync(join(path, name), { recursive: true });
  }
  assert.equal(vm.left(), ['other'], at);
  assert.equal(namesIn(join(vm.home, '.state/sbx/locks')), [], at);
}

/** Each operation from before it, and half of those that can be torn. */
function pointsOf(operations: readonly Operation[]): readonly (CrashPoint & { readonly says: string })[] {
  return operations.flatMap(({ name, tears }, nth) => [
    { name: ANY, nth, when: 'before', says: `before ${name}` } as const,
    ...(tears ? [{ name: ANY, nth, when: 'torn', says: `in ${name}` } as const] : []),
  ]);
}

needing('sshd', 'ssh')('kill -9 at every change of the disk in create: one reap undoes what is left', () =>
  withVm(async (vm) => {
    write('theirs\n', vm.builds, 'other/file');
    write('a\n', vm.folder, 'repo/a');
    const create = ['create', ...ATTACH, ...inputs(vm.builds), '--input', 'repo=repo', '--json'];
    const [{ id }] = [JSON.parse(await done(vm, ...create)) as { readonly id: string }]; // and the first one makes the id of this computer
    await done(vm, 'destroy', id);
    const points = pointsOf(await operationsOf(vm, create));
    await done(vm, 'destroy', ...JSON.parse(await done(vm, 'ls', '--json')).sandboxes.map((one: { readonly id: string }) => one.id));
    assertNothing(vm, 'at first');
    assert.ok(points.length > 20, `${points.length} points`);
    for (const point of points) {
      assert.ok(await dies(vm, create, point), point.says);
      const said = JSON.parse(await done(vm, 'reap', '--json')) as Said;
      const { sandboxes } = JSON.parse(await done(vm, 'ls', '--json')) as {
        readonly sandboxes: readonly { readonly id: string; readonly state: string }[];
      };
      assert.equal(said.left, [], point.says);
      // It had died behind its last record: then it is whole, and somebody's.
      for (const one of sandboxes) {
        assert.is(one.state, 'ready', point.says);
        await done(vm, 'destroy', one.id);
      }
      assertNothing(vm, point.says);
    }
  }),
);

needing('sshd', 'ssh')('kill -9 at every change of the disk in destroy: one reap, or destroy again, finishes it', () =>
  withVm(async (vm) => {
    write('theirs\n', vm.builds, 'other/file');
    const created = async (): Promise<string> =>
      (JSON.parse(await done(vm, 'create', ...ATTACH, ...inputs(vm.builds), '--json')) as { readonly id: string }).id;
    const points = pointsOf(await operationsOf(vm, ['destroy', await created()]));
    assert.ok(points.length > 10, `${points.length} points`);
    for (const [nth, point] of points.entries()) {
      const id = await created();
      assert.ok(await dies(vm, ['destroy', id], point), point.says);
      const { sandboxes } = JSON.parse(await done(vm, 'ls', '--json')) as {
        readonly sandboxes: readonly { readonly id: string; readonly state: string }[];
      };
      for (const one of sandboxes) {
        if (one.state === 'ready' || nth % 2 === 0) await done(vm, 'destroy', one.id);
        else
          assert.equal(
            (JSON.parse(await done(vm, 'reap', '--json')) as Said).ended.map((ended) => ended.id),
            [id],
            point.says,
          );
      }
      await done(vm, 'reap');
      assertNothing(vm, point.says);
    }
  }),
);

test.run();
