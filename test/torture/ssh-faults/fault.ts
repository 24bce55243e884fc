import { createServer, type Server } from 'node:net';
import type { ChaosProxy, Fault } from '../../rig/proxy.ts';

// What kinds of faults have in common, whether the far side is a server of ours or OpenSSH.

/** What may be told of a fault. */
export interface Told {
  /** Failures that may be told, and what is said of them; of a fault that sbx survives none. */
  readonly codes?: readonly string[];
  readonly says?: RegExp;
  /** It may end well as well: what was under way may have been done in time. */
  readonly mayEndWell?: true;
}

/** One kind of fault on the way to a stand; `P`: where in a run it may strike. */
export interface FaultKind<S, P extends string> extends Told {
  readonly name: string;
  /** Attempts of a step after the first. */
  readonly retries?: number;
  /** Before the run, whatever the phase. */
  readonly prepare?: (stand: S, phase: P) => void;
  /** Made where the phase is `connect` before the run, else when the phase is there. Whoever connects again finds it. `held`: the process that waits there, if one does. */
  readonly strike?: (stand: S, phase: P, held: number) => void | Promise<void>;
  /** Takes the fault away. */
  readonly mend?: (stand: S) => void | Promise<void>;
  /** The far side lies on a small disk of its own. */
  readonly needsMount?: true;
  /** Struck while nobody is connected: the run at hand fails for the break, and the next one for the fault. */
  readonly breaks?: true;
}

interface Reached {
  readonly proxy: ChaosProxy;
  /** Ends all connections. */
  cut(): void;
}

export const GONE = ['link-lost', 'unreachable'];
export const SAYS_GONE =
  /the connection was lost|no answer within|no SSH server answered within|login took longer|connection reset|no SSH connection|not that of an SSH server|closed by the far side|no algorithm/;

/** What becomes of the bytes on their way. */
export function network<S extends Reached, P extends string>(
  name: string,
  fault: Fault,
  more: Partial<FaultKind<S, P>> = {},
): FaultKind<S, P> {
  return {
    name,
    codes: GONE,
    says: SAYS_GONE,
    strike: ({ proxy }, phase) => (phase === 'connect' ? proxy.after(1, fault) : proxy.set(fault)),
    mend: ({ proxy }) => proxy.set('none'),
    ...more,
  };
}

/** The connection breaks, and whoever comes back finds something else. */
export function back<S extends Reached, P extends string>(
  name: string,
  codes: readonly string[],
  says: RegExp,
  found: NonNullable<FaultKind<S, P>['strike']>,
  mend: NonNullable<FaultKind<S, P>['mend']>,
): FaultKind<S, P> {
  return {
    name,
    codes,
    says,
    retries: 1,
    breaks: true,
    strike: async (stand, phase) => {
      await found(stand, phase, 0);
      stand.cut();
    },
    mend,
  };
}

let strange: Server | undefined;
/** A port of somebody who speaks, but no SSH. */
export async function strangePort(): Promise<number> {
  strange ??= createServer((socket) => {
    socket.on('error', () => {});
    socket.resume(); // what is not read would reset the connection, and the answer with it
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n\x00\xff\x1b[2J'.repeat(40));
  });
  const server = strange;
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export const FILL = 'dd if=/dev/zero of=.sbx-filler bs=4096 2>/dev/null; :';
