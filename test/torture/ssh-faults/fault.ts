import type { ChaosProxy, Fault } from '../../rig/proxy.ts';

// What kinds of faults have in common, whether the far side is a server of ours or OpenSSH.

/** Where in a run a fault strikes. */
export const PHASES = ['connect', 'first command', 'sync', 'build', 'list', 'bytes'] as const;
export type Phase = (typeof PHASES)[number];
/** What may be told of a fault. */
export interface Told {
  /** Failures that may be told, and what is said of them; of a fault that sbx survives none. */
  readonly codes?: readonly string[];
  readonly says?: RegExp;
  /** It may end well as well: what was under way may have been done in time. */
  readonly mayEndWell?: true;
}

/** One kind of fault on the way to a stand. */
export interface FaultKind<S> extends Told {
  readonly name: string;
  /** Attempts of a step after the first. */
  readonly retries?: number;
  /** Before the run, whatever the phase. */
  readonly prepare?: (stand: S, phase: Phase) => void;
  /** Made where the phase is `connect` before the run, else when the phase is there. Whoever connects again finds it. */
  readonly strike?: (stand: S, phase: Phase) => void | Promise<void>;
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
export function network<S extends Reached>(name: string, fault: Fault, more: Partial<FaultKind<S>> = {}): FaultKind<S> {
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
export function back<S extends Reached>(
  name: string,
  codes: readonly string[],
  says: RegExp,
  found: NonNullable<FaultKind<S>['strike']>,
  mend: NonNullable<FaultKind<S>['mend']>,
): FaultKind<S> {
  return {
    name,
    codes,
    says,
    retries: 1,
    breaks: true,
    strike: async (stand, phase) => {
      await found(stand, phase);
      stand.cut();
    },
    mend,
  };
}

export const FILL = 'dd if=/dev/zero of=.sbx-filler bs=4096 2>/dev/null; :';
