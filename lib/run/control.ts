import type { Emit, Event } from '../model/event.ts';
import type { StepId } from '../model/project.ts';

/** What ends a run before its end: signals, in the words of the event. */
export type StopCause = Extract<Event, { type: 'stopping' }>['cause'];

/**
 * How a running step ends early. `release` steps bring a place down: the first stop leaves them alone, and so it does
 * with a `service`, which ends with those that need it. `terminal` steps own the terminal.
 */
export type Footing = 'step' | 'release' | 'service' | 'terminal';

export interface Leave {
  /** Ends the step: TERM to all that it started. */
  readonly signal: AbortSignal;
  /** Then at once: KILL. */
  readonly hurry: AbortSignal;
  /** The step has ended by itself. */
  readonly done: () => void;
  /** Ends this step only. */
  readonly end: (reason: Error) => void;
  /** Whether somebody else asked for the end of this step alone. */
  readonly isKilled: () => boolean;
}

/** A step under way. */
interface Entered {
  readonly step: StepId;
  readonly footing: Footing;
  isKilled: boolean;
}

const RELEASE_LIMIT = 10_000;

/**
 * The ladder on which a run is stopped. 1: no new step, TERM, places are released. 2: KILL, releasing has 10 s. 3: leave at once.
 * Owns no signal of the process: whoever does calls `stop`.
 */
export class RunControl {
  readonly #emit: Emit;
  readonly #running = new Map<AbortController, Entered>();
  readonly #dropped = new Set<StepId>();
  readonly #dropping = new AbortController();
  /** One for all: an AbortController costs 50 us. */
  readonly #hurry = { step: new AbortController(), release: new AbortController() };
  readonly #left: Promise<void>;
  readonly #stopping = new AbortController();
  #leave: () => void = () => {};
  #isClosed = false;
  #level: 0 | 1 | 2 | 3 = 0;
  #cause: StopCause | undefined;
  #limit: NodeJS.Timeout | undefined;

  constructor(emit: Emit) {
    this.#emit = emit;
    this.#left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get level(): 0 | 1 | 2 | 3 {
    return this.#level;
  }

  /** Why the run was told to stop; undefined if it was not. */
  get cause(): StopCause | undefined {
    return this.#cause;
  }

  /** Aborted when places that are released have had their time. */
  get releasing(): AbortSignal {
    return this.#hurry.release.signal;
  }

  /** Resolves when the run is left at once. */
  get left(): Promise<void> {
    return this.#left;
  }

  /** Aborted with the first stop. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Aborted with the second one. */
  get hurry(): AbortSignal {
    return this.#hurry.step.signal;
  }

  /** Goes up to `level`; a lower one than before changes nothing. Keys of the terminal belong to the step that owns it: its Ctrl-C is not ours. Says whether it was heeded. */
  stop(level: 1 | 2 | 3, cause: StopCause): boolean {
    if (level <= this.#level) return false;
    if (cause === 'SIGINT' && [...this.#running.values()].some(({ footing }) => footing === 'terminal')) return false;
    this.#level = level;
    this.#cause ??= cause;
    this.#emit({ type: 'stopping', level, cause });
    this.#stopping.abort(new Error('stopped'));
    if (level >= 2) this.#hurry.step.abort();
    for (const [controller, { footing }] of this.#running)
      if (footing !== 'release' && (footing !== 'service' || level > 1)) controller.abort(new Error('stopped'));
    if (level === 2) this.#limit = setTimeout(() => this.#endReleasers(), RELEASE_LIMIT);
    if (level === 3) this.#leave();
    return true;
  }

  /**
   * What these steps make is not wanted any more: those under way are ended, those to come do not begin, all others go on to their end. Nothing is said to
   * whoever brings a place down or owns the terminal.
   */
  drop(steps: Iterable<StepId>): void {
    for (const step of steps) this.#dropped.add(step);
    for (const [controller, entered] of this.#running) if (this.#isUnwanted(entered)) controller.abort(new Error('not wanted any more'));
    this.#dropping.abort();
  }

  /** Ends what is under way of this step, as its failure. */
  kill(step: StepId): void {
    for (const [controller, entered] of this.#running) {
      if (entered.step !== step) continue;
      entered.isKilled = true;
      controller.abort(new Error('killed'));
    }
  }

  isDropped(step: StepId): boolean {
    return this.#dropped.has(step);
  }

  /** Aborted when steps are dropped: another run follows this one. */
  get dropping(): AbortSignal {
    return this.#dropping.signal;
  }

  /** A step starts. */
  enter(step: StepId, footing: Footing): Leave {
    const controller = new AbortController();
    const entered: Entered = { step, footing, isKilled: false };
    this.#running.set(controller, entered);
    if (this.#hurry.release.signal.aborted || (this.#level > 0 && footing !== 'release')) controller.abort(new Error('stopped'));
    if (this.#isUnwanted(entered)) controller.abort(new Error('not wanted any more'));
    return {
      signal: controller.signal,
      hurry: this.#hurry[footing === 'release' ? 'release' : 'step'].signal,
      done: () => void this.#running.delete(controller),
      end: (reason) => controller.abort(reason),
      isKilled: () => entered.isKilled,
    };
  }

  /** The run is over: no timer is left behind. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#limit);
  }

  #isUnwanted({ step, footing }: Entered): boolean {
    return (footing === 'step' || footing === 'service') && this.#dropped.has(step);
  }

  #endReleasers(): void {
    this.#hurry.release.abort();
    for (const controller of this.#running.keys()) controller.abort(new Error('stopped'));
  }
}
