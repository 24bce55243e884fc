import type { SandboxName, StepId } from './project.ts';

/** Why a step must run. One value: the plan, `explain` and the run show the same. Names and paths are sorted; lists are complete. */
export type Staleness =
  | { readonly code: 'never-ran' }
  | { readonly code: 'not-remembered' } // declares no outputs: runs every time
  | {
      readonly code: 'not-cacheable';
      readonly because: 'interactive' | 'service' | 'when' | 'provides' | 'releases' | 'machine' | 'secrets' | 'cache-off';
    }
  | { readonly code: 'forced' }
  | { readonly code: 'failed-before' }
  | { readonly code: 'cancelled-before' } // by the user, or since another step failed
  | { readonly code: 'disturbed-before' } // its inputs changed while it ran, so its success is not remembered
  | { readonly code: 'cut-off-before' } // sbx was killed while it ran, or the computer stopped
  | { readonly code: 'task-changed'; readonly from: string; readonly to: string }
  | { readonly code: 'command-changed' }
  | { readonly code: 'value-changed'; readonly names: readonly string[] } // a value the command refers to
  | { readonly code: 'settings-changed'; readonly names: readonly string[] }
  | { readonly code: 'dir-changed'; readonly from: string; readonly to: string }
  | { readonly code: 'env-changed'; readonly names: readonly string[] }
  | {
      readonly code: 'inputs-changed';
      readonly changed: readonly string[];
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | { readonly code: 'command-output-changed'; readonly commands: readonly string[] } // of commands among its inputs
  | { readonly code: 'command-not-run'; readonly commands: readonly string[] } // by a query: what they print is not known
  | { readonly code: 'value-unknown'; readonly names: readonly string[]; readonly steps: readonly StepId[] } // expressions, known only after these ran
  | { readonly code: 'upstream-changed'; readonly steps: readonly StepId[] }
  | { readonly code: 'upstream-runs'; readonly steps: readonly StepId[] } // known only after they ran
  | { readonly code: 'upstream-ran'; readonly steps: readonly StepId[] } // an uncached one ran
  | { readonly code: 'tool-changed'; readonly tools: readonly string[] }
  | {
      readonly code: 'place-changed';
      readonly sandbox: SandboxName;
      readonly probes: readonly { readonly name: string; readonly from: string; readonly to: string }[];
    }
  | { readonly code: 'place-unknown'; readonly sandbox: SandboxName } // never probed
  | { readonly code: 'outputs-declared'; readonly added: readonly string[]; readonly removed: readonly string[] }
  | { readonly code: 'state-declared' }
  | { readonly code: 'secret-changed'; readonly names: readonly string[] }
  | { readonly code: 'place-holds-other' } // the workspace last held the result of other inputs
  | { readonly code: 'outputs-missing'; readonly paths: readonly string[] } // and the store cannot give them back
  | { readonly code: 'outputs-unreadable'; readonly because: string }
  | { readonly code: 'outputs-edited'; readonly paths: readonly string[] }
  | { readonly code: 'record-lost' } // ran before, the record or a blob is gone or damaged
  | { readonly code: 'needed-there'; readonly step: StepId }; // fresh by record, but a step that executes needs it in the place
