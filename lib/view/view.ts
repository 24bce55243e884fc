import type { Stamped } from '../model/event.ts';
import type { Paint } from './paint.ts';

/** Draws a run from its events, knows nothing else of it. Never throws. */
export interface View {
  event(e: Stamped): void;
  /** Draws what is left and leaves the screen whole. Resolves when all of it was handed to the sink. */
  end(): Promise<void>;
  /** Takes off the terminal what is drawn there, until the returned function is called. Absent: nothing is drawn that would be in the way. */
  aside?(): () => void;
}

type Level = 'quiet' | 'normal' | 'verbose';

/** What every view is given. */
export interface ViewOptions {
  /** Takes text; never throws, drops it when nobody reads any more. */
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly level: Level;
}
