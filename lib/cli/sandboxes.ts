import { join } from 'node:path';
import type { Folders, Io } from '../model/io.ts';
import type { Project, SandboxName, SandboxSpec } from '../model/project.ts';
import type { Sandbox } from '../model/sandbox.ts';
import { knownMachineId, machineId } from '../run/machine.ts';
import { type Checkout, checkoutOf } from '../sync/checkout.ts';
import { ask, type Question } from './ask.ts';
import type { Surroundings } from './surroundings.ts';

/** What sandboxes are made of. */
export interface Ground {
  readonly surroundings: Surroundings;
  readonly project: Project;
  readonly io: Io;
  readonly folders: Folders;
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
  const { folders } = ground;
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
        return embeddedSandbox({ name, folder, grace, owner: owner() }, io).connect(signal);
      },
    };
  }
  return {
    name,
    kind,
    target: spec.host ?? name,
    connect: async (signal) => {
      const { sshSandbox } = await import('../ssh/ssh.ts');
      return sshSandbox({ ...routeOf(spec, ground), name, grace, owner: owner() }, io).connect(signal);
    },
  };
}

/** `ssh -G` and what the user's configuration starts have no use for the secrets of steps. */
function withoutSecrets({ io, project }: Ground): Io {
  if (project.secrets.length === 0) return io;
  const names = new Set(project.secrets.map(({ name }) => name));
  return { ...io, environment: new Map([...io.environment].filter(([name]) => !names.has(name))) };
}

/** How a host is reached. */
export function routeOf(
  spec: Pick<SandboxSpec, 'host' | 'name' | 'user'>,
  { surroundings, folders, asks = (question) => ask(surroundings, question) }: Pick<Ground, 'surroundings' | 'folders' | 'asks'>,
) {
  return {
    named: spec.host ?? spec.name,
    user: spec.user,
    state: folders.state,
    ask: (keyFile: string, over: AbortSignal) => asks({ text: `passphrase of ${keyFile}: `, hidden: true, over }),
  };
}
