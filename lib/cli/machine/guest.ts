import { err, ok, type Result } from '../../base/result.ts';
import { readRegular } from '../../io/read-regular.ts';
import { fileTrouble } from '../../io/trouble.ts';
import type { Guest, HostKey, Material } from '../../machine/behind/ground.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { Endpoint } from '../../model/machine.ts';
import { GUEST_USER, type MachineKeys } from '../../model/machine-spec.ts';
import type { SandboxSpec } from '../../model/project.ts';
import type { LinkNews } from '../../model/sandbox.ts';
import { AheadLink } from '../../ssh/ahead.ts';
import { connectRoute } from '../../ssh/connect.ts';
import { guestHostKey, guestKey, linkGuest, pinGuest } from '../../ssh/guest.ts';
import type { Link } from '../../ssh/link.ts';
import { patienceOf } from '../../ssh/patience.ts';
import type { Hop, Route } from '../../ssh/route.ts';
import { openSession } from '../../ssh/session.ts';
import { hostAndPort } from '../../ssh/target.ts';

interface GuestGround {
  readonly io: Io;
  readonly spec: Pick<SandboxSpec, 'user' | 'grace'>;
  readonly keys: MachineKeys;
  /** HostKeyAlias. */
  readonly alias: string;
  /** Our key for it lies here. */
  readonly folder: string;
  /** sbx's state. */
  readonly state: string;
  /** Whose work it is there. */
  readonly owner: string;
  /** The host that its address is seen from; absent: this computer. */
  readonly from: Hop | undefined;
  readonly ask: Route['ask'];
  readonly news?: ((news: LinkNews) => void) | undefined;
}

export function guestOf({ io, spec, keys, alias, folder, state, owner, from, ask, news }: GuestGround): Guest {
  const user = spec.user ?? GUEST_USER;
  const linkTo = (endpoint: Endpoint, as: 'ours' | 'theirs', patience: number, signal: AbortSignal): Promise<Result<Link, Failure>> => {
    const common = { state, from, ask, patience };
    if (as === 'theirs') return connectRoute({ named: `${user}@${hostAndPort(endpoint.address, endpoint.port)}`, ...common }, io, signal);
    const key = keyIn(folder, io);
    return key.ok ? linkGuest({ alias, ...endpoint, user, identity: key.value.path, ...common }, io, signal) : Promise.resolve(key);
  };
  return {
    material: () => materialOf(io, user, keys, folder),
    hostKey: guestHostKey,
    pin: (publicKey) => pinGuest(state, alias, publicKey, io),
    forget: () => forgetGuest({ io, folder, state, alias }),
    enter: async (endpoint, as, patience, signal) => {
      const dial = (stop: AbortSignal) => linkTo(endpoint, as, patience, stop);
      const link = await dial(signal);
      return link.ok
        ? openSession(new AheadLink(link.value), { io, patience: patienceOf({ grace: spec.grace, owner }), signal, dial, news })
        : link;
    },
    knock: async (endpoint, patience, signal) => {
      const link = await linkTo(endpoint, 'ours', patience, signal);
      if (link.ok) await link.value[Symbol.asyncDispose]();
      return link.ok ? ok(undefined) : link;
    },
  };
}

/** Our key for it goes, and its host key. */
export function forgetGuest({ io, folder, state, alias }: Pick<GuestGround, 'io' | 'folder' | 'state' | 'alias'>): Result<void, Failure> {
  try {
    io.files.rmSync(folder, { recursive: true, force: true });
  } catch (thrown) {
    return err(fileTrouble(thrown, 'remove', folder));
  }
  return pinGuest(state, alias, undefined, io);
}

function materialOf(io: Io, user: string, { authorize, identity, relay, agent }: MachineKeys, folder: string): Result<Material, Failure> {
  const key = keyIn(folder, io);
  if (!key.ok) return key;
  const read = (path: string): Buffer => {
    try {
      return readRegular(io.files, path);
    } catch (thrown) {
      throw new Unreadable(path, thrown);
    }
  };
  try {
    const others = authorize.map((path) => read(path).toString('utf8').trim());
    const pair: HostKey | undefined =
      identity === undefined ? undefined : { private: read(identity).toString('utf8'), public: read(`${identity}.pub`).toString('utf8') };
    return ok({
      user,
      authorized: `${[key.value.public, ...others].join('\n')}\n`,
      ...(pair === undefined ? {} : { identity: pair }),
      ...(relay === undefined ? {} : { relay: read(relay) }),
      ...(agent === undefined ? {} : { agent: read(agent) }),
    });
  } catch (thrown) {
    if (thrown instanceof Unreadable) return err(fileTrouble(thrown.cause, 'read', thrown.path));
    throw thrown;
  }
}

class Unreadable extends Error {
  readonly path: string;
  constructor(path: string, cause: unknown) {
    super(path, { cause });
    this.path = path;
  }
}

function keyIn(folder: string, io: Io): Result<ReturnType<typeof guestKey>, Failure> {
  try {
    return ok(guestKey(folder, io));
  } catch (thrown) {
    return err(fileTrouble(thrown, 'write', folder));
  }
}
