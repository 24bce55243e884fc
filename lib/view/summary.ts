import { formatDuration } from '../base/duration.ts';
import { isAway } from '../model/failure.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Decision } from '../model/plan.ts';
import type { Staleness } from '../model/staleness.ts';
import type { Board, FailedStep } from './board.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { some, why } from './why.ts';

const ORDER: readonly Outcome['is'][] = ['succeeded', 'restored', 'fresh', 'skipped', 'failed', 'cancelled'];

/** `3 steps: 1 succeeded, 2 fresh, in 4.2s`; when nothing had to be done, that no place was reached. */
export function summaryLine(board: Board, paint: Paint): string {
  const { counts } = board;
  const total = ORDER.reduce((sum, is) => sum + counts[is], board.left);
  const time = formatDuration(board.end?.ms ?? 0);
  const steps = total === 1 ? '1 step' : `${total} steps`;
  if (total === 0) return board.stopping === undefined ? `nothing to run, in ${time}` : `stopped before any step began, in ${time}`;
  const quiet = board.remote && !board.reached ? '; no place was reached' : '';
  const idle = board.left + counts.succeeded + counts.restored + counts.failed + counts.cancelled === 0;
  const skipped = counts.skipped > 0 && board.skips.size > 0;
  if (idle && !skipped && counts.fresh > 0) {
    // Steps that nothing needs are no news: all that was wanted is fresh.
    return `${paint.good('everything is fresh')}: ${counts.fresh === 1 ? '1 step' : `${counts.fresh} steps`}, in ${time}${quiet}`;
  }
  const parts = ORDER.filter((is) => counts[is] > 0).map((is) => painted(is, `${counts[is]} ${is}`, paint));
  if (board.left > 0) parts.push(paint.warn(`${board.left} not waited for`));
  return `${steps}: ${parts.join(', ')}, in ${time}${quiet}`;
}

function painted(is: Outcome['is'], text: string, paint: Paint): string {
  if (is === 'failed') return paint.bad(text);
  return is === 'skipped' || is === 'cancelled' ? paint.warn(text) : text;
}

/** One line for each cause of skips. */
function skipLines(board: Board, paint: Paint): string[] {
  return [...board.skips].map(([cause, { steps, count }]) => {
    const names = some(steps, 4);
    const all = count > steps.length && steps.length > 0 ? `${names} (${count} in all)` : names;
    return `${paint.warn('skipped')} ${all}: ${neutral(cause)}`;
  });
}

/** A failure in full: the step, its command, why it ran (it was stale), the last lines, the reason, the hint. */
function failureLines({ steps, failure, decision, ms }: FailedStep, paint: Paint): string[] {
  const how = isAway(failure) ? `: no connection to ${neutral(failure.sandbox ?? '')}` : ` after ${formatDuration(ms)}`;
  const lines = [`${paint.bad('failed')} ${paint.bold(some(steps, 4))}${how}`];
  const add = (label: string, text: string): void => {
    const [first = '', ...more] = text.split('\n').map((line) => neutral(line));
    lines.push(`  ${paint.dim(label.padEnd(8))} ${first}`.trimEnd(), ...more.map((line) => `           ${line}`.trimEnd()));
  };
  if (failure.command !== undefined) add('command', failure.command.trimEnd());
  const reason = decision && isTelling(decision) ? why(decision) : '';
  if (reason !== '') add('stale', reason);
  if (failure.lastLines && failure.lastLines.length > 0) {
    lines.push(`  ${paint.dim('output')}`);
    for (const line of failure.lastLines) lines.push(`  ${paint.dim('|')} ${neutral(line, paint.level > 0)}`.trimEnd());
  }
  add('reason', failure.message);
  if (failure.hint !== undefined) add('hint', failure.hint);
  return lines;
}

/** Whether why the step ran may be why it failed: it did well before, and something changed since. */
function isTelling(decision: Decision): boolean {
  return decision.is === 'run' && decision.reasons.some(({ code }) => !UNTELLING.has(code));
}

const UNTELLING: ReadonlySet<Staleness['code']> = new Set<Staleness['code']>([
  'never-ran',
  'not-remembered',
  'not-cacheable',
  'forced',
  'failed-before',
  'cancelled-before',
  'disturbed-before',
  'cut-off-before',
  'upstream-runs',
  'value-unknown',
  'command-not-run',
  'upstream-ran',
  'record-lost',
  'needed-there',
]);

/** What stands at the end of a run: later failures, skips, the summary, and the root failure last of all. */
export function closingLines(board: Board, paint: Paint): string[] {
  const [root, ...others] = board.failures;
  const lines: string[] = [];
  if (others.length > 0) lines.push('');
  for (const failure of others) lines.push(...failureLines(failure, paint), '');
  lines.push(...skipLines(board, paint));
  if (board.end) lines.push(summaryLine(board, paint));
  if (root) lines.push('', ...failureLines(root, paint));
  return lines;
}
