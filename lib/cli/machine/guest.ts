import { err, ok, type Result } from '../../base/result.ts';
import { fileTrouble } from '../../io/trouble.ts';
import type { Guest, HostKey, Material } from '../../machine/behind/ground.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import type { MachineKeys } from '../../model/machine-spec.ts';
import type { SandboxSpec } from '../../model/project.ts';
import { connectRoute, type Route } from '../../ssh/connect.ts';
import { enterGuest, guestHostKey, guestKey, pinGuest } from '../../ssh/guest.ts';
import { patienceOf } from '../../ssh/patience.ts';
import { openSession } from '../../ssh/session.ts';

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
  readonly from: string | undefined;
  readonly ask: Route['ask'];
}

/** Milliseconds for one try: sshd of an emulated guest takes its time. */
const TRY = 20_000;
const GUEST_USER = 'build';

export function guestOf({ io, spec, keys, alias, folder, state, owner, from, ask }: GuestGround): Guest {
  const user = spec.user ?? GUEST_USER;
  return {
    material: () => materialOf(io, user, keys, folder),
    hostKey: guestHostKey,
    pin: (publicKey) => pinGuest(state, alias, publicKey, io),
    forget: () => {
      try {
        io.files.rmSync(folder, { recursive: true, force: true });
      } catch (thrown) {
        return err(fileTrouble(thrown, 'remove', folder));
      }
      return pinGuest(state, alias, undefined, io);
    },
    enter: async ({ address, port }, as, signal) => {
      const patience = { grace: spec.grace, owner };
      if (as === 'ours') {
        const key = keyIn(folder, io);
        if (!key.ok) return key;
        return enterGuest(
          { alias, address, port, user, identity: key.value.path, state, from, ask, patience: TRY, ...patience },
          io,
          signal,
        );
      }
      const route = { named: `${user}@${address}:${port}`, state, ask, patience: TRY };
      const link = await connectRoute(route, io, signal);
      return link.ok ? openSession(link.value, io, patienceOf(patience), signal) : link;
    },
  };
}

function materialOf(io: Io, user: string, { authorize, identity, agent }: MachineKeys, folder: string): Result<Material, Failure> {
  const key = keyIn(folder, io);
  if (!key.ok) return key;
  const read = (path: string): Buffer => {
    try {
      return io.files.readFileSync(path);
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
