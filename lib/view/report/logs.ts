import type { Stamped } from '../../model/event.ts';
import type { StepId } from '../../model/project.ts';
import { neutral } from '../neutral.ts';

/** UTF-16 code units that are kept of the log of one step: so much of its beginning, so much of its end. */
const HEAD = 16 * 1024;
const TAIL = 48 * 1024;
/** What is kept of all logs together; those of the first failed steps keep theirs. */
const ALL = 4 * 1024 * 1024;
const FAILED = 16;

interface Kept {
  head: string;
  tail: string;
  /** Code units that neither has. */
  left: number;
}

/** What each step printed, masked as it was said, without escape sequences; of long ones the beginning and the end. Steps that printed nothing have none. */
export function logsOf(events: readonly Stamped[]): ReadonlyMap<StepId, string> {
  const kept = new Map<StepId, Kept>();
  const failed = new Set<StepId>();
  for (const e of events) {
    if (e.type === 'step-output') push(kept, e.step, e.text);
    if (e.type === 'step-finished' && e.outcome.is === 'failed' && failed.size < FAILED) failed.add(e.step);
  }
  const size = [...kept.values()].reduce((sum, { head, tail }) => sum + head.length + tail.length, 0);
  const share = size > ALL ? Math.floor(ALL / kept.size / 2) : Number.POSITIVE_INFINITY;
  return new Map([...kept].map(([step, log]) => [step, textOf(failed.has(step) ? log : shortened(log, share))]));
}

function push(all: Map<StepId, Kept>, step: StepId, text: string): void {
  const log = all.get(step) ?? { head: '', tail: '', left: 0 };
  all.set(step, log);
  const room = Math.max(0, HEAD - log.head.length);
  log.head += text.slice(0, room);
  log.tail += text.slice(room);
  if (log.tail.length <= 2 * TAIL) return;
  log.left += log.tail.length - TAIL;
  log.tail = log.tail.slice(-TAIL);
}

/** At most `share` of the beginning and of the end. */
function shortened({ head, tail, left }: Kept, share: number): Kept {
  // Without a gap both are of one text, whose end may stand in the head.
  const [start, end] = left === 0 ? [head + tail, head + tail] : [head, tail];
  if (left === 0 && start.length <= 2 * share) return { head: start, tail: '', left: 0 };
  const [first, last] = [start.slice(0, share), end.slice(-Math.min(share, TAIL))];
  return { head: first, tail: last, left: left + head.length - first.length + tail.length - last.length };
}

function textOf({ head, tail, left }: Kept): string {
  if (left === 0) return linesOf(head + tail);
  // Whole lines only: the end of the one and the beginning of the other are pieces.
  const first = head.slice(0, head.lastIndexOf('\n') + 1) || head;
  const last = tail.slice(tail.indexOf('\n') + 1) || tail;
  const gone = left + head.length - first.length + tail.length - last.length;
  return `${linesOf(first)}\n[… ${gone} characters left out; the log in .sbx/runs has them …]\n${linesOf(last)}`;
}

function linesOf(text: string): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => neutral(line))
    .join('\n');
}
