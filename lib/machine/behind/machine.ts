import type { SandboxMachine } from '../../model/sandbox-machine.ts';
import { findMachine, type MachineGround } from './ground.ts';
import { inject } from './inject.ts';
import { make } from './make.ts';
import { remove } from './remove.ts';
import { restore, snapshot } from './saved.ts';
import { setUp } from './set-up.ts';
import { start, stop } from './start.ts';
import { waitFor } from './wait-for.ts';

/** The machine behind a sandbox, one file a deed. */
export function sandboxMachine(ground: MachineGround): SandboxMachine {
  return {
    spec: ground.spec,
    name: ground.name,
    find: async ({ signal }) => {
      const found = await findMachine(ground, signal);
      return found.ok ? { ok: true, value: found.value?.whole ? found.value.id : undefined } : found;
    },
    runs: async ({ signal }) => {
      const found = await findMachine(ground, signal);
      if (!found.ok) return found;
      if (!found.value?.whole) return { ok: true, value: false };
      const state = await ground.driver.state(found.value.id, signal);
      return state.ok ? { ok: true, value: state.value === 'running' } : state;
    },
    make: (image, scope) => make(ground, image, scope),
    setUp: (scope) => setUp(ground, scope),
    inject: (scope) => inject(ground, scope),
    start: (scope) => start(ground, scope),
    waitFor: (scope) => waitFor(ground, scope),
    stop: (scope) => stop(ground, scope),
    remove: (scope) => remove(ground, scope),
    snapshot: (name, scope) => snapshot(ground, name, scope),
    restore: (name, scope) => restore(ground, name, scope),
  };
}
