/** What the process of a test file tells its runner on file descriptor 3, one JSON line each, as it happens. */
export type Line =
  | { readonly type: 'started'; readonly name: string }
  | { readonly type: 'ended'; readonly name: string; readonly passed: boolean; readonly ms: number }
  | { readonly type: 'left-out'; readonly name: string; readonly reason: string }
  | { readonly type: 'trouble'; readonly text: string }
  | { readonly type: 'done'; readonly passed: number; readonly failed: number; readonly errors: string };

export interface TestReport {
  readonly name: string;
  readonly is: 'passed' | 'failed' | 'left-out';
  readonly ms: number;
  /** Why it was left out. */
  readonly reason?: string;
}

/** How one test file ended. Green only if `troubles` is empty and no test failed. */
export interface FileReport {
  /** Relative to the folder of emitted tests, with the ending of the source. */
  readonly file: string;
  readonly tests: readonly TestReport[];
  /** What is wrong with the file as a whole, or with how it ended; each counts as a failure. */
  readonly troubles: readonly string[];
  /** Failed assertions, for reading. */
  readonly errors: string;
  /** The last of what the file printed. */
  readonly output: string;
  readonly ms: number;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function countsOf(reports: readonly FileReport[], isCi: boolean): Counts {
  const tests = reports.flatMap((report) => report.tests);
  const of = (is: TestReport['is']): number => tests.filter((one) => one.is === is).length;
  const troubles = reports.reduce((sum, report) => sum + report.troubles.length, 0);
  const left = of('left-out');
  return { passed: of('passed'), failed: of('failed') + troubles + (isCi ? left : 0), skipped: isCi ? 0 : left };
}

/** The last line of a run. */
export function countsLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`;
}
