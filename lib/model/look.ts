import type { Digest } from '../base/digest.ts';
import type { FingerprintRecord } from './fingerprint.ts';
import type { Outputs } from './output.ts';
import type { Action } from './plan.ts';
import type { SandboxName, StepId } from './project.ts';
import type { Receipt } from './receipt.ts';
import type { Tree } from './tree.ts';

/** What is remembered of the last execution of a step in this project, whatever its result. */
export interface LastRun {
  readonly key: Digest;
  readonly record: FingerprintRecord;
  /** `cut-off`: it began and nobody told how it ended, sbx was killed or the computer stopped. */
  readonly is: 'succeeded' | 'failed' | 'cancelled' | 'cut-off';
  /** A success that is not remembered, for its inputs changed while it ran. */
  readonly disturbed?: true;
  /** Milliseconds since 1970; and how long it took. */
  readonly at: number;
  readonly ms: number;
  /** Bytes that travelled, for tasks that transfer. */
  readonly bytes?: number;
  /** Digest of the tree of its outputs, wherever they lie, or of its values where it makes nothing else; absent if it made none or failed. */
  readonly outputs?: Digest;
  /** Values that it wrote for the expressions of others. */
  readonly values?: Outputs;
}

/** A success that the store remembers under its key. */
export interface Remembered {
  readonly key: Digest;
  /** Captured outputs; null where the verdict alone is remembered. */
  readonly outputs: Tree | null;
  readonly values?: Outputs;
  /** Blob of the step's output text. */
  readonly log?: Digest;
  readonly at: number;
  readonly ms: number;
}

/** The outputs of a remembered success, compared with what lies in the project now. Paths are sorted. */
export interface OutputsSeen {
  readonly missing: readonly string[];
  readonly edited: readonly string[];
  /** In an output folder though the record does not know them; a restore moves them away. */
  readonly extra: readonly string[];
  /** Whether the store has every blob that is missing or edited. */
  readonly restorable: boolean;
  /** Why they cannot be looked at: then nothing else is known of them. */
  readonly unreadable?: string;
}

/** What a place was seen or is believed to hold. */
export interface PlaceSeen {
  /** Output of each probe. */
  readonly probes: { readonly [probe: string]: string };
  /** When it was seen, milliseconds since 1970. */
  readonly at: number;
  /** Of a place that is one of several hosts: which one it was. */
  readonly host?: string;
  /** Id of the receipt on the far side; undefined: no workspace there yet. */
  readonly receipt?: string;
  /** Key of the last successful execution of each step whose result stays in the place. */
  readonly holds: { readonly [step: StepId]: Digest };
}

/**
 * What the planner may ask about the world. Every method only reads, connects nowhere, and answers the same within one plan.
 * lib/plan stays pure: it is given one of these. The answers are computed when asked, so nothing is looked at that no decision needs.
 */
export interface Look {
  /**
   * The tree that the action reads (globs of the project, sources of a sync, or what arrived); undefined if it reads none or nothing has arrived.
   * What arrived is the tree that the sync `feeding` would send now or, without one, the tree of the receipt; narrowed by the globs of the action.
   * Actions whose `reads.globs` are one array read one tree: it is worth remembering by that array.
   */
  inputs(action: Action, feeding?: Action): Tree | undefined;
  /** What the commands among the inputs of the step printed, as digests; undefined: they were not run. Only a run runs them. */
  commands(step: StepId): { readonly [command: string]: Digest } | undefined;
  /** A tree that was an input once, for naming what changed; undefined if it was forgotten. */
  formerInputs(digest: Digest): Tree | undefined;
  /** Path and digest of each tool that is on the PATH. */
  tools(names: readonly string[]): { readonly [tool: string]: string };
  /** Of `local` too: its probes `os` and `arch` are always there, as they are for every place. */
  place(sandbox: SandboxName): PlaceSeen | undefined;
  receipt(sandbox: SandboxName): Receipt | undefined;
  last(step: StepId): LastRun | undefined;
  remembered(key: Digest): Remembered | undefined;
  outputs(action: Action, remembered: Remembered): OutputsSeen;
  /** Digest of the outputs that the step made when it last succeeded under this key, wherever they lie; undefined if that was forgotten. */
  made(step: StepId, key: Digest): Digest | undefined;
  /** Median milliseconds and bytes of earlier executions. */
  history(step: StepId): { readonly ms: number; readonly bytes?: number } | undefined;
}
