import { join } from 'node:path';
import { err, type Result } from '../base/result.ts';
import { localSandbox } from '../io/local.ts';
import { type Failure, UNREACHABLE } from '../model/failure.ts';
import type { Folders, Io } from '../model/io.ts';
import type { OpenDriver } from '../model/machine.ts';
import type { Project, SandboxName, SandboxSpec } from '../model/project.ts';
import type { HostVerdicts, Sandbox, Session } from '../model/sandbox.ts';
import type { SandboxMachine } from '../model/sandbox-machine.ts';
import { knownMachineId, machineId } from '../run/machine.ts';
import type { Claim } from '../ssh/patience.ts';
import type { Resident } from '../ssh/resident/resident.ts';
import { type Checkout, checkoutOf } from '../sync/checkout.ts';
import { ask, type Question } from './ask.ts';
import type { KeptMachines } from './machine/kept.ts';
import type { MachinePlace } from './machine/open.ts';
import type { MachineSandbox } from './machine/sandbox.ts';
import type { Surroundings } from './surroundings.ts';

/** What sandboxes are made of. */
export interface Ground {
  readonly surroundings: Surroundings;
  readonly project: Project;
  /** Of machines, that extensions of the project have. */
  readonly drivers: ReadonlyMap<string, OpenDriver>;
  readonly io: Io;
  readonly folders: Folders;
  /** Where machines stay up from run to run; absent: each is left at the end of its run. */
  readonly machines?: KeptMachines;
  /** Of a run: what others left going on in its places is ended. */
  readonly claim?: Claim;
  /** Holds links from run to run; absent: each host is dialled. */
  readonly resident?: Resident | undefined;
  /** Asks the user when nothing else is on the terminal; absent: at once. */
  readonly asks?: (question: Question) => Promise<string | undefined>;
}

/** Whose workspaces these are. */
export function checkoutIn(ground: Ground): Checkout {
  return checkoutWith(machineId(ground.io, ground.folders.state), ground);
}

/** The same for whoever writes nothing: where this computer has no id yet, it has no workspaces either. */
export function checkoutSeen(ground: Ground): Checkout {
  return checkoutWith(knownMachineId(ground.io, ground.folders.state) ?? ground.io.nonce(), ground);
}

function checkoutWith(machine: string, { surroundings, project }: Ground): Checkout {
  return checkoutOf(machine, surroundings.user(), surroundings.hostname(), project.root);
}

/** Every sandbox of the project but the local ones. The code for SSH is loaded when one is reached. */
export function sandboxesOf(ground: Ground): ReadonlyMap<SandboxName, Sandbox> {
  const far = [...ground.project.sandboxes.values()].filter(({ kind }) => kind !== 'local');
  return new Map(far.map((spec) => [spec.name, sandboxOf(spec, ground)]));
}

export function sandboxOf(spec: SandboxSpec, ground: Ground): Sandbox {
  const { folders, claim } = ground;
  const io = withoutSecrets(ground);
  const { name, kind, grace } = spec;
  const owner = (): string => checkoutIn(ground).id;
  if (kind === 'embedded') {
    const folder = join(folders.project, 'embedded', name);
    return {
      name,
      kind,
      target: 'embedded',
      connect: async (signal) => {
        const { embeddedSandbox } = await import('../ssh/embedded.ts');
        return embeddedSandbox({ name, folder, grace, owner: owner(), claim }, io).connect(signal);
      },
    };
  }
  if (spec.machine !== undefined) {
    const having = { ...spec, machine: spec.machine };
    const make = (): MachineSandbox => placeWithMachine(having, { ...ground, io });
    return ground.machines?.of(having, make) ?? make();
  }
  if (spec.hosts !== undefined) {
    let opened: Sandbox | undefined;
    return {
      name,
      kind,
      target: targetOf(spec),
      connect: async (signal, note, known, link) => {
        const { oneOf } = await import('./hosts/one-of.ts');
        opened ??= oneOf(spec, { io, folders, project: ground.project, checkout: owner }, (one, asks) =>
          sandboxOf(one, { ...ground, asks: (question) => asks(asksIn(ground)(question)) }),
        );
        return opened.connect(signal, note, known, link);
      },
      chosen: () => opened?.chosen?.(),
    };
  }
  const target = targetOf(spec);
  let opening: Promise<Sandbox> | undefined;
  const open = async (): Promise<Sandbox> => {
    const { sshSandbox } = await import('../ssh/ssh.ts');
    return sshSandbox({ ...routeOf(spec, ground), name, grace, owner: owner(), claim }, io, ground.resident);
  };
  return {
    name,
    kind,
    target,
    ahead: (drop) => {
      opening = open();
      opening.then(
        (sandbox) => sandbox.ahead?.(drop),
        () => {}, // connecting will say it
      );
    },
    connect: (signal, note, known, link) => {
      const reach = async () => {
        const sandbox = await (opening ?? open());
        return sandbox.connect(signal, note, undefined, link);
      };
      return known === undefined ? reach() : onceKnown(`${spec.user ?? ''}@${target}`, known, reach);
    },
  };
}

/** Nobody asks a host while another one does, nor after it was found to be away. */
async function onceKnown(
  way: string,
  known: HostVerdicts,
  reach: () => Promise<Result<Session, Failure>>,
): Promise<Result<Session, Failure>> {
  const before = known.get(way);
  const failure = before && (await before);
  if (failure !== undefined) return err(failure);
  const reaching = reach();
  const verdict = (got: Result<Session, Failure>) => (!got.ok && UNREACHABLE.has(got.error.code) ? got.error : undefined);
  known.set(
    way,
    reaching.then(verdict, () => undefined),
  );
  return reaching;
}

function placeWithMachine(spec: MachinePlace['spec'], ground: Ground): MachineSandbox {
  const { io, folders, project, drivers, surroundings } = ground;
  const { name, machine } = spec;
  const below = project.sandboxes.get(machine.hypervisor);
  if (below === undefined) throw new Error(`no sandbox ${machine.hypervisor}`);
  let opening: Promise<MachineSandbox> | undefined;
  const open = (): Promise<MachineSandbox> =>
    (opening ??= import('./machine/sandbox.ts').then(({ machineSandbox }) =>
      machineSandbox({
        ...{ spec, io, folders, project, drivers },
        checkout: () => checkoutIn(ground).id,
        user: () => surroundings.user(),
        hypervisor: below.kind === 'local' ? localSandbox(below.name, io) : sandboxOf(below, ground),
        host: below.kind === 'local' ? undefined : (below.host ?? below.name),
        way: wayTo(below),
        ask: routeOf(spec, ground).ask,
      }),
    ));
  return {
    name,
    kind: 'machine',
    target: `machine ${machine.name ?? `${project.name}-${name}`}`,
    machine: async (signal) => (await open()).machine(signal),
    connect: async (signal, note, known, link) => (await open()).connect(signal, note, known, link),
    leave: async (note, hurry) => (await opening)?.leave?.(note, hurry),
  };
}

/** The machine behind a sandbox, among those of a run. */
export async function machineIn(
  sandboxes: ReadonlyMap<SandboxName, Sandbox>,
  name: SandboxName,
  signal: AbortSignal,
): Promise<Result<SandboxMachine, Failure>> {
  const sandbox = sandboxes.get(name);
  if (sandbox !== undefined && 'machine' in sandbox) return (sandbox as MachineSandbox).machine(signal);
  const hint = 'declare `machine:` under the sandbox';
  return err({ code: 'machine-absent', message: `there is no machine behind ${name}`, hint });
}

function targetOf({ name, host = name, hosts, only, tunnel }: SandboxSpec): string {
  if (hosts !== undefined) return only ?? (hosts === 'bridge' ? 'a host of the bridge' : `one of ${hosts.join(', ')}`);
  return tunnel === undefined ? host : `${host} at localhost:${tunnel}`;
}

/** `ssh -G` and what the user's configuration starts have no use for the secrets of steps. */
function withoutSecrets({ io, project }: Ground): Io {
  if (project.secrets.length === 0) return io;
  const names = new Set(project.secrets.map(({ name }) => name));
  return { ...io, environment: new Map([...io.environment].filter(([name]) => !names.has(name))) };
}

function wayTo({ user, tunnel }: SandboxSpec): MachinePlace['way'] {
  return { ...(user === undefined ? {} : { user }), ...(tunnel === undefined ? {} : { tunnel: String(tunnel) }) };
}

function asksIn({ surroundings, asks }: Pick<Ground, 'surroundings' | 'asks'>): NonNullable<Ground['asks']> {
  return asks ?? ((question) => ask(surroundings, question));
}

/** How a host is reached. */
export function routeOf(
  spec: Pick<SandboxSpec, 'host' | 'name' | 'user' | 'tunnel'>,
  ground: Pick<Ground, 'surroundings' | 'folders' | 'asks'>,
) {
  const { folders } = ground;
  return {
    named: spec.host ?? spec.name,
    user: spec.user,
    tunnel: spec.tunnel,
    state: folders.state,
    ask: (keyFile: string, over: AbortSignal, what = 'passphrase') =>
      asksIn(ground)({ text: `${what} of ${keyFile}: `, hidden: true, over }),
  };
}
