import type { Driver, Hypervisor } from '../model/machine.ts';
import type { Fields, ValuesOf } from './field.ts';

// What authors of extensions write. Public and stable: what is taken away or changes its meaning here needs another API version. Knows no type of sbx's own but
// the port of drivers.

/** The version of this contract. */
export const API = 1;

/** The default export of an extension. Its names stand in Sandboxfiles as they are: begin them with that of the extension where they could be anyone's. */
export interface Extension {
  readonly api: typeof API;
  readonly name: string;
  readonly tasks?: readonly TaskDefinition[];
  readonly drivers?: readonly DriverDefinition[];
  readonly profiles?: readonly ProfileDefinition[];
}

/** A kind of step. */
export interface TaskDefinition<F extends Fields = Fields> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Some steps as they stand below `steps:`, for help. */
  readonly example?: string;
  /** Keys of its steps, beside those of every step. */
  readonly fields?: F;
  /** Its steps have `run`, which `scope.command()` runs. */
  readonly command?: true;
  /** What its steps give to expressions of others; `run` gives the values. */
  readonly outputs?: { readonly [output: string]: 'text' | 'image' | 'machine' | 'endpoint' };
  /** What a step will do. Pure and quick: called for every command that reads the Sandboxfile. */
  plan?(step: PlannedStep<F>): TaskPlan;
  /** Does it. What it throws fails the step. It ends soon after `scope.signal` was aborted. */
  run(scope: TaskScope<F>): TaskResult | Promise<TaskResult>;
}

/** A step as the file declares it. An output of another step stands in its fields as it is written. */
export interface PlannedStep<F extends Fields = Fields> {
  readonly name: string;
  /** Relative to the root of the project. */
  readonly dir: string;
  readonly fields: ValuesOf<F>;
}

export interface TaskPlan {
  /** One line for people; absent: the name of the task. */
  readonly title?: string;
  /** Globs of files that it reads, relative to the folder of the step, beside its `inputs`. */
  readonly reads?: readonly string[];
  /** Globs of files that it makes, beside its `outputs`; with neither it runs every time, with none in either it is remembered that it passed. */
  readonly makes?: readonly string[];
  /** What is wrong with the step, although each of its fields is what it may be. */
  readonly wrong?: readonly { readonly field?: string; readonly message: string; readonly hint?: string }[];
}

// biome-ignore lint/suspicious/noConfusingVoidType: who has nothing to give need not return
export type TaskResult = void | TaskDone | TaskFailed;

interface TaskDone {
  /** Of all `outputs` of the task. */
  readonly values?: { readonly [output: string]: string };
  /** There was nothing to be done: the step counts as fresh. */
  readonly unchanged?: true;
}

interface TaskFailed {
  /** One sentence: what and why. */
  readonly failed: string;
  readonly hint?: string;
}

/** What a running step has. */
export interface TaskScope<F extends Fields = Fields> {
  readonly step: string;
  readonly fields: ValuesOf<F>;
  readonly sandbox: {
    readonly name: string;
    /** This computer: the files of the step can be read and written here. */
    readonly local: boolean;
  };
  /** Folder of the step in its sandbox, absolute. */
  readonly dir: string;
  /** Variables of the step; commands have them anyway. */
  readonly env: { readonly [name: string]: string };
  /** Aborted when the step must end. */
  readonly signal: AbortSignal;
  /** Runs a program in the sandbox of the step. Rejects unless it exits with 0. */
  exec(words: readonly string[], options?: ExecOptions): Promise<Ended>;
  /** Runs `run` of the step, of a task with `command`. Rejects unless it exits with 0. */
  command(): Promise<Ended>;
  /** Adds to the output of the step. */
  output(text: string | Uint8Array): void;
  /** Says a thing that the user should see, whatever becomes of the output. */
  note(text: string): void;
  progress(done: number, total?: number, unit?: 'files' | 'bytes'): void;
}

export interface ExecOptions {
  /** Relative to the folder of the step. */
  readonly dir?: string;
  readonly env?: { readonly [name: string]: string };
  /** What it prints is for the task alone. */
  readonly quiet?: true;
  /** Resolves whatever its exit is. */
  readonly any?: true;
}

export interface Ended {
  /** Undefined: ended by a signal. */
  readonly code: number | undefined;
  /** The last MiB of what it printed, on both streams. */
  readonly output: string;
}

/** Moves the machines of a hypervisor. */
export interface DriverDefinition {
  readonly name: string;
  readonly summary: string;
  /** Asks nobody anything yet. */
  open(hypervisor: Hypervisor, options: DriverOptions): Driver;
}

export interface DriverOptions {
  readonly [option: string]: string | number | boolean;
}

/** Values for a sandbox that names it: keys as in a Sandboxfile, each below what the sandbox says itself. */
export interface ProfileDefinition {
  readonly name: string;
  readonly summary: string;
  readonly sandbox: { readonly [key: string]: unknown };
}
