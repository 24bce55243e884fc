import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '../../base/result.ts';
import type { MachineGround } from '../../machine/behind/ground.ts';
import { sandboxMachine } from '../../machine/behind/machine.ts';
import { PATIENCES } from '../../machine/bring.ts';
import { hypervisorIn } from '../../machine/hypervisor.ts';
import type { Failure } from '../../model/failure.ts';
import type { Folders, Io } from '../../model/io.ts';
import type { OpenDriver } from '../../model/machine.ts';
import type { MachineSpec } from '../../model/machine-spec.ts';
import type { Project, SandboxSpec } from '../../model/project.ts';
import type { LinkNews, Sandbox, Session } from '../../model/sandbox.ts';
import type { SandboxMachine } from '../../model/sandbox-machine.ts';
import { machineId } from '../../run/machine.ts';
import { openOwned } from '../../run/owned.ts';
import { whoAmI } from '../../run/self.ts';
import { beginUse, isUserDead, type Use } from '../../run/users.ts';
import { DRIVERS } from '../../schema/machine.ts';
import type { Hop } from '../../ssh/route.ts';
import { driverFor } from './drivers.ts';
import { guestOf } from './guest.ts';
import { renewIdle } from './idle.ts';
import { machineJournal } from './owned.ts';
import { guestPaths } from './paths.ts';
import { ownerTag } from './tag.ts';

/** What a machine behind a sandbox hangs on. */
export interface MachinePlace {
  readonly spec: SandboxSpec & { readonly machine: MachineSpec };
  readonly io: Io;
  readonly folders: Folders;
  readonly project: Pick<Project, 'name' | 'root' | 'file'>;
  /** Of extensions. */
  readonly drivers: ReadonlyMap<string, OpenDriver>;
  /** Id of the checkout, and the user here. */
  readonly checkout: () => string;
  readonly user: () => string;
  /** The computer that holds the machine, and its host if it is not this one. */
  readonly hypervisor: Sandbox;
  readonly host: string | undefined;
  /** How that is reached, for whoever finds the machine without its project. */
  readonly way: { readonly user?: string; readonly tunnel?: string };
  readonly ask: Parameters<typeof guestOf>[0]['ask'];
  /** Is told what becomes of the connection with the guest. */
  readonly news?: (news: LinkNews) => void;
}

/** What is open while a run uses it. */
export interface OpenMachine {
  readonly machine: SandboxMachine;
  readonly ground: MachineGround;
  readonly use: Use;
  /** With the hypervisor's computer. */
  readonly session: Session;
  /** Whoever brings it up or leaves it holds this. */
  readonly lock: string;
  /** The time without a user, after which it is stopped, begins now. */
  renew(): void;
}

/** What people call it. */
function machineName({ spec, project }: Pick<MachinePlace, 'spec' | 'project'>): string {
  return spec.machine.name ?? `${project.name}-${spec.name}`;
}

/** How places name it. */
export function machineTarget(place: Parameters<typeof machineName>[0]): string {
  return `machine ${machineName(place)}`;
}

export async function openMachine(place: MachinePlace, signal: AbortSignal): Promise<Result<OpenMachine, Failure>> {
  const { spec, io, folders } = place;
  const tag = ownerOf(place);
  const session = await place.hypervisor.connect(signal);
  if (!session.ok) return session;
  const hypervisor = hypervisorIn(place.host === undefined ? 'local' : place.hypervisor.name, session.value);
  const driver = await driverFor(spec.machine, hypervisor, {
    drivers: place.drivers,
    state: place.host === undefined ? folders.state : undefined,
  });
  if (!driver.ok) {
    await session.value[Symbol.asyncDispose]();
    return err(driver.error);
  }
  const paths = guestPaths(folders.state, tag);
  const use = beginUse(io, paths.users, 'sbx run');
  const renew = (): void => renewIdle(io, paths.idle, spec.machine.idle);
  renew();
  const journal = openOwned(io, folders.state);
  const groundOf = (owner: string, name: string): MachineGround => ({
    ...{
      spec: spec.machine,
      name,
      owner,
      driver: driver.value,
      hypervisor,
      clock: io.clock,
      wish: randomUUID,
      patiences: PATIENCES,
      found: {},
    },
    journal: machineJournal(journal, machineTarget(place), {
      ...{ kind: 'machine', sandbox: spec.name, target: place.host ?? 'local', root: place.project.root, checkout: place.checkout() },
      facts: {
        ...{ driver: spec.machine.driver, owner, name, ...place.way },
        ...(Object.hasOwn(DRIVERS, spec.machine.driver) ? {} : { file: place.project.file }),
        ...(owner === tag ? {} : { clone: use.name }),
      },
    }),
    recorded: () => new Map(journal.things().flatMap(({ facts, path, state }) => (facts?.owner === owner ? [[path, state]] : []))),
    madeFor: {
      by: `${place.user()}@${whoAmI(io.files).host}`,
      ...{ root: place.project.root, sandbox: spec.name },
      ...(spec.machine.name === undefined ? {} : { name: spec.machine.name }),
      ...(owner === tag ? {} : { clone: use.name }),
    },
    guest: guestIn(place, owner),
    alone: () => {
      const others = owner === tag ? use.others() : [];
      return others.length === 0 ? ok(undefined) : err({ code: 'machine-busy', message: `${name} is in use: ${others.join(', ')}` });
    },
  });
  const opened = (ground: MachineGround): OpenMachine => ({
    machine: sandboxMachine(ground),
    ...{ ground, use, session: session.value, lock: paths.lock, renew },
  });
  const whole = groundOf(tag, machineName(place));
  if (!spec.machine.clone) return ok(opened(whole));
  const nonce = io.nonce().slice(0, 12);
  const lost = () => deadClones(place, tag).map((owner) => groundOf(owner, owner));
  return ok(opened({ ...groundOf(`${tag}-${nonce}`, `${whole.name} ${nonce}`), base: whole, lost }));
}

/** Whose machine it is: this checkout's, or that of all who name it. */
function ownerOf({ spec: { name, machine }, io, folders, checkout, user }: MachinePlace): string {
  return ownerTag(
    machine.name === undefined
      ? { checkout: checkout(), sandbox: name }
      : { computer: machineId(io, folders.state), user: user(), name: machine.name },
  );
}

function guestIn({ spec, io, folders, host, way, ask, news, checkout }: MachinePlace, alias: string): MachineGround['guest'] {
  return guestOf({
    ...{ io, spec, keys: spec.machine.keys, alias, owner: checkout(), state: folders.state, ask, news },
    folder: guestPaths(folders.state, alias).keys,
    from: spec.machine.endpoint.is === 'tunnel' || host === undefined ? undefined : { named: host, ...hopOf(way) },
  });
}

function hopOf({ user, tunnel }: MachinePlace['way']): Omit<Hop, 'named'> {
  return { user, tunnel: tunnel === undefined ? undefined : Number(tunnel) };
}

/** Owner tags of clones whose runs were killed. */
function deadClones({ io, folders }: MachinePlace, tag: string): readonly string[] {
  const facts = openOwned(io, folders.state)
    .things()
    .map((thing) => thing.facts ?? {});
  return facts.flatMap(({ owner = '', clone }) =>
    owner.startsWith(`${tag}-`) && clone !== undefined && isUserDead(io.files, clone) ? [owner] : [],
  );
}
