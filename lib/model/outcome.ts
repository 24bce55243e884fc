import type { Failure } from './failure.ts';
import type { StepId } from './project.ts';

/** How a step ended. */
export type Outcome =
  | { readonly is: 'fresh' } // nothing to do
  | { readonly is: 'restored'; readonly files: number; readonly bytes: number } // outputs came back from the store
  | { readonly is: 'succeeded'; readonly cached: boolean } // executed; whether its record was kept
  | { readonly is: 'skipped'; readonly because: SkipCause }
  | { readonly is: 'failed'; readonly failure: Failure }
  | { readonly is: 'cancelled' };

export type SkipCause =
  | { readonly code: 'upstream-failed'; readonly step: StepId } // the root failure, not the nearest
  | { readonly code: 'disabled' } // `if` is false
  | { readonly code: 'platform'; readonly platforms: readonly string[] } // it is for these, and this computer is none of them
  | { readonly code: 'condition' } // `when: failure` and nothing failed, or `when: success` and something did
  | { readonly code: 'not-needed' } // demanded by no step that executes
  | { readonly code: 'unreachable' } // `onUnreachable: skip`
  | { readonly code: 'stopped' }; // the run ended before its turn
