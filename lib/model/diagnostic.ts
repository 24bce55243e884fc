import type { Span } from '../base/span.ts';

/** Every way a file or an invocation can be wrong. Closed: each code has a row in the reference and a test. */
export type DiagnosticCode =
  // reading
  | 'file-missing'
  | 'file-unreadable'
  | 'file-too-large'
  | 'file-too-deep'
  | 'file-not-regular'
  | 'bad-utf8'
  | 'bad-character'
  | 'yaml-syntax'
  | 'yaml-directive'
  | 'yaml-documents'
  | 'yaml-tag'
  | 'yaml-alias'
  | 'duplicate-key'
  | 'ambiguous-scalar'
  | 'cut-expression'
  // shape
  | 'version-unsupported'
  | 'unknown-key'
  | 'missing-key'
  | 'wrong-type'
  | 'bad-value'
  | 'bad-name'
  | 'bad-glob'
  | 'bad-path'
  | 'conflicting-keys'
  // references
  | 'unknown-task'
  | 'unknown-step'
  | 'unknown-sandbox'
  | 'unknown-driver'
  | 'unknown-recipe'
  | 'unknown-profile'
  | 'unknown-param'
  | 'unknown-pool'
  | 'unknown-secret'
  | 'missing-param'
  // extensions
  | 'extension-missing'
  | 'extension-faulty'
  | 'extension-conflict'
  // expressions
  | 'expression-syntax'
  | 'expression-type'
  | 'expression-name'
  | 'unsafe-expression'
  | 'unknown-output'
  | 'output-not-needed'
  | 'output-kind'
  | 'output-too-late'
  | 'dotenv-syntax'
  // graph
  | 'cycle'
  | 'overlapping-outputs'
  | 'nothing-to-run';

/** Something wrong in a file, with the place, why, and what to do about it. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** Absent only where there is no text to point at, e.g. a faulty flag or a missing file. */
  readonly span?: Span;
  readonly hint?: string;
}

/** What could be made of the input, plus everything that is wrong with it. `value` is absent if nothing could be made. */
export interface Checked<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}
