import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Result } from '../../lib/base/result.ts';
import { realClock } from '../../lib/io/io.ts';
import { bring, PATIENCES } from '../../lib/machine/bring.ts';
import { hasSettings } from '../../lib/machine/has-settings.ts';
import type { Wanted } from '../../lib/machine/next-move.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Driver, ImportWish, MachineId, Seed } from '../../lib/model/machine.ts';
import { ova, vmdk } from '../rig/ova.ts';
import { freePort } from '../rig/sshd.ts';
import type { State } from '../rig/virtualbox-stand-in/state.ts';

type Register = (name: string, run: () => Promise<void>) => void;

/** A driver, and on its hypervisor's computer appliances with the guest that hears the power button and with the one that does not. */
export interface DriverPlace {
  readonly driver: Driver;
  readonly owner: string;
  readonly appliance: string;
  readonly deaf: string;
  /** A folder there that belongs to the test. */
  readonly folder: string;
  /** What a stand-in keeps, where it is one. */
  readonly standIn?: State;
}

/** Runs `use` with a driver; when it is through, nothing may be left that the driver does not find. */
export type WithDriver = (use: (place: DriverPlace) => Promise<void>) => Promise<void>;

const never = new AbortController().signal;

export function good<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}\n${result.error.lastLines?.join('\n') ?? ''}`);
  return result.value;
}

function code(result: Result<unknown, Failure>): string {
  return result.ok ? 'ok' : result.error.code;
}

export function wishIn({ owner, appliance }: Pick<DriverPlace, 'owner' | 'appliance'>, more: Partial<ImportWish> = {}): ImportWish {
  return { id: randomUUID(), owner, name: `guest ${randomUUID().slice(0, 8)}`, appliance, ...more };
}

export const SSH_FORWARD = { is: 'nat', forwards: [{ guest: 22 }] } as const;

/** What each driver promises. */
export function driverContract(test: Register, inDriver: WithDriver): void {
  const made = async (at: DriverPlace, more: Partial<ImportWish> = {}): Promise<MachineId> =>
    good(await at.driver.importAppliance(wishIn(at, more), never));
  const brought = (at: DriverPlace, id: MachineId, wanted: Wanted, patiences = PATIENCES) =>
    bring({ driver: at.driver, clock: realClock, owner: at.owner, patiences }, id, wanted, never);
  /** Nobody has to do anything for it to run; it may still be starting. */
  const runs = async (at: DriverPlace, id: MachineId): Promise<void> => assert.equal(good(await brought(at, id, 'running')).did, []);

  test('it says what it is, and what it can do', () =>
    inDriver(async ({ driver }) => {
      const facts = good(await driver.probe(never));
      assert.match(facts.version, /^\d+\.\d+/);
      assert.ok(facts.networks.includes('nat'));
      assert.ok(facts.seeds.length > 0);
    }));

  test('a machine comes, is set up, runs, is reached, shuts down, runs again, is cut off and goes', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      const wish = wishIn(at);
      const looked = good(await driver.inspectAppliance(at.appliance, never));
      assert.equal([looked.name, looked.cpus, looked.memory, looked.disks.length, looked.verified], ['guest', 1, 16, 1, true]);
      const id = good(await driver.importAppliance(wish, never));
      assert.is(good(await driver.state(id, never)), 'off');
      assert.equal(good(await driver.listOwned(owner, never)), [{ id, wish: wish.id, owner, name: wish.name, whole: true }]);
      assert.is(good(await driver.endpoint(id, 22, never)), undefined);
      good(await driver.configure(id, { cpus: 1, memory: 24, network: SSH_FORWARD }, never));
      assert.equal(good(await brought(at, id, 'running')).did, ['start']);
      assert.equal(good(await brought(at, id, 'running')).did, []);
      good(await driver.start(id, never));
      const endpoint = good(await driver.endpoint(id, 22, never));
      assert.is(endpoint?.address, '127.0.0.1');
      assert.ok((endpoint?.port ?? 0) > 0);
      assert.is(good(await driver.endpoint(id, 23, never)), undefined);
      assert.is(good(await driver.waitOff(id, 100, never)), false);
      assert.equal(good(await brought(at, id, 'off')).did, ['requestShutdown']);
      assert.is(good(await driver.waitOff(id, 10_000, never)), true);
      good(await driver.start(id, never));
      good(await driver.powerOff(id, never));
      assert.is(good(await driver.waitOff(id, 10_000, never)), true);
      good(await driver.powerOff(id, never));
      good(await driver.requestShutdown(id, never));
      assert.is(good(await driver.state(id, never)), 'off');
      const known = good(await driver.diagnostics(id, never));
      assert.is(known.state, 'off');
      assert.equal(good(await brought(at, id, 'absent')).did, ['destroy']);
      assert.is(good(await driver.destroy(id, owner, never)), 'absent');
      assert.equal(good(await driver.listOwned(owner, never)), []);
    }));

  test('a guest that hears nothing is cut off after its time', () =>
    inDriver(async (at) => {
      const id = await made(at, { appliance: at.deaf });
      good(await at.driver.start(id, never));
      const off = good(await brought(at, id, 'off', { ...PATIENCES, requestShutdown: 300 }));
      assert.equal(off.did, ['requestShutdown', 'powerOff']);
      good(await at.driver.start(id, never));
      assert.equal(good(await brought(at, id, 'absent')).did, ['powerOff', 'destroy']);
    }));

  test('what was imported is imported once; names are for people', () =>
    inDriver(async (at) => {
      const wish = wishIn(at, { name: `it's $(touch canary) & "more" ${randomUUID().slice(0, 4)}`.replaceAll('"', '”') });
      const id = good(await at.driver.importAppliance(wish, never));
      // Not even the appliance is looked at again.
      assert.is(good(await at.driver.importAppliance({ ...wish, appliance: '/no/such.ova' }, never)), id);
      assert.equal(
        good(await at.driver.listOwned(at.owner, never)).map(({ name, whole }) => [name, whole]),
        [[wish.name, true]],
      );
    }));

  test('a machine of another owner is not touched, nor one that nobody knows', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      const id = await made(at);
      assert.is(code(await driver.destroy(id, `${owner}x`, never)), 'machine-foreign');
      assert.is(good(await driver.state(id, never)), 'off');
      assert.equal(good(await driver.listOwned(`${owner}x`, never)), []);
      const nobody = randomUUID();
      assert.is(good(await driver.state(nobody, never)), 'absent');
      assert.is(good(await driver.destroy(nobody, owner, never)), 'absent');
      for (const deed of ['start', 'powerOff', 'requestShutdown'] as const)
        assert.is(code(await driver[deed](nobody, never)), 'machine-absent', deed);
      assert.is(code(await driver.configure(nobody, { cpus: 1 }, never)), 'machine-absent');
      assert.is(code(await driver.settings(nobody, never)), 'machine-absent');
      assert.is(code(await driver.notes(nobody, never)), 'machine-absent');
      assert.is(code(await driver.note(nobody, 'a', 'x', never)), 'machine-absent');
      assert.is(code(await driver.seed(nobody, undefined, never)), 'machine-absent');
      assert.is(good(await driver.waitOff(nobody, 1000, never)), true);
    }));

  test('words that are none are refused before anything is done', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      const id = await made(at);
      for (const word of ['../..', '', `${id}/`, 'x; touch canary', id.toUpperCase()]) {
        assert.is(code(await driver.state(word, never)), 'task-refused', word);
        assert.is(code(await driver.destroy(word, owner, never)), 'task-refused', word);
        assert.is(code(await driver.importAppliance(wishIn(at, { id: word }), never)), 'task-refused', word);
      }
      for (const tag of ['', '*', 'a.b', '../x', 'A']) assert.is(code(await driver.destroy(id, tag, never)), 'task-refused', tag);
      for (const name of ['', 'a/b', '-x', 'a\nb'])
        assert.is(code(await driver.importAppliance(wishIn(at, { name }), never)), 'task-refused');
      assert.is(code(await driver.configure(id, { cpus: 0 }, never)), 'task-refused');
      assert.is(code(await driver.configure(id, { memory: 1.5 }, never)), 'task-refused');
      const twice = { is: 'nat', forwards: [1, 2].map((guest) => ({ guest, host: 4000 })) } as const;
      assert.is(code(await driver.configure(id, { network: twice }, never)), 'task-refused');
      assert.is(good(await driver.state(id, never)), 'off');
    }));

  test('what a running machine cannot have is refused; the same again is no change', () =>
    inDriver(async (at) => {
      const { driver } = at;
      const id = await made(at);
      for (let again = 0; again < 2; again++) good(await driver.configure(id, { cpus: 2, memory: 32, network: { is: 'none' } }, never));
      good(await driver.start(id, never));
      assert.is(code(await driver.configure(id, { cpus: 1 }, never)), 'machine-state');
      await runs(at, id);
    }));

  test('what it has is asked of it, also while it runs: what it was given, else what its appliance gave', () =>
    inDriver(async (at) => {
      const { driver } = at;
      const id = await made(at);
      const has = async (machine = id) => good(await driver.settings(machine, never));
      assert.equal(await has(), { cpus: 1, memory: 16, network: { is: 'nat', forwards: [] } });
      const network = { is: 'nat', forwards: [{ guest: 80 }, { guest: 22, host: await freePort() }] } as const;
      const wanted = { cpus: 2, memory: 32, network };
      good(await driver.configure(id, wanted, never));
      good(await driver.start(id, never));
      assert.ok(hasSettings(await has(), wanted), JSON.stringify(await has()));
      good(await driver.configure(id, { ...wanted, network: { ...network, forwards: [...network.forwards].reverse() } }, never));
      good(await driver.powerOff(id, never));
      good(await driver.waitOff(id, 10_000, never));
      if (driver.linkedClone !== undefined) {
        // A chosen port is one machine's alone.
        const clone = good(await driver.linkedClone(id, wishIn(at), never));
        const others = { is: 'nat', forwards: [{ guest: 22 }, { guest: 80 }] } as const;
        assert.ok(hasSettings(await has(clone), { ...wanted, network: others }), JSON.stringify(await has(clone)));
      }
      const bridges = good(await driver.bridges(never));
      const all = [{ is: 'none' } as const, ...bridges.map(({ name }) => ({ is: 'bridged', adapter: name }) as const)];
      for (const one of all) {
        good(await driver.configure(id, { network: one }, never));
        assert.equal(await has(), { cpus: 2, memory: 32, network: one });
      }
    }));

  test('notes stay with a machine whatever it does, are its own alone, and go with it', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      const id = await made(at);
      const all = async (machine = id) => [...good(await driver.notes(machine, never))].sort();
      assert.equal(await all(), []);
      const texts = [
        ['empty', ''],
        ['host-key', `ssh-ed25519 AAAA $(touch canary) 'it' "is" \\n\n\n ä\0=,: `],
        ['large', `${'ü'.repeat(2048)}`],
        ['owner', 'x'],
      ] as const;
      for (const [name, text] of texts) good(await driver.note(id, name, text, never));
      assert.equal(await all(), texts);
      good(await driver.start(id, never));
      good((await driver.snapshots?.take(id, 'before', never)) ?? { ok: true, value: undefined });
      good(await driver.note(id, 'large', 'small', never));
      good(await driver.note(id, 'empty', undefined, never));
      good(await driver.note(id, 'empty', undefined, never));
      const after = [texts[1], ['large', 'small'], texts[3]];
      assert.equal(await all(), after);
      good((await driver.snapshots?.restore(id, 'before', never)) ?? { ok: true, value: undefined });
      assert.equal(await all(), after);
      for (const name of ['', 'A', '1a', 'a/b', 'a b', '-a', 'a\n', 'a'.repeat(65)])
        assert.is(code(await driver.note(id, name, 'x', never)), 'task-refused', name);
      assert.is(code(await driver.note(id, 'a', 'x'.repeat(4097), never)), 'task-refused');
      const other = await made(at);
      good(await driver.note(other, 'mine', 'x', never));
      if (driver.linkedClone !== undefined) assert.equal(await all(good(await driver.linkedClone(other, wishIn(at), never))), []);
      assert.equal(await all(), after);
      assert.equal(await all(other), [['mine', 'x']]);
      assert.equal(good(await brought(at, id, 'absent')).did, ['powerOff', 'destroy']);
      assert.is(code(await driver.notes(id, never)), 'machine-absent');
      assert.equal(
        good(await driver.listOwned(owner, never)).filter((one) => one.id === id),
        [],
      );
    }));

  test('whose machines are lost is found by how their tags begin', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      const mine = await made(at);
      const theirs = await made(at, { owner: `${owner}-2` });
      const found = async (prefix: string) =>
        good(await driver.listAll(prefix, never))
          .map((one) => [one.id, one.owner, one.whole])
          .sort();
      const both = [
        [mine, owner, true],
        [theirs, `${owner}-2`, true],
      ].sort();
      assert.equal(await found(owner), both);
      assert.equal(await found(owner.slice(0, 2)), both);
      assert.equal(
        await found(`${owner}-`),
        both.filter(([id]) => id === theirs),
      );
      assert.equal(await found(owner.slice(1)), []);
      assert.is(code(await driver.listAll('', never)), 'task-refused');
      assert.is(code(await driver.listAll('*', never)), 'task-refused');
      assert.is(good(await driver.listOwned(owner, never)).length, 1);
      good(await driver.destroy(theirs, `${owner}-2`, never));
    }));

  test('bridged: to an adapter of its list, whatever is in its name, or not at all', () =>
    inDriver(async (at) => {
      const { driver } = at;
      const id = await made(at);
      const { networks } = good(await driver.probe(never));
      const bridges = good(await driver.bridges(never));
      assert.is(networks.includes('bridged'), bridges.length > 0);
      for (const { name } of bridges) good(await driver.configure(id, { network: { is: 'bridged', adapter: name } }, never));
      const wrong = await driver.configure(id, { network: { is: 'bridged', adapter: 'no such adapter' } }, never);
      assert.is(code(wrong), bridges.length > 0 ? 'machine-state' : 'capability-missing');
    }));

  test('seeds that it has are given and taken away, others refused', () =>
    inDriver(async (at) => {
      const { driver } = at;
      const id = await made(at);
      const { seeds } = good(await driver.probe(never));
      const files = new Map([['id_build', Buffer.from('a key')]]);
      const all: readonly Seed[] = [
        { is: 'credentials', values: new Map([['ssh.authorized_keys.root', Buffer.from('ssh-ed25519 AAAA')]]) },
        { is: 'nocloud', userData: Buffer.from('#cloud-config\n'), metaData: Buffer.alloc(0) },
        { is: 'folder', name: 'build-init', files },
      ];
      for (const seed of all) {
        const given = await driver.seed(id, seed, never);
        assert.is(code(given), seeds.includes(seed.is) ? 'ok' : 'capability-missing', seed.is);
        if (!given.ok) continue;
        assert.equal(good(await brought(at, id, 'running')).did, ['start'], seed.is);
        good(await driver.seed(id, undefined, never)); // the guest has taken it
        assert.equal(good(await brought(at, id, 'off')).did, ['requestShutdown']);
      }
      for (let again = 0; again < 2; again++) good(await driver.seed(id, undefined, never));
    }));

  test('snapshots: taken once by a name, restored while it runs and while it is off', () =>
    inDriver(async (at) => {
      const { driver } = at;
      const { snapshots } = driver;
      if (snapshots === undefined) return;
      const id = await made(at);
      assert.equal(good(await snapshots.list(id, never)), []);
      good(await snapshots.take(id, 'clean', never));
      good(await driver.start(id, never));
      good(await snapshots.take(id, 'up', never));
      assert.is(code(await snapshots.take(id, 'up', never)), 'machine-state');
      assert.equal(good(await snapshots.list(id, never)), ['clean', 'up']);
      for (const name of ['clean', 'up']) {
        good(await snapshots.restore(id, name, never));
        await runs(at, id);
      }
      good(await driver.powerOff(id, never));
      good(await driver.waitOff(id, 10_000, never));
      good(await snapshots.restore(id, 'up', never));
      assert.not.equal(good(await driver.state(id, never)), 'running');
      assert.equal(good(await brought(at, id, 'running')).did, ['start']);
      assert.is(code(await snapshots.restore(id, 'other', never)), 'machine-state');
      assert.is(code(await snapshots.take(id, '-x;y', never)), 'task-refused');
    }));

  test('a linked clone goes its own way, and stays whatever becomes of the other one', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      if (driver.linkedClone === undefined) return;
      const base = await made(at);
      const wish = wishIn(at);
      const clone = good(await driver.linkedClone(base, wish, never));
      assert.is(good(await driver.linkedClone(base, wish, never)), clone);
      assert.not.equal(clone, base);
      assert.is(good(await driver.listOwned(owner, never)).length, 2);
      for (const id of [base, clone]) good(await driver.start(id, never));
      const gone = await driver.destroy(base, owner, never);
      assert.ok(['ok', 'machine-state'].includes(code(gone)), code(gone)); // or it is needed as long as the clone is there, which is said
      if (gone.ok) assert.is(good(await driver.state(base, never)), 'absent');
      else await runs(at, base);
      await runs(at, clone);
      good(await driver.powerOff(clone, never));
      good(await driver.waitOff(clone, 10_000, never));
      good(await driver.start(clone, never));
    }));

  test('an appliance that is refused, or missing, leaves nothing', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      const appliance = join(at.folder, 'bad.ova');
      writeFileSync(appliance, ova({ disk: vmdk({ sectors: 0 }) }));
      assert.is(code(await driver.importAppliance(wishIn(at, { appliance }), never)), 'appliance-refused');
      assert.is(code(await driver.importAppliance(wishIn(at, { appliance: `${appliance}.ova` }), never)), 'appliance-missing');
      writeFileSync(appliance, ova()); // looks right, and no hypervisor can read its disk
      const wish = wishIn(at, { appliance });
      assert.is(code(await driver.importAppliance(wish, never)), 'hypervisor-failed');
      for (const { id, wish: its, whole } of good(await driver.listOwned(owner, never))) {
        assert.equal([its, whole], [wish.id, false]);
        assert.is(good(await driver.destroy(id, owner, never)), 'destroyed');
      }
    }));

  test('told to stop in the middle of an import: found and finished, or found and undone', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      for (const [moment, wanted] of [
        [20, 'finished'],
        [80, 'undone'],
        [150, 'finished'],
      ] as const) {
        const wish = wishIn(at);
        const stop = new AbortController();
        setTimeout(() => stop.abort(), moment);
        const ended = await driver.importAppliance(wish, stop.signal);
        for (const { wish: its, whole } of good(await driver.listOwned(owner, never)))
          assert.equal([its, ended.ok ? whole : true], [wish.id, true]);
        if (wanted === 'finished') good(await driver.importAppliance(wish, never));
        for (const { id } of good(await driver.listOwned(owner, never)))
          assert.is(good(await driver.destroy(id, owner, never)), 'destroyed');
      }
    }));

  test('two at once: one machine, started once; who is in the way is told so', () =>
    inDriver(async (at) => {
      const { driver, owner } = at;
      const wish = wishIn(at);
      const both = await Promise.all([driver.importAppliance(wish, never), driver.importAppliance(wish, never)]);
      for (const one of both) assert.ok(['ok', 'machine-busy'].includes(code(one)), code(one));
      assert.ok(both.some((one) => one.ok));
      const [only, ...more] = good(await driver.listOwned(owner, never));
      assert.ok(only?.whole && more.length === 0);
      const starts = await Promise.all([1, 2, 3].map(() => driver.start(only.id, never)));
      for (const one of starts) assert.ok(['ok', 'machine-busy'].includes(code(one)), JSON.stringify(one));
      await runs(at, only.id);
      const gone = await Promise.all([1, 2].map(() => driver.destroy(only.id, owner, never)));
      for (const one of gone) assert.ok(['ok', 'machine-busy'].includes(code(one)), JSON.stringify(one));
      assert.is(good(await driver.destroy(only.id, owner, never)), 'absent');
    }));
}
