import { randomUUID } from 'node:crypto';
import { digestOf } from '../../base/digest.ts';
import { canonicalJson } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { MachineGround } from '../../machine/behind/ground.ts';
import { sandboxMachine } from '../../machine/behind/machine.ts';
import { raise } from '../../machine/behind/raise.ts';
import { PATIENCES } from '../../machine/bring.ts';
import { hypervisorIn } from '../../machine/hypervisor.ts';
import type { Failure } from '../../model/failure.ts';
import type { Folders, Io } from '../../model/io.ts';
import type { MachineSpec } from '../../model/machine-spec.ts';
import type { Project, SandboxSpec } from '../../model/project.ts';
import type { Sandbox, Session } from '../../model/sandbox.ts';
import type { DeedScope, SandboxMachine } from '../../model/sandbox-machine.ts';
import { acquireLock, type Lock } from '../../run/lock.ts';
import { machineId } from '../../run/machine.ts';
import { openOwned } from '../../run/owned.ts';
import { whoAmI } from '../../run/self.ts';
import { beginUse, type Use } from '../../run/users.ts';
import { driverFor } from './drivers.ts';
import { guestOf } from './guest.ts';

/** A place that is a machine: brought up when it is reached, and left as `keep` says when its last user is gone. */
export interface MachineSandbox extends Sandbox {
  /** The machine itself, for steps that bring it up, save it or take it down. */
  machine(): Promise<Result<SandboxMachine, Failure>>;
}

type MachineSandboxSpec = SandboxSpec & { readonly machine: MachineSpec };

export interface MachinePlace {
  readonly spec: MachineSandboxSpec;
  readonly io: Io;
  readonly folders: Folders;
  readonly project: Pick<Project, 'name' | 'root'>;
  /** Id of the checkout, and the user here. */
  readonly checkout: () => string;
  readonly user: () => string;
  /** The computer that holds the machine, and its host if it is not this one. */
  readonly hypervisor: Sandbox;
  readonly host: string | undefined;
  readonly ask: Parameters<typeof guestOf>[0]['ask'];
}

/** What is open while a run uses it. */
interface Opened {
  readonly machine: SandboxMachine;
  readonly ground: MachineGround;
  readonly use: Use;
  readonly session: Session;
}

export function machineSandbox(place: MachinePlace): MachineSandbox {
  const { spec, io, folders, project } = place;
  const tag = ownerOf(place);
  const folder = `${folders.state}/guests/${tag}`;
  let opening: Promise<Result<Opened, Failure>> | undefined;
  const open = (): Promise<Result<Opened, Failure>> => (opening ??= openMachine(place, tag, folder));
  const name = spec.machine.name ?? `${project.name}-${spec.name}`;

  return {
    name: spec.name,
    kind: 'machine',
    target: `machine ${name}`,
    machine: async () => {
      const opened = await open();
      return opened.ok ? ok(opened.value.machine) : opened;
    },
    connect: async (signal, note = () => {}) => {
      const opened = await open();
      if (!opened.ok) return opened;
      const {
        machine,
        ground: { guest },
      } = opened.value;
      const scope: DeedScope = { signal, note };
      // Whoever leaves it looks, under the same lock, whether anybody else is there.
      const lock = await lockOf(io, `${folder}.lock`, signal, note);
      if (!lock.ok) return lock;
      using _ = lock.value;
      const up = await raise(machine, scope);
      return up.ok ? guest.enter(up.value, 'ours', signal) : up;
    },
    leave: async (note) => {
      const opened = await opening;
      opening = undefined;
      if (!opened?.ok) return;
      const { machine, use, session } = opened.value;
      const never = new AbortController().signal;
      try {
        const lock = await lockOf(io, `${folder}.lock`, never, note);
        using _ = lock.ok ? lock.value : undefined;
        use.end();
        const left = await leave(machine, spec, use, { signal: never, note });
        if (!left.ok) note(`is not left as \`keep: ${spec.keep}\` says: ${left.error.message}`);
      } finally {
        await session[Symbol.asyncDispose]();
      }
    },
  };
}

async function leave(machine: SandboxMachine, { keep }: SandboxSpec, use: Use, scope: DeedScope): Promise<Result<unknown, Failure>> {
  const gone = machine.spec.clone || keep === 'none';
  if (!gone && keep === 'running') return ok(undefined);
  const others = machine.spec.clone ? [] : use.others();
  if (others.length > 0) {
    scope.note(`stays: ${others.join(', ')} is there as well`);
    return ok(undefined);
  }
  const left = gone ? await machine.remove(scope) : await machine.stop(scope);
  if (left.ok) for (const did of left.value.did) scope.note(did);
  return left;
}

async function openMachine(place: MachinePlace, tag: string, folder: string): Promise<Result<Opened, Failure>> {
  const { spec, io, folders, project, host, ask } = place;
  const session = await place.hypervisor.connect(new AbortController().signal);
  if (!session.ok) return session;
  const failed = async (failure: Failure): Promise<Result<never, Failure>> => {
    await session.value[Symbol.asyncDispose]();
    return err(failure);
  };
  const hypervisor = hypervisorIn(host === undefined ? 'local' : place.hypervisor.name, session.value);
  const driver = await driverFor(spec.machine, hypervisor);
  if (!driver.ok) return failed(driver.error);
  const use = beginUse(io, `${folder}.users`, 'sbx run');
  const owned = openOwned(io, folders.state);
  const checkout = place.checkout();
  const name = spec.machine.name ?? `${project.name}-${spec.name}`;
  const groundOf = (owner: string, called: string): MachineGround => ({
    spec: spec.machine,
    name: called,
    owner,
    driver: driver.value,
    hypervisor,
    clock: io.clock,
    wish: randomUUID,
    journal: owned.of({
      ...{ kind: 'machine', sandbox: spec.name, target: host ?? 'local', root: project.root, checkout },
      facts: { driver: spec.machine.driver, owner, name: called },
    }),
    guest: guestOf({
      ...{ io, spec, keys: spec.machine.keys, alias: owner, owner: checkout, state: folders.state },
      folder: `${folders.state}/guests/${owner}`,
      from: spec.machine.endpoint.is === 'tunnel' ? undefined : host,
      ask,
    }),
    patiences: PATIENCES,
    alone: () => {
      const others = use.others();
      if (others.length === 0) return ok(undefined);
      return err({ code: 'machine-busy', message: `${called} is in use: ${others.join(', ')}` });
    },
  });
  const whole = groundOf(tag, name);
  const mine = spec.machine.clone
    ? { ...groundOf(`${tag}-${io.nonce().slice(0, 12)}`, `${name} ${io.nonce().slice(0, 6)}`), base: whole }
    : whole;
  return ok({ machine: sandboxMachine(mine), ground: mine, use, session: session.value });
}

/** Whose machine it is: this checkout's, or that of all who name it. */
function ownerOf({ spec: { name, machine }, io, folders, checkout, user }: MachinePlace): string {
  const whose =
    machine.name === undefined
      ? { checkout: checkout(), sandbox: name }
      : { computer: machineId(io, folders.state), user: user(), name: machine.name };
  return `sbx-${digestOf(canonicalJson(whose)).slice(0, 16)}`;
}

async function lockOf(io: Io, path: string, signal: AbortSignal, note: (text: string) => void): Promise<Result<Lock, Failure>> {
  const wish = { path, self: whoAmI(io.files), command: 'sbx run' };
  const lock = await acquireLock(io, wish, {
    signal,
    waiting: ({ command }) => note(`waits for ${command}, which brings it up or leaves it`),
  });
  if (!lock.ok) return lock;
  if ('release' in lock.value) return ok(lock.value);
  return err({ code: 'machine-busy', message: 'the run that started this one brings the machine up' });
}
