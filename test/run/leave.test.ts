import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nonce, realClock, realFiles } from '../../lib/io/io.ts';
import { localSandbox } from '../../lib/io/local.ts';
import { realSpawn } from '../../lib/io/process.ts';
import type { Io } from '../../lib/model/io.ts';
import type { Sandbox } from '../../lib/model/sandbox.ts';
import { tryLock } from '../../lib/run/lock.ts';
import type { Running } from '../../lib/run/run-request.ts';
import { whoAmI } from '../../lib/run/self.ts';
import { type Ran, withWorkshop } from './real.ts';
import { LOCAL_SPEC, projectOf } from './story.ts';

const io: Io = { files: realFiles, clock: realClock, spawn: realSpawn(), nonce, environment: new Map([['PATH', process.env.PATH ?? '']]) };
const STEPS = { a: { run: 'true', sandbox: 'vm' } };

function stopThrice(running: Running): void {
  for (const level of [1, 2, 3] as const) running.stop(level, 'SIGINT');
}

/** Never settles; whoever comes here has stopped the run before. */
function hang<T>(): Promise<T> {
  return new Promise(() => {});
}

/** A run whose only place is this one. */
function runIn(vm: (running: () => Running) => Sandbox): Promise<{ readonly ran: Ran; readonly held: boolean }> {
  let result: { readonly ran: Ran; readonly held: boolean } | undefined;
  return withWorkshop(async ({ root, run }) => {
    let running: Running | undefined;
    const ran = await run(STEPS, {
      project: projectOf({ steps: STEPS, sandboxes: [{ ...LOCAL_SPEC, name: 'vm' }] }, root),
      sandboxes: new Map([['vm', vm(() => running as Running)]]),
      seen: (_, one) => {
        running = one;
      },
    });
    const tried = tryLock(io, { path: `${root}/.sbx/lock`, self: whoAmI(realFiles), command: 'sbx run' });
    result = { ran, held: tried.ok && !('release' in tried.value) };
  }).then(() => result as { readonly ran: Ran; readonly held: boolean });
}

function ends({ events }: Ran): number {
  return events.filter(({ type }) => type === 'run-finished').length;
}

test('the third stop leaves a place that hangs while it is reached; the lock stays for whoever ends what is left', async () => {
  const { ran, held } = await runIn((running) => ({
    ...localSandbox('vm', io),
    connect: () => {
      stopThrice(running());
      return hang();
    },
  }));
  assert.equal([ran.exit, ends(ran), held], [130, 1, true]);
});

test('the third stop leaves a place that hangs while it is let go', async () => {
  const { ran } = await runIn((running) => {
    const local = localSandbox('vm', io);
    const letGo = (): Promise<void> => {
      stopThrice(running());
      return hang();
    };
    const connect: Sandbox['connect'] = async (signal) => {
      const session = await local.connect(signal);
      return session.ok ? { ok: true, value: { ...session.value, [Symbol.asyncDispose]: letGo } } : session;
    };
    return { ...local, connect };
  });
  assert.equal([ran.exit, ends(ran)], [130, 1]);
});

test('the third stop leaves while that is ended which a dead run left; the second one says to kill it', () =>
  withWorkshop(async ({ root, run }) => {
    const wish = { path: `${root}/.sbx/lock`, self: { ...whoAmI(realFiles), boot: 'before' }, command: 'sbx run', run: 'dead' };
    assert.ok(tryLock(io, wish).ok);
    const told: boolean[] = [];
    const ran = await run(STEPS, {
      seen: ({ type }, running) => {
        if (type === 'warning') stopThrice(running);
      },
      sweep: async (_run, living, hurry) => {
        await Promise.resolve(); // else the run would not be there yet to be stopped
        told.push(hurry.aborted);
        living();
        told.push(hurry.aborted);
        await hang();
      },
    });
    assert.equal([ran.exit, ends(ran), told], [130, 1, [false, true]]);
  }));

test('a run that is stopped while it ends what a dead one left says its end', () =>
  withWorkshop(async ({ root, run }) => {
    const wish = { path: `${root}/.sbx/lock`, self: { ...whoAmI(realFiles), boot: 'before' }, command: 'sbx run', run: 'dead' };
    assert.ok(tryLock(io, wish).ok);
    const ran = await run(STEPS, {
      seen: ({ type }, running) => void (type === 'warning' && running.stop(1, 'SIGTERM')),
      sweep: async (_run, living) => {
        await Promise.resolve(); // else the run would not be there yet to be stopped
        living();
      },
    });
    assert.equal([ran.exit, ends(ran)], [143, 1]);
  }));

test.run();
