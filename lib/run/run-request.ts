import type { Digest } from '../base/digest.ts';
import type { Result } from '../base/result.ts';
import type { Answers } from '../io/answers.ts';
import type { Witness } from '../io/witness.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Stamped } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { Folders, Io } from '../model/io.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Project, SandboxName, StepId } from '../model/project.ts';
import type { Sandbox, Terminal } from '../model/sandbox.ts';
import type { SandboxMachine } from '../model/sandbox-machine.ts';
import type { Checkout } from '../sync/checkout.ts';
import type { Task } from '../task.ts';
import type { Confirm } from './confirm.ts';
import type { StopCause } from './control.ts';
import type { Lasting } from './lasting.ts';
import type { Wish } from './prepare.ts';
import type { KeepGoing } from './settlement.ts';

/** What was looked at since `began` (milliseconds since 1970), before the run and by it. `key`: digest of the invocation. */
export interface RunWitness extends Witness {
  readonly key: Digest;
  readonly began: number;
  /** The variables that were asked for until now. */
  readonly answers: () => Answers;
  /** From now on `files` may take over what somebody who watches the project knows of its files, as it is now. `root`: its real path. */
  readonly attest: (root: string) => Promise<void>;
  /** From now on `files` looks by itself. */
  readonly drop: () => void;
}

export interface RunRequest {
  readonly project: Project;
  readonly wish: Wish;
  readonly keepGoing: KeepGoing;
  /** Steps at a time. */
  readonly jobs: number;
  readonly offline: boolean;
  /** What steps do here is followed (`io.spawn` does) and compared with what they declare. */
  readonly audit?: boolean;
  readonly io: Io;
  readonly folders: Folders;
  readonly here: { readonly os: string; readonly arch: string };
  readonly tasks: ReadonlyMap<string, Task>;
  /** Every sandbox of the project but those that are local. */
  readonly sandboxes: ReadonlyMap<SandboxName, Sandbox>;
  /** The machine behind a sandbox; a failure where it has none. */
  readonly machine: (sandbox: SandboxName, signal: AbortSignal) => Promise<Result<SandboxMachine, Failure>>;
  /** Whose workspaces these are; asked only when a place is reached. */
  readonly checkout: () => Checkout;
  readonly terminal: Terminal | undefined;
  /** Asks the user whether a step with `confirm` may begin. */
  readonly confirm: Confirm;
  readonly killGrace: number;
  /** Words that start zx's command line. */
  readonly zx: () => readonly string[];
  readonly version: string;
  /** The command, for another run that waits for this one. */
  readonly command: string;
  /** Ends what a run that was killed left on this computer; `living` is called if there is something; once `hurry` aborts, nothing has a grace any more. */
  readonly sweep?: (run: string, living: () => void, hurry: AbortSignal) => Promise<void>;
  /** Gives memory back: called before many steps are executed, and now and then among them. */
  readonly tidy?: () => void;
  /** Services that lived on after the run before, and where those are kept that live on after this one; absent: none does. */
  readonly lasting?: Lasting | undefined;
  /** How evidence of this run may be kept. */
  readonly witness?: RunWitness | undefined;
  /** Gets every event, in order. Never throws. */
  readonly tell: (event: Stamped) => void;
}

export interface RunEnd {
  readonly run: string;
  readonly exit: number;
  readonly outcomes: ReadonlyMap<StepId, Outcome>;
  /** It was told to stop, by a signal. */
  readonly stopped: boolean;
  /** It was left at once: steps may still be under way, and whoever owns the process has to end it. */
  readonly left: boolean;
}

/** A run under way. */
export interface Running {
  readonly run: string;
  /** The stop ladder, for whoever owns the signals of the process; false if it was not heeded: Ctrl-C belongs to the step that owns the terminal. */
  stop(level: 1 | 2 | 3, cause: StopCause): boolean;
  /** What these steps make is not wanted any more: they are ended, or never begun; all others go on. */
  drop(steps: Iterable<StepId>): void;
  /** Diagnostics where the file is faulty or the names are wrong; a failure where the project cannot be locked. Rejects on a fault. */
  readonly ended: Promise<Result<RunEnd, Failure | readonly Diagnostic[]>>;
}
