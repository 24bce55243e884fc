import type { Event, Stamped } from '../model/event.ts';
import type { Io } from '../model/io.ts';
import type { Evidence } from './evidence.ts';
import { writeJournal } from './journal.ts';
import { runName } from './run-name.ts';

// A run that found nothing changed since evidence was kept: what was said then is said again, as a run of its own. Takes no lock, for it changes nothing.

interface AgainRequest {
  readonly io: Pick<Io, 'files' | 'clock' | 'nonce'>;
  /** <project>/.sbx */
  readonly folder: string;
  /** When the run began, by the clock that never jumps. */
  readonly began: number;
  readonly tell: (event: Stamped) => void;
}

export function runAgain({ events }: Evidence, { io, folder, began, tell }: AgainRequest): { readonly run: string; readonly exit: number } {
  const run = runName(io);
  const at = io.clock.now();
  const stamped = events.map((event, seq): Stamped => ({ ...renewed(event, run, io.clock.monotonic() - began), seq, at }));
  try {
    writeJournal(io.files, folder, run, stamped);
  } catch {
    // full or read-only: the run has no journal, and changed nothing
  }
  for (const event of stamped) tell(event);
  return { run, exit: 0 };
}

function renewed(event: Event, run: string, ms: number): Event {
  if (event.type === 'run-started') return { ...event, run };
  return event.type === 'run-finished' ? { ...event, ms: Math.round(ms) } : event;
}
