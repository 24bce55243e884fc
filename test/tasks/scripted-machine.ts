import { err, ok, type Result } from '../../lib/base/result.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { MachineSpec } from '../../lib/model/machine-spec.ts';
import type { SandboxSpec } from '../../lib/model/project.ts';
import type { Deed, DeedScope, SandboxMachine } from '../../lib/model/sandbox-machine.ts';
import { sandboxSpec } from '../sync/fixture.ts';

export const SPEC: MachineSpec = {
  driver: 'scripted',
  hypervisor: 'local',
  endpoint: { is: 'direct' },
  image: 'vm.ova',
  network: 'nat',
  forwards: [],
  accelerator: 'auto',
  clone: false,
  boot: 1000,
  keys: { authorize: [], by: 'auto' },
};

/** A sandbox with a machine. */
export function machinePlace(over: Partial<SandboxSpec> = {}): SandboxSpec {
  const { host: _, ...rest } = sandboxSpec({ kind: 'machine', machine: SPEC, ...over });
  return rest;
}

/** A machine that keeps what was done to it, and does nothing twice. */
export interface ScriptedMachine extends SandboxMachine {
  /** Every call, in order: `make /p/vm.ova`. */
  readonly calls: string[];
  /** What is so. */
  readonly is: Set<string>;
  /** The next call of this deed fails. */
  failing: string | undefined;
}

export function scriptedMachine(): ScriptedMachine {
  const calls: string[] = [];
  const is = new Set<string>();
  const id = '00000000-0000-4000-8000-000000000001';
  const machine: ScriptedMachine = {
    calls,
    is,
    failing: undefined,
    spec: SPEC,
    name: 'app-vm',
    find: async () => ok(is.has('made') ? id : undefined),
    runs: async () => ok(is.has('running')),
    make: (image, scope) => deed(`make ${image}`, 'made', 'imported', scope),
    setUp: (scope) => deed('setUp', 'set up', 'cpus 1 -> 2', scope),
    inject: (scope) => deed('inject', 'given', 'keys given by nocloud', scope),
    start: (scope) => deed('start', 'running', 'started', scope),
    waitFor: async (scope) => {
      const done = await deed('waitFor', 'up', 'up after 2s', scope);
      return done.ok ? ok({ ...done.value, endpoint: { address: '127.0.0.1', port: 40022 } }) : done;
    },
    stop: async (scope) => undone('stop', 'running', 'stopped', scope),
    remove: async (scope) => {
      const done = await undone('remove', 'made', `removed ${id}`, scope);
      is.clear();
      return done.ok ? ok({ ...done.value, id: undefined }) : done;
    },
    snapshot: (name, scope) => deed(`snapshot ${name}`, `saved ${name}`, `saved as ${name}`, scope),
    restore: async (name, { signal }) => {
      signal.throwIfAborted();
      calls.push(`restore ${name}`);
      return is.has(`saved ${name}`)
        ? ok({ id, did: [`restored ${name}`] })
        : err({ code: 'machine-state', message: `not saved as ${name}` });
    },
  };
  const called = (call: string, { signal, note }: DeedScope): Failure | undefined => {
    signal.throwIfAborted();
    calls.push(call);
    note(`asks whether to ${call}`);
    return machine.failing === call.split(' ')[0] ? { code: 'hypervisor-failed', message: 'it would not' } : undefined;
  };
  const deed = async (call: string, so: string, did: string, scope: DeedScope): Promise<Result<Deed, Failure>> => {
    const failure = called(call, scope);
    if (failure !== undefined) return err(failure);
    if (is.has(so)) return ok({ id, did: [] });
    is.add(so);
    return ok({ id, did: [did] });
  };
  const undone = async (call: string, so: string, did: string, scope: DeedScope): Promise<Result<Deed, Failure>> => {
    const failure = called(call, scope);
    if (failure !== undefined) return err(failure);
    return ok({ id, did: is.delete(so) ? [did] : [] });
  };
  return machine;
}
