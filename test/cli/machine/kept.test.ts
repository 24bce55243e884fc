import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../../lib/base/result.ts';
import { KeptMachines } from '../../../lib/cli/machine/kept.ts';
import type { MachinePlace } from '../../../lib/cli/machine/open.ts';
import type { MachineSandbox } from '../../../lib/cli/machine/sandbox.ts';
import { machineSpec } from '../../rig/machine-spec.ts';
import { sandboxSpec } from '../../sync/fixture.ts';

const signal = new AbortController().signal;

function specWith(memory: number): MachinePlace['spec'] {
  const { host: _, ...place } = sandboxSpec({ kind: 'machine' });
  return { ...place, machine: machineSpec({ memory }) };
}

/** Tells what was done with each machine that was made. */
function machines(): { readonly made: (name: string) => () => MachineSandbox; readonly told: string[] } {
  const told: string[] = [];
  const made = (name: string) => (): MachineSandbox => ({
    name: 'vm',
    kind: 'machine',
    target: name,
    machine: async () => {
      told.push(`${name} asked`);
      return err({ code: 'machine-absent', message: name });
    },
    connect: async () => {
      told.push(`${name} reached`);
      return ok({} as never);
    },
    leave: async (note) => {
      told.push(`${name} left`);
      note('stopped');
    },
  });
  return { made, told };
}

test('what one round of a watch brings up is there for the next, and is left when the watch ends', async () => {
  const { made, told } = machines();
  const kept = new KeptMachines();
  for (const round of ['first', 'second']) {
    const sandbox = kept.of(specWith(512), made(round));
    assert.ok((await sandbox.connect(signal)).ok);
    await sandbox.leave?.(() => assert.unreachable());
  }
  assert.equal(told, ['first reached', 'first reached']);
  const said: string[] = [];
  await kept.end((text) => said.push(text));
  await kept.end((text) => said.push(text));
  assert.equal(told.slice(2), ['first left']);
  assert.equal(said, ['vm: stopped']);
});

test('a machine of which the file says something else is left before it is brought up as it says now', async () => {
  const { made, told } = machines();
  const kept = new KeptMachines();
  await kept.of(specWith(512), made('small')).connect(signal);
  const bigger = kept.of(specWith(1024), made('big'));
  assert.equal(told, ['small reached']);
  await bigger.connect(signal);
  assert.equal(told, ['small reached', 'small left', 'big reached']);
  await kept.end(() => {});
  assert.equal(told.slice(3), ['big left']);
});

test.run();
