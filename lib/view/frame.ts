import { formatDuration } from '../base/duration.ts';
import { LOCAL } from '../model/project.ts';
import type { Board, Running } from './board.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { progressText } from './progress.ts';
import { why } from './why.ts';
import { cut, pad, width } from './width.ts';

/** Widest column of step names, and most lines of output shown of a step. */
const NAMES = 24;
const TAIL = 3;

interface FrameSize {
  readonly columns: number;
  /** Lines that the frame may take. */
  readonly lines: number;
}

/**
 * What is drawn of a running board: a line that counts, then the running steps, the oldest first, each with the end of its output
 * as far as there is room. Pure. No line is wider than `columns`, and there are never more than `lines` of them.
 */
export function frame(board: Board, size: FrameSize, now: number, paint: Paint): string[] {
  const lines = [headline(board, size.columns, now, paint)];
  const running = [...board.running.values()];
  let room = size.lines - 1;
  if (room <= 0) return lines;
  const shown = running.length > room ? running.slice(0, room - 1) : running;
  room -= shown.length + (shown.length < running.length ? 1 : 0);
  const names = Math.min(NAMES, Math.ceil(size.columns / 2), Math.max(0, ...shown.map((step) => width(step.id))));
  for (const [at, step] of shown.entries()) {
    lines.push(stepLine(step, names, size.columns, now, paint));
    const share = Math.min(TAIL, Math.ceil(room / (shown.length - at)));
    if (share <= 0) continue;
    for (const line of step.tail.last(share)) {
      lines.push(paint.dim(cut(`  | ${untab(line)}`, size.columns)));
      room--;
    }
  }
  if (shown.length < running.length) lines.push(paint.dim(cut(`and ${running.length - shown.length} more running`, size.columns)));
  return lines;
}

function headline(board: Board, columns: number, now: number, paint: Paint): string {
  const { counts } = board;
  const elapsed = elapsedSince(board.startedAt, now);
  if (board.waiting !== undefined) return paint.warn(cut(`waiting for ${neutral(board.waiting)}, ${elapsed}`, columns));
  if (board.stopping !== undefined) return paint.warn(cut(`stopping (${board.stopping}), ${elapsed}`, columns));
  const parts = [`${board.finished} of ${board.steps.size} done`];
  if (counts.fresh > 0) parts.push(`${counts.fresh} fresh`);
  if (counts.restored > 0) parts.push(`${counts.restored} restored`);
  if (counts.failed > 0) parts.push(`${counts.failed} failed`);
  for (const [name, state] of board.places) {
    if (state === 'connecting') parts.push(`connecting to ${neutral(name)}`);
    if (state === 'lost') parts.push(`link to ${neutral(name)} lost`);
  }
  const text = cut(`${parts.join(', ')}, ${elapsed}`, columns);
  return counts.failed > 0 ? paint.bad(text) : paint.bold(text);
}

function stepLine(step: Running, names: number, columns: number, now: number, paint: Paint): string {
  const name = pad(cut(neutral(step.id), names), names);
  const place = step.sandbox === LOCAL ? '' : ` ${neutral(step.sandbox)}`;
  const state = step.waits === undefined ? '' : ` waits for attempt ${step.attempt + 1}: ${neutral(step.waits)}`;
  const attempt = step.attempt > 1 ? ` attempt ${step.attempt}` : '';
  // A guess of less than a second or two is no help.
  const usual = step.usual === undefined || step.usual < 2000 ? '' : ` of about ${elapsedSince(0, step.usual)}`;
  const middle = `${place} ${elapsedSince(step.since, now)}${usual}${attempt}${step.progress ? ` ${progressText(step.progress)}` : ''}`;
  const left = columns - width(name);
  const shown = cut(middle, left);
  const reason = cut(state === '' ? ` ${why(step.decision)}` : state, left - width(shown));
  return paint.name(name) + shown + (state === '' ? paint.dim(reason) : paint.warn(reason));
}

/** Tenths of a second in the beginning only: a number that changes ten times a second is not calm. */
function elapsedSince(since: number, now: number): string {
  const ms = Math.max(0, now - since);
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  return ms < 60_000 ? `${Math.floor(ms / 1000)}s` : formatDuration(Math.floor(ms / 1000) * 1000);
}

function untab(line: string): string {
  return line.replaceAll('\t', '  ');
}
