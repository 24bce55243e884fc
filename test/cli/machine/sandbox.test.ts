import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err } from '../../../lib/base/result.ts';
import { machineSandbox } from '../../../lib/cli/machine/sandbox.ts';
import type { Failure } from '../../../lib/model/failure.ts';
import { realIo } from '../../contract/places.ts';
import { withFolder } from '../../rig/folder.ts';
import { machineSpec } from '../../rig/machine-spec.ts';
import { machinePlace } from '../../tasks/scripted-machine.ts';

/** A machine whose hypervisor answers nothing until it is no longer wanted, as often as it is dialled. */
function unheard(folder: string): { readonly sandbox: ReturnType<typeof machineSandbox>; readonly dials: AbortSignal[] } {
  const dials: AbortSignal[] = [];
  const sandbox = machineSandbox({
    spec: { ...machinePlace(), machine: machineSpec({}) },
    io: realIo(folder),
    folders: { cache: folder, state: folder, project: folder },
    project: { name: 'app', root: folder, file: '/Sandboxfile.yaml' },
    drivers: new Map(),
    checkout: () => 'checkout',
    user: () => 'ada',
    hypervisor: {
      name: 'laptop',
      kind: 'ssh',
      target: 'laptop',
      connect: (signal) => {
        dials.push(signal);
        return new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve(err<Failure>({ code: 'cancelled', message: 'cancelled' }))),
        );
      },
    },
    host: 'laptop',
    way: {},
    ask: undefined,
  });
  return { sandbox, dials };
}

test('whoever asks for a machine stops asking its hypervisor when it is ended; another who waits for the same asks anew', () =>
  withFolder(async (folder) => {
    const { sandbox, dials } = unheard(folder);
    const [first, second] = [new AbortController(), new AbortController()];
    const codeOf = async (from: AbortController): Promise<string> => {
      const got = await sandbox.machine(from.signal);
      return got.ok ? 'ok' : got.error.code;
    };
    const waiting = [codeOf(first), codeOf(second)];
    await turn();
    assert.is(dials.length, 1, 'both wait for one connection');
    first.abort();
    assert.is(await waiting[0], 'cancelled');
    await turn();
    assert.is(dials.length, 2);
    second.abort();
    assert.is(await waiting[1], 'cancelled');
    assert.is(await codeOf(second), 'cancelled');
    assert.is(dials.length, 2);
  }));

test.run();
