import { type FailureCode, UNREACHABLE } from '../model/failure.ts';
import type { Outcome } from '../model/outcome.ts';
import type { StopCause } from './control.ts';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  stale: 3,
  unreachable: 4,
  fault: 70,
  timeout: 124,
  interrupted: 130,
  terminated: 143,
  hungUp: 129,
} as const;

/** For the reference. */
export const EXIT_MEANINGS: { readonly [name in keyof typeof EXIT]: string } = {
  done: 'Done.',
  failed:
    "A step failed; with `-x` the failed command's own code stands here. Or what was asked for is not there (a run, a lock, a name that `list` finds), or `doctor` found an error.",
  usage: 'Usage, or a faulty file.',
  stale: 'Not up to date (`status`).',
  unreachable: 'A place cannot be reached or trusted.',
  fault: 'A fault of sbx: please report it.',
  timeout: 'A step took longer than its timeout.',
  interrupted: 'Ended by INT.',
  terminated: 'Ended by TERM.',
  hungUp: 'Ended by HUP.',
};

/** The exit code of a run: of several reasons a signal counts most, then a place that is not reachable, then a fault of sbx, a timeout, any failure. */
export function exitCode(outcomes: Iterable<Outcome>, cause: StopCause | undefined): number {
  if (cause === 'SIGINT') return EXIT.interrupted;
  if (cause === 'SIGTERM') return EXIT.terminated;
  if (cause === 'SIGHUP') return EXIT.hungUp;
  const codes = new Set<FailureCode>();
  for (const outcome of outcomes) {
    if (outcome.is === 'failed') codes.add(outcome.failure.code);
  }
  if (codes.size === 0) return EXIT.done;
  if ([...codes].some((code) => UNREACHABLE.has(code))) return EXIT.unreachable;
  if (codes.has('fault')) return EXIT.fault;
  return codes.has('timeout') ? EXIT.timeout : EXIT.failed;
}
