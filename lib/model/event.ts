import type { Digest } from '../base/digest.ts';
import type { Audit } from './audit.ts';
import type { Failure } from './failure.ts';
import type { FingerprintRecord } from './fingerprint.ts';
import type { Outcome } from './outcome.ts';
import type { Outputs } from './output.ts';
import type { Decision } from './plan.ts';
import type { SandboxName, Step, StepId } from './project.ts';
import type { Tree } from './tree.ts';

/** So many of so many. */
export interface Counted {
  readonly done: number;
  readonly total: number;
}

/** A fact of a run. Views fold events and know nothing else; the journal stamps and keeps them. */
export type Event =
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly version: string;
      readonly project: string;
      readonly root: string;
      readonly named: readonly StepId[];
    }
  | { readonly type: 'waiting'; readonly what: 'project'; readonly holder: string } // another run holds its lock
  | {
      readonly type: 'planned';
      readonly steps: readonly PlannedStep[];
      readonly places: readonly SandboxName[];
      /** The second plan of the run, after its places were reached. */
      readonly again: boolean;
      /** Why there is a second one: places that are not as they were known to be. None: nothing was known of them. */
      readonly changed?: readonly PlaceChange[];
    }
  | { readonly type: 'place-note'; readonly sandbox: SandboxName; readonly text: string }
  | { readonly type: 'place-connecting'; readonly sandbox: SandboxName; readonly target: string }
  | {
      readonly type: 'place-connected';
      readonly sandbox: SandboxName;
      readonly target: string;
      /** Of several hosts: why this one. */
      readonly why?: string;
      readonly workspace: string;
      /** What carries the link where that is not SSH of our own, and why. */
      readonly carrier?: string;
    }
  | { readonly type: 'place-lost'; readonly sandbox: SandboxName; readonly failure: Failure; readonly delay: number } // tried again in so many ms
  | { readonly type: 'place-back'; readonly sandbox: SandboxName; readonly ms: number } // so long after it was lost
  | { readonly type: 'place-failed'; readonly sandbox: SandboxName; readonly failure: Failure }
  | { readonly type: 'step-started'; readonly step: StepId; readonly decision: Decision; readonly attempt: number } // fresh: a service that goes on from the round before
  | {
      /**
       * What counts for a step that executes, so that two runs can be compared: once for each, after its first `step-started`. It is for the journal alone:
       * values of the environment stand in it, so that `--json` shows its key and no more.
       */
      readonly type: 'step-fingerprint';
      readonly step: StepId;
      /** Absent: it is never remembered. */
      readonly key?: Digest;
      readonly record: FingerprintRecord;
      /** The tree of `record.inputs` where it is small; others are kept in `.sbx/trees` for a while. */
      readonly inputs?: Tree;
    }
  | { readonly type: 'step-output'; readonly step: StepId; readonly text: string } // masked; any chunk of text, not a line
  | {
      readonly type: 'step-progress';
      readonly step: StepId;
      readonly done: number;
      readonly total?: number;
      readonly unit: 'files' | 'bytes';
      /** The files that hold the bytes. */
      readonly files?: Counted;
    }
  | { readonly type: 'step-note'; readonly step: StepId; readonly text: string } // something worth knowing: edited output named, workspace renamed
  | { readonly type: 'step-ready'; readonly step: StepId; readonly ms: number } // a service, so long after it was started
  | { readonly type: 'step-audited'; readonly step: StepId; readonly audit: Audit } // what it did here beside what it declares
  | { readonly type: 'step-retry'; readonly step: StepId; readonly failure: Failure; readonly attempt: number; readonly delay: number }
  | {
      readonly type: 'step-finished';
      readonly step: StepId;
      readonly outcome: Outcome;
      readonly ms: number;
      /** Of what is fresh, restored or succeeded: the key under which it is remembered, if it is. */
      readonly key?: Digest;
      /** And the values that it declares. */
      readonly values?: Outputs;
    }
  | { readonly type: 'warning'; readonly text: string; readonly hint?: string } // of the run, not of a step
  | { readonly type: 'stopping'; readonly level: 1 | 2 | 3; readonly cause: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'failure' }
  | {
      readonly type: 'run-finished';
      readonly exit: number;
      readonly ms: number;
      readonly counts: { readonly [outcome in Outcome['is']]: number };
    };

export interface PlannedStep extends Pick<Step, 'id' | 'task' | 'sandbox' | 'needs' | 'provides' | 'releases'> {
  readonly title: string;
  /** Folder in which it runs, below the workspace; absent: the workspace. */
  readonly dir?: string;
  /** Absent: none. */
  readonly after?: readonly StepId[];
  readonly decision: Decision;
  readonly ms?: number; // predicted
  /** It goes on beside those that need it. */
  readonly service?: true;
  /** The step owns the terminal while it runs: a view that draws gives it free. */
  readonly interactive?: true;
  /** What commands print is among its inputs: that it is fresh now says nothing of later. */
  readonly asks?: true;
}

/** A place that is not as it was when it was last seen; of several differences the one that says most. */
export interface PlaceChange {
  readonly sandbox: SandboxName;
  readonly what: 'host' | 'workspace-gone' | 'toolchain' | 'files' | 'results';
}

/** An event with its place in the run: `seq` from 0 without gaps, `at` in milliseconds since 1970. */
export type Stamped = Event & { readonly seq: number; readonly at: number };

/** Where events go. Never throws, never blocks. */
export type Emit = (event: Event) => void;
