import { formatDuration } from '../base/duration.ts';
import { formatSize } from '../base/size.ts';
import type { Counted, Event } from '../model/event.ts';

// How far something is that takes long: so much of so much, how fast, and for how long yet.

type Word = Extract<Event, { type: 'step-progress' }>;

export interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly unit: 'files' | 'bytes';
  readonly files?: Counted;
  /** When that was said, and when the first word was, with what was done by then. */
  readonly at: number;
  readonly from: number;
  readonly begun: number;
}

/** What counts something else than before begins anew. */
export function progressed(before: Progress | undefined, { done, total, unit, files, at }: Word & { readonly at: number }): Progress {
  const same = before?.unit === unit && before.total === total ? before : { from: at, begun: done };
  return { done, ...(total === undefined ? {} : { total }), unit, ...(files ? { files } : {}), at, from: same.from, begun: same.begun };
}

/** A rate of less than a second says nothing. */
const SOON = 1000;

export function progressText({ done, total, unit, files, at, from, begun }: Progress): string {
  const amount = (n: number): string => (unit === 'bytes' ? formatSize(n) : String(n));
  const of = total === undefined ? '' : ` of ${amount(total)}`;
  const held = files ? `, ${files.done} of ${files.total} files` : '';
  const rate = at - from >= SOON ? (done - begun) / (at - from) : 0;
  const fast = rate > 0 ? `, ${amount(Math.round(rate * 1000))}/s` : '';
  const left = rate > 0 && total !== undefined && total > done ? `, ${whole((total - done) / rate)} left` : '';
  return `${amount(done)}${of}${unit === 'files' ? ' files' : ''}${held}${fast}${left}`;
}

function whole(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}
