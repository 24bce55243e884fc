import type { Digest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { FingerprintRecord } from './fingerprint.ts';
import type { SkipCause } from './outcome.ts';
import type { SandboxName, Step, StepId } from './project.ts';
import type { Staleness } from './staleness.ts';

/** What a step reads, beyond the products of the steps it needs. Globs are relative to the project's root (or workspace). */
export type Reads =
  | { readonly is: 'nothing'; readonly loose?: readonly string[] } // loose: globs of what is read of the project and never compared
  | { readonly is: 'files'; readonly globs: readonly string[] } // of the project, on this side
  | { readonly is: 'sources'; readonly files: 'git' | 'all'; readonly exclude: readonly string[] } // what a sync sends
  | { readonly is: 'arrived'; readonly globs: readonly string[] | undefined }; // of the receipt's tree; undefined: all of it

/** What a step makes and how it is remembered. */
export type Makes =
  | { readonly is: 'nothing'; readonly of?: 'machine' } // runs every time; of a machine: whether something is to be done is asked of its hypervisor
  | { readonly is: 'verdict' } // `outputs: []`: that it passed, and its log
  | { readonly is: 'files'; readonly globs: readonly string[]; readonly amongOthers?: true } // in the project; captured in the store; others may have files beside them
  | { readonly is: 'place'; readonly globs: readonly string[] }; // stays in the workspace; remembered as long as the place holds it

/** A task's pure account of what a step will do. */
export interface Draft {
  /** One line for humans: `cabal build all`, `sync 214 files to vm`. */
  readonly title: string;
  /** Fields that matter to the result; they enter the fingerprint. */
  readonly settings: { readonly [field: string]: Json };
  readonly reads: Reads;
  readonly makes: Makes;
  /** How the step uses the workspace of its sandbox: `excludes` runs alone there, `writes` is one writer, `shares` is free. */
  readonly workspace: 'excludes' | 'writes' | 'shares';
}

/** A resolved step, ready to be judged and run. */
export interface Action {
  readonly id: StepId;
  readonly step: Step;
  readonly draft: Draft;
  /** Position in a deterministic topological order, from 0. */
  readonly order: number;
  /** Selected because the user named it (or by `default`), not because another step needs it. */
  readonly named: boolean;
  readonly forced: boolean;
}

/** What is to happen with an action. */
export type Decision =
  | { readonly is: 'fresh' }
  | { readonly is: 'restore'; readonly missing: readonly string[]; readonly edited: readonly string[] }
  | { readonly is: 'run'; readonly reasons: readonly Staleness[] } // most telling first, never empty
  | { readonly is: 'maybe'; readonly reasons: readonly Staleness[] } // upstream runs; judged again then
  | { readonly is: 'skip'; readonly because: SkipCause };

export interface PlannedAction {
  readonly action: Action;
  readonly decision: Decision;
  /** As far as it is known before the run; the run completes it with what really arrived. */
  readonly record: FingerprintRecord;
  readonly key?: Digest;
  /** Predicted; absent where nothing is known. Milliseconds of an execution, and bytes sent, received or restored. */
  readonly price?: { readonly ms?: number; readonly bytes?: number };
}

/** The ordered actions of a run and what will happen with each. */
export interface Plan {
  readonly actions: readonly PlannedAction[];
  /** Places that must be reached; all others may stay down. */
  readonly places: readonly SandboxName[];
}
