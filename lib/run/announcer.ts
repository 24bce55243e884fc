import type { Emit, Event, Stamped } from '../model/event.ts';
import type { Io } from '../model/io.ts';
import type { Outcome } from '../model/outcome.ts';
import { type Journal, openJournal } from './journal.ts';

/** What a run says: stamped, in order, told at once, and kept in its journal as soon as there is one. */
export interface Announcer {
  readonly emit: Emit;
  /** The run has its lock: from now on there is a journal, with what was said before. */
  open(): void;
  /** The last event. */
  finish(exit: number, outcomes: Iterable<Outcome>): void;
  /** What something that hangs says later is not heard any more. */
  close(): void;
}

interface Announcing {
  readonly io: Pick<Io, 'files' | 'clock'>;
  /** The project's `.sbx`. */
  readonly folder: string;
  readonly run: string;
  /** Told first, as it is emitted. */
  readonly hear: (event: Event) => void;
  readonly tell: (event: Stamped) => void;
}

export function openAnnouncer({ io, folder, run, hear, tell }: Announcing): Announcer {
  const early: Stamped[] = [];
  let journal: Journal | undefined;
  let began = io.clock.monotonic();
  let seq = 0;
  let closed = false;
  const emit = (event: Event): void => {
    if (closed) return;
    const stamped: Stamped = { ...whole(event), seq, at: io.clock.now() };
    seq += 1;
    hear(event);
    if (journal) journal.write(stamped);
    else early.push(stamped);
    tell(stamped);
  };
  return {
    emit,
    open() {
      began = io.clock.monotonic();
      journal = openJournal(io.files, folder, run);
      for (const stamped of early.splice(0)) journal.write(stamped);
    },
    finish(exit, outcomes) {
      const counts = { fresh: 0, restored: 0, succeeded: 0, skipped: 0, failed: 0, cancelled: 0 };
      for (const { is } of outcomes) counts[is] += 1;
      emit({ type: 'run-finished', exit, ms: io.clock.monotonic() - began, counts });
    },
    close() {
      closed = true;
      journal?.close();
    },
  };
}

/** Times are whole milliseconds. */
function whole(event: Event): Event {
  return event.type === 'step-finished' || event.type === 'run-finished' ? { ...event, ms: Math.round(event.ms) } : event;
}
