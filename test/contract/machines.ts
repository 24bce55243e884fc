import { randomUUID } from 'node:crypto';
import * as assert from 'uvu/assert';
import { err, ok } from '../../lib/base/result.ts';
import { realClock } from '../../lib/io/io.ts';
import { localSandbox } from '../../lib/io/local.ts';
import { PORTS_HERE } from '../../lib/io/ports.ts';
import type { Guest, MachineGround } from '../../lib/machine/behind/ground.ts';
import { sandboxMachine } from '../../lib/machine/behind/machine.ts';
import { raise } from '../../lib/machine/behind/raise.ts';
import { PATIENCES } from '../../lib/machine/bring.ts';
import { hypervisorIn } from '../../lib/machine/hypervisor.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Driver } from '../../lib/model/machine.ts';
import type { MachineSpec } from '../../lib/model/machine-spec.ts';
import type { Session } from '../../lib/model/sandbox.ts';
import type { SandboxMachine } from '../../lib/model/sandbox-machine.ts';
import { machineSpec } from '../rig/machine-spec.ts';
import { type MemoryJournal, memoryJournal } from '../sync/fixture.ts';
import { type DriverPlace, good, type WithDriver } from './drivers.ts';
import { connected, realIo } from './places.ts';

type Register = (name: string, run: () => Promise<void>) => void;

const never = new AbortController().signal;

const unused = async (): Promise<never> => Promise.reject(new Error('not asked of this guest'));
const LET_IN: Session = {
  program: async (_text, args) => ok({ exit: { code: 0 }, stdout: Buffer.from(args.join(' ')), stderr: '' }),
  ...{ supervise: unused, terminal: unused, ...PORTS_HERE, [Symbol.asyncDispose]: async () => {} },
};

/** The real guest has no sshd: this stands for one that lets us in after so many refusals. */
interface GuestStandIn extends Guest {
  refuses: number;
  readonly pinned: (string | undefined)[];
  readonly entered: string[];
}

function guestStandIn(): GuestStandIn {
  let keys = 0;
  const guest: GuestStandIn = {
    refuses: 0,
    pinned: [],
    entered: [],
    material: () => ok({ user: 'build', authorized: 'ssh-ed25519 AAAA mine\n', agent: Buffer.from('REMOTE_PORT=12222\n') }),
    hostKey: () => {
      keys++;
      return { private: `private host key ${keys}\n`, public: `ssh-ed25519 HOST${keys}` };
    },
    pin: (key) => {
      guest.pinned.push(key);
      return ok(undefined);
    },
    forget: () => {
      guest.pinned.push(undefined);
      return ok(undefined);
    },
    enter: async ({ address, port }) => {
      guest.entered.push(`${address}:${port}`);
      if (guest.refuses-- > 0) return err<Failure>({ code: 'unreachable', message: 'connection refused' });
      return ok(LET_IN);
    },
    knock: async (endpoint, patience, signal) => {
      const entered = await guest.enter(endpoint, 'ours', patience, signal);
      return entered.ok ? ok(undefined) : entered;
    },
  };
  return guest;
}

export interface Behind {
  readonly at: DriverPlace;
  readonly machine: SandboxMachine;
  readonly ground: MachineGround;
  readonly guest: GuestStandIn;
  readonly journal: MemoryJournal;
  /** What was said since this was asked last. */
  said(): readonly string[];
  readonly scope: { readonly signal: AbortSignal; note(text: string): void };
  /** The same machine for another process: nothing is remembered. */
  again(more?: Partial<MachineGround>, spec?: Partial<MachineSpec>): SandboxMachine;
}

export async function behind(at: DriverPlace, spec: Partial<MachineSpec>, use: (behind: Behind) => Promise<void>): Promise<void> {
  const session = await connected(localSandbox('local', realIo(at.folder)));
  const guest = guestStandIn();
  const journal = memoryJournal();
  const lines: string[] = [];
  const ground: MachineGround = {
    spec: machineSpec({ driver: at.driver.name, image: at.appliance, memory: 24, cpus: 1, ...spec }),
    name: `vm ${randomUUID().slice(0, 8)}`,
    owner: at.owner,
    madeFor: { by: 'ada@laptop', root: at.folder, sandbox: 'vm' },
    driver: at.driver,
    hypervisor: hypervisorIn('local', session),
    clock: realClock,
    wish: randomUUID,
    journal,
    recorded: journal.standing,
    guest,
    patiences: PATIENCES,
    alone: () => ok(undefined),
    found: {},
  };
  const scope = { signal: never, note: (text: string) => void lines.push(text) };
  const again: Behind['again'] = (more = {}, spec = {}) =>
    sandboxMachine({ ...ground, found: {}, ...more, spec: { ...ground.spec, ...spec } });
  await use({ at, machine: sandboxMachine(ground), ground, guest, journal, said: () => lines.splice(0), scope, again });
}

const code = (result: { readonly ok: boolean; readonly error?: Failure }): string => (result.ok ? 'ok' : (result.error?.code ?? ''));

/** What the machine behind a sandbox promises, whatever moves it. */
export function machineContract(test: Register, inDriver: WithDriver): void {
  const on = (name: string, spec: Partial<MachineSpec>, use: (behind: Behind) => Promise<void>): void =>
    test(name, () => inDriver((at) => behind(at, spec, use)));

  on(
    'each deed is done once: the second run finds it done by asking the hypervisor',
    {},
    async ({ machine, again, scope, guest, journal }) => {
      const { make, setUp, inject, start, waitFor } = machine;
      const first = [good(await make(undefined, scope)), good(await setUp(scope)), good(await inject(scope)), good(await start(scope))];
      assert.equal(
        first.map(({ did }) => did.length > 0),
        [true, true, true, true],
      );
      guest.refuses = 2;
      const there = good(await waitFor(scope));
      assert.is(there.did.length, 1);
      assert.is(guest.entered.length, 3);
      const [id] = first.map((one) => one.id);
      const second = again();
      for (const deed of ['setUp', 'inject', 'start', 'waitFor'] as const) assert.equal(good(await second[deed](scope)).did, [], deed);
      assert.equal(good(await second.make(undefined, scope)), { id, did: [] });
      // The key of the first injection, which is the one that the guest has.
      assert.equal(guest.pinned, ['ssh-ed25519 HOST1', 'ssh-ed25519 HOST1']);
      assert.equal(
        journal.lines.map((line) => line.split(' ')[0]),
        ['INTENT', 'CREATED'],
      );
      assert.equal(good(await second.remove(scope)).did, [`removed ${id}`]);
      assert.equal(good(await second.remove(scope)).did, []);
      assert.is(good(await second.find(scope)), undefined);
      assert.equal(journal.lines.map((line) => line.split(' ')[0]).slice(2), ['DESTROYING', 'DESTROYED']);
    },
  );

  on('once the guest has its keys, no copy of a private one stays with the hypervisor', {}, async ({ machine, ground, at, scope }) => {
    good(await raise(ground, scope));
    const found = good(await ground.hypervisor.run(['grep', '-rlE', 'private host key|cHJpdmF0ZSBob3N0', at.folder], { signal: never }));
    assert.is(Buffer.from(found.stdout).toString(), '');
    good(await machine.remove(scope));
  });

  on(
    'changed keys are given over SSH to a guest that let us in, which stays up under its host key',
    {},
    async ({ machine, ground, again, scope, guest, at }) => {
      good(await raise(ground, scope));
      const changed = {
        ...guest,
        material: () => ok({ user: 'build', authorized: 'ssh-ed25519 BBBB another\n', relay: Buffer.from('relay ssh-ed25519 CCCC\n') }),
      };
      assert.equal(good(await again({ guest: changed }).inject(scope)).did, ['changed keys given over SSH']);
      assert.equal(good(await again({ guest: changed }).inject(scope)).did, []);
      assert.is(good(await at.driver.state(good(await machine.find(scope)) ?? '', never)), 'running');
      assert.equal([...new Set(guest.pinned)], ['ssh-ed25519 HOST1']);
      // Where our key opens it no more, the way beside the network is taken.
      const locked = { ...changed, material: guest.material, enter: async () => err<Failure>({ code: 'auth-failed', message: 'no key' }) };
      const anew = again({ guest: locked }, { boot: 200 });
      assert.match(good(await anew.inject(scope)).did.join(), /^keys given by (credentials|folder)$/);
      assert.is(guest.pinned.at(-1), 'ssh-ed25519 HOST2');
      good(await machine.remove(scope));
    },
  );

  on('a change of settings shuts it down, is said and done', {}, async ({ machine, again, scope, at }) => {
    good(await machine.make(undefined, scope));
    good(await machine.setUp(scope));
    good(await machine.start(scope));
    const bigger = again({}, { memory: 32 });
    assert.equal(good(await bigger.setUp(scope)).did, ['memory 24 -> 32 MiB']);
    const id = good(await bigger.find(scope)) ?? '';
    assert.is(good(await at.driver.state(id, never)), 'off');
    assert.is(good(await at.driver.settings(id, never)).memory, 32);
    good(await machine.remove(scope));
  });

  on(
    'nobody takes a machine from under others: settings, keys, snapshots and removal wait until they are gone',
    {},
    async ({ machine, ground, again, scope }) => {
      good(await raise(ground, scope));
      const busy = () => err<Failure>({ code: 'machine-busy', message: 'in use' });
      const others = again({ alone: busy }, { memory: 48 });
      assert.is(code(await others.setUp(scope)), 'machine-busy');
      assert.is(code(await others.remove(scope)), 'machine-busy');
      good(await machine.remove(scope));
    },
  );

  on('an import that was killed is finished under the same wish', {}, async ({ machine, ground, again, scope, journal }) => {
    const dying: Driver = {
      ...ground.driver,
      importAppliance: async (wish, signal) => {
        const stop = new AbortController();
        setTimeout(() => stop.abort(new Error('killed')), 30);
        return ground.driver.importAppliance(wish, AbortSignal.any([signal, stop.signal]));
      },
    };
    await sandboxMachine({ ...ground, driver: dying, found: {} })
      .make(undefined, scope)
      .then(
        () => {},
        () => {},
      );
    good(await again().make(undefined, scope));
    const owned = good(await ground.driver.listOwned(ground.owner, never));
    assert.is(owned.length, 1);
    assert.is(owned[0]?.whole, true);
    assert.ok(journal.lines.includes(`INTENT ${owned[0]?.wish}`));
    good(await machine.remove(scope));
  });

  on('what is no appliance is refused before anything is written down', {}, async ({ machine, again, scope, journal, at }) => {
    assert.is(code(await again({}, { image: `${at.folder}/nowhere.ova` }).make(undefined, scope)), 'appliance-missing');
    assert.is(code(await machine.make('relative.ova', scope)), 'appliance-missing');
    assert.equal(journal.lines, []);
  });

  on('another image than it was made from is said, and the machine stays', {}, async ({ machine, again, scope, said, at }) => {
    const made = good(await machine.make(undefined, scope));
    said();
    assert.equal(good(await again({}, { image: at.deaf }).make(undefined, scope)), { id: made.id, did: [] });
    assert.match(said().join('\n'), /deaf\.ova is another one than vm \w+ was made from/);
    good(await machine.remove(scope));
  });

  on('a guest that never lets us in is a failure with what is known', { boot: 300 }, async ({ machine, scope, guest }) => {
    for (const deed of ['setUp', 'inject', 'start'] as const) {
      if (deed === 'setUp') good(await machine.make(undefined, scope));
      good(await machine[deed](scope));
    }
    guest.refuses = 1e6;
    const late = await machine.waitFor(scope);
    assert.is(code(late), 'machine-stuck');
    assert.match(late.ok ? '' : late.error.message, /did not let us in within .*: connection refused/);
    good(await machine.stop(scope));
    assert.match((await machine.waitFor(scope).then((one) => (one.ok ? '' : one.error.message))) ?? '', /is off/);
    good(await machine.remove(scope));
  });

  on('it goes back to what was saved', {}, async ({ machine, ground, again, scope, at }) => {
    good(await raise(ground, scope));
    assert.equal(good(await machine.snapshot('ready', scope)).did, ['saved as ready']);
    assert.equal(good(await machine.snapshot('ready', scope)).did, []);
    assert.equal(good(await machine.restore('ready', scope)).did, ['restored ready']);
    const missing = await machine.restore('nothing', scope);
    assert.match(missing.ok ? '' : `${missing.error.message} ${missing.error.hint}`, /was not saved as "nothing" it has ready/);
    good(await machine.stop(scope));
    const saved = again({}, { snapshot: 'ready' });
    assert.equal(good(await saved.start(scope)).did[0], 'restored ready');
    assert.is(good(await at.driver.state(good(await saved.find(scope)) ?? '', never)), 'running');
    good(await machine.remove(scope));
  });

  on('a clone has the disks of the machine, which itself never runs', {}, async ({ machine, ground, scope, at }) => {
    const cloned = { ...ground, owner: `${ground.owner}-1`, name: `${ground.name} 1`, base: ground, found: {} };
    const clone = sandboxMachine(cloned);
    good(await raise(cloned, scope));
    const base = good(await machine.find(scope)) ?? '';
    assert.is(good(await at.driver.state(base, never)), 'off');
    assert.is(good(await at.driver.listOwned(`${ground.owner}-1`, never)).length, 1);
    good(await clone.remove(scope));
    assert.is(good(await at.driver.listOwned(`${ground.owner}-1`, never)).length, 0);
    assert.is(good(await machine.find(scope)), base);
    good(await machine.remove(scope));
  });
}
