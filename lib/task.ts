import type { Digest } from './base/digest.ts';
import type { Result } from './base/result.ts';
import type { Checked } from './model/diagnostic.ts';
import type { Counted } from './model/event.ts';
import type { Failure } from './model/failure.ts';
import type { Folders, Io } from './model/io.ts';
import type { OutputKind, Outputs } from './model/output.ts';
import type { OwnedJournal, OwnedKind } from './model/owned.ts';
import type { Action, Draft } from './model/plan.ts';
import type { Project, SandboxName, SandboxSpec, Step, StepId } from './model/project.ts';
import type { Receipt } from './model/receipt.ts';
import type { Session, Terminal } from './model/sandbox.ts';
import type { SandboxMachine } from './model/sandbox-machine.ts';
import type { Answer, Service } from './model/service.ts';
import type { Tree, TreeEntry } from './model/tree.ts';
import type { Pairs } from './model/value.ts';
import type { Shape } from './schema/shape.ts';

/** A kind of step: one file in tasks/, one line in tasks/index.ts. */
export interface Task {
  readonly name: string;
  readonly summary: string;
  /** A step as it stands below `steps:`, for the reference; together the examples of all tasks are one valid file. */
  readonly example?: string;
  /** The task's own keys; those of every step are added by the schema. */
  readonly fields: { readonly [field: string]: Shape };
  /**
   * What its steps give to expressions of others, beside the `values` that they declare. `files` (of steps here that declare `outputs`, and of fetches) and the
   * `tree` of a sync are known from what they make; all else stands in `Produced.values`. A field says by `takes` of its shape which kinds it takes.
   */
  readonly outputs?: { readonly [output: string]: OutputKind };
  /** Keys of every step that this task requires (`run`) or cannot have (`outputs` of a sync). */
  readonly requires?: readonly string[];
  readonly refuses?: readonly string[];
  /** Of its code, where that is not part of sbx. */
  readonly code?: Digest;
  /** Steps of this task own the terminal: `Step.interactive` is true for them whatever the file says. */
  readonly interactive?: true;
  /** Steps of this task are services whatever the file says, and the task says by `RunScope.ready` when one is; the limits where the file says none, in milliseconds. */
  readonly service?: Pick<Service, 'deadline' | 'interval'>;
  /** Pure: what the step will do. */
  plan(step: Step, scope: PlanScope): Checked<Draft>;
  /** The only moment with effects. Expected trouble is a Failure; an abort rejects or returns `cancelled`. */
  run(action: Action, scope: RunScope): Promise<Result<Produced, Failure>>;
}

export interface PlanScope {
  readonly project: Project;
  /** The sandbox of the step. */
  readonly sandbox: SandboxSpec;
  /**
   * Products on this side of the steps that this one does not need, and the state of all steps here, as exclude patterns tied to the root:
   * a sync sends sources and what the steps that it needs have made, so what it sends does not hang on what else was run.
   */
  readonly downstream: readonly string[];
}

/** What a step left behind, beyond its exit. */
export interface Produced {
  /** Typed outputs, for expressions of other steps. */
  readonly values?: Outputs;
  /** The tree in the workspace after a sync. */
  readonly receipt?: Receipt;
  /** Digests of products that stay in the place, made there. */
  readonly placed?: Tree;
  /** Inputs of a remote step that changed on the far side while it ran: the result stands and is not remembered. */
  readonly disturbed?: readonly string[];
  /** Bytes that travelled, where progress does not tell them. */
  readonly bytes?: number;
  /** Nothing had to be done: shown as fresh. */
  readonly untouched?: boolean;
  /** Files that a fetch brought; the runner checks, stores and places them. */
  readonly fetched?: Fetched;
}

/** Each entry of the tree lies staged at `<stage>/<path>`; its path is relative to `to`. */
export interface Fetched {
  /** Absolute. A file that lies in its place (see `lies`) may be left out of it. */
  readonly stage: string;
  readonly tree: Tree;
  /** A folder of the project, relative to its root. */
  readonly to: string;
  /** It is too large for the store: it is remembered where it is, and made anew if it goes. */
  readonly stays?: boolean;
}

export interface RunScope {
  readonly project: Project;
  readonly sandbox: SandboxSpec;
  readonly folders: Folders;
  readonly io: Io;
  readonly signal: AbortSignal;
  /** Aborted after `signal` when the user does not want to wait for the grace. */
  readonly hurry: AbortSignal;
  /** Id of the run; id of this attempt, unique. */
  readonly run: string;
  readonly attempt: string;
  /** Undefined where there is none, or the step has no use for it. */
  readonly terminal: Terminal | undefined;
  /** The shared session of the step's sandbox. */
  session(): Promise<Result<Session, Failure>>;
  /** Absolute folder of the project in the step's sandbox. */
  workspace(): Promise<Result<string, Failure>>;
  /** The machine behind a sandbox that has one: of the step's own or any other. */
  machine(sandbox: SandboxName): Promise<Result<SandboxMachine, Failure>>;
  /** Dials a place and hangs up: whether it lets us in at this moment. */
  knock(sandbox: SandboxName, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Id of this checkout: the sentinel of a workspace must bear it before anything there is touched. */
  readonly checkout: Digest;
  /** Where making and removing a workspace of this sandbox is written down. */
  readonly owned: OwnedJournal;
  /** The same for other things of this sandbox. */
  ownedAs(thing: OwnedKind): OwnedJournal;
  /** The tree of the project's sources as a sync would send it, from the stat memo where it can be trusted. */
  sources(files: 'git' | 'all', exclude: readonly string[]): Promise<Result<Tree, Failure>>;
  /** This side's copy of the receipt of the workspace, if there is one. */
  receipt(): Receipt | undefined;
  /** Absolute path of the blob in the store, to be copied and verified; undefined if it is not there. */
  stored(digest: Digest): string | undefined;
  /** Whether this entry lies in the project as it is named, and its blob in the store: then nothing has to be brought for it. */
  lies(entry: TreeEntry): boolean;
  /** What the steps that this one needs left in the place. */
  placed(step: StepId): Tree | undefined;
  /** Commands among the inputs of the step that print something else by now than the key was made of. */
  askedSince(): Promise<readonly string[]>;
  /** Key of this attempt's fingerprint. */
  readonly key: Digest | undefined;
  /** The variables of the step, on top of the base of its place (which the session adds): declared ones, passed ones, secrets, SBX_STEP, SBX_STEP_HASH. */
  readonly env: Pairs;
  /** Milliseconds between TERM and KILL. */
  readonly killGrace: number;
  /** The words that start zx's command line: Node's executable, then its script. */
  readonly zx: () => readonly string[];
  output(chunk: Uint8Array): void;
  /** Where bytes are counted, the files that hold them may be told as well. */
  progress(done: number, total: number | undefined, unit: 'files' | 'bytes', files?: Counted): void;
  note(text: string): void;
  /** Says of a service whether it is ready by now; heard where its task says so. */
  ready(answer: Answer): void;
}
