import { formatDuration } from '../base/duration.ts';
import { formatSize } from '../base/size.ts';
import type { Stamped } from '../model/event.ts';
import { type Failure, isAway } from '../model/failure.ts';
import type { Outcome } from '../model/outcome.ts';
import type { StepId } from '../model/project.ts';
import { describeChange, describeSkip } from '../plan/describe.ts';
import { type Board, fold, newBoard } from './board.ts';
import { type Lines, lines } from './lines.ts';
import { neutral, neutralLines } from './neutral.ts';
import type { Paint } from './paint.ts';
import { progressText } from './progress.ts';
import { closingLines } from './summary.ts';
import type { View, ViewOptions } from './view.ts';
import { why } from './why.ts';

/** Widest column of step names. */
const NAMES = 24;

/** Between two words on how far a step is. Milliseconds. */
const BETWEEN = 10_000;

const BLANKS_LAST = /[ \t](?:\n|$)/;
const BLANKS = /[ \t]+(?=\n|$)/g;

/** Lines as they arrive, each with the name of its step before it. */
export function plainView({ write, paint, level }: ViewOptions): View {
  const board = newBoard();
  const outputs = new Map<StepId, Lines>();
  let width = 0;
  const loud = level !== 'quiet';
  /** Each of `text`'s lines, all of them whole. One write for all: a write is a system call. */
  const show = (step: StepId, mark: string, text: string): void => {
    if (text === '') return;
    const prefix = `${paint.name(neutral(step).padEnd(width))} ${mark}`;
    const shown = prefix + text.slice(0, -1).replaceAll('\n', `\n${prefix.replaceAll('$', '$$$$')}`);
    write(`${BLANKS_LAST.test(shown) ? shown.replace(BLANKS, '') : shown}\n`);
  };
  const said = (step: StepId, line: string): void => show(step, '', `${line}\n`);
  const printed = (step: StepId, text: string): void => show(step, `${paint.dim('|')} `, neutralLines(text, paint.level > 0));

  const told = new Map<StepId, number>();
  /** Lines stay: a few of them for what takes long, none for what does not. */
  const progress = (step: StepId, at: number): void => {
    const of = board.running.get(step)?.progress;
    if (of === undefined || at - (told.get(step) ?? of.from) < BETWEEN) return;
    told.set(step, at);
    said(step, progressText(of));
  };

  return {
    event(e) {
      // What was said to run is said to be fresh, too: a sync that found nothing to send.
      const announced = e.type === 'step-finished' && board.running.has(e.step);
      fold(board, e);
      if (e.type === 'planned') width = columnOf(board);
      if (e.type === 'run-finished') {
        const closing = closingLines(board, paint);
        if (closing.length > 0) write(`${closing.join('\n')}\n`);
        return;
      }
      if (!loud) return;
      if (e.type === 'step-output') {
        const output = outputs.get(e.step) ?? lines();
        outputs.set(e.step, output);
        printed(e.step, output.take(e.text));
        return;
      }
      if (e.type === 'step-progress') return progress(e.step, e.at);
      if (e.type === 'step-finished') {
        const output = outputs.get(e.step);
        outputs.delete(e.step);
        if (output) printed(e.step, output.end());
      }
      const line = lineOf(e, board, paint, announced || level === 'verbose');
      if (line === undefined) return;
      if ('step' in e) said(e.step, line);
      else write(`${line}\n`);
    },
    end: () => Promise.resolve(),
  };
}

/** The width of the names of steps: the widest, within bounds. */
function columnOf(board: Board): number {
  let width = 0;
  for (const id of board.steps.keys()) width = Math.max(width, id.length);
  return Math.min(width, NAMES);
}

/** What a line-wise view says of an event that the board has taken in, without the name of its step; undefined: nothing. */
export function lineOf(e: Stamped, board: Board, paint: Paint, verbose: boolean): string | undefined {
  switch (e.type) {
    case 'waiting':
      return `${paint.warn('waiting')} for ${neutral(e.holder)}, which holds the ${e.what}`;
    case 'planned':
      return e.changed ? `planned anew: ${neutral(e.changed.map(describeChange).join(', '))}` : undefined;
    case 'place-connecting':
      return `connecting to ${neutral(e.sandbox)} (${neutral(e.target)})`;
    case 'place-note':
      return `${neutral(e.sandbox)}: ${neutral(e.text)}`;
    case 'place-connected':
      if (!verbose && e.why === undefined) return undefined;
      return `connected to ${neutral(e.sandbox)}${e.why === undefined ? '' : ` at ${neutral(e.target)} (${e.why})`}, workspace ${neutral(e.workspace)}${by(e.carrier)}`;
    case 'place-lost':
      return `${paint.warn('link lost')} to ${neutral(e.sandbox)}, trying again in ${formatDuration(e.delay)}: ${neutral(e.failure.message)}`;
    case 'place-back':
      return `${paint.good('back')} in ${neutral(e.sandbox)} after ${formatDuration(e.ms)}`;
    case 'place-failed':
      return `${paint.bad('not connected')} to ${neutral(e.sandbox)}: ${neutral(e.failure.message)}`;
    case 'step-started':
      if (e.decision.is === 'fresh') return 'goes on';
      return e.attempt > 1 ? `attempt ${e.attempt}` : `${paint.bold('runs')}: ${why(e.decision)}`;
    case 'step-ready':
      return `${paint.good('ready')} after ${formatDuration(e.ms)}`;
    case 'step-note':
      return `${paint.warn('note')} ${neutral(e.text)}`;
    case 'step-retry':
      return `${paint.warn('again')} in ${formatDuration(e.delay)}: ${neutral(e.failure.message)}`;
    case 'step-finished':
      return outcomeLine(e.outcome, e.ms, paint, verbose);
    case 'warning':
      return `${paint.warn('warning')} ${neutral(e.text)}${e.hint === undefined ? '' : ` (${neutral(e.hint)})`}`;
    case 'stopping':
      return board.waiting === undefined ? stoppingLine(e.level, e.cause) : `stopping (${e.cause}): nothing was begun yet`;
    default:
      return undefined;
  }
}

function by(carrier: string | undefined): string {
  return carrier === undefined ? '' : `, by ${neutral(carrier)}`;
}

/** What became of a step; undefined where it is no news. */
export function outcomeLine(outcome: Outcome, ms: number, paint: Paint, verbose: boolean): string | undefined {
  switch (outcome.is) {
    case 'fresh':
      return verbose ? paint.dim('fresh') : undefined;
    case 'restored':
      return `${paint.good('restored')} ${outcome.files} ${outcome.files === 1 ? 'file' : 'files'}, ${formatSize(outcome.bytes)}`;
    case 'succeeded':
      return `${paint.good('succeeded')} in ${formatDuration(ms)}`;
    case 'skipped':
      return verbose ? paint.dim(`skipped: ${neutral(describeSkip(outcome.because))}`) : undefined;
    case 'failed':
      return failedLine(outcome.failure, ms, paint);
    case 'cancelled':
      return `${paint.warn('cancelled')} after ${formatDuration(ms)}`;
  }
}

/** Of a place that is away the reason was said once, when it was tried. */
function failedLine(failure: Failure, ms: number, paint: Paint): string {
  if (isAway(failure)) return `${paint.bad('failed')}: no connection to ${neutral(failure.sandbox ?? '')}`;
  return `${paint.bad('failed')} after ${formatDuration(ms)}: ${neutral(failure.message)}`;
}

function stoppingLine(level: 1 | 2 | 3, cause: string): string {
  if (cause === 'failure') return 'stopping: a step failed';
  if (level === 1) return `stopping (${cause}): ending what runs; once more to kill it`;
  return level === 2 ? `stopping (${cause}): killing what runs; once more to leave at once` : `leaving at once (${cause})`;
}
