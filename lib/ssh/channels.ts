import { err, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Clock } from '../model/io.ts';
import { CANCELLED } from './failures.ts';
import type { Channel } from './link.ts';

/** sshd takes 10 sessions by default; the rest is left to others and to the close of a channel under way. */
const MOST_CHANNELS = 8;
const OPEN_TRIES = 6;

/** The turns of the channels of one link: no more at once than its far side takes, which is found out by being refused. */
export class Channels {
  readonly #lost: AbortSignal;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #most = MOST_CHANNELS;
  /** Channels taken, and those among them that the far side has granted. */
  #open = 0;
  #live = 0;

  /** `lost` aborts with a Failure as its reason. */
  constructor(lost: AbortSignal, clock: Clock) {
    this.#lost = lost;
    this.#clock = clock;
  }

  /** Waits for a turn and calls `start`, again where that says `channel-refused` and there is hope. */
  async open(start: (until: AbortSignal) => Promise<Result<Channel, Failure>>, signal: AbortSignal): Promise<Result<Channel, Failure>> {
    const until = AbortSignal.any([signal, this.#lost]);
    for (let attempt = 0; ; ) {
      if (!(await this.#turn(until))) return err(this.#lost.aborted ? (this.#lost.reason as Failure) : CANCELLED);
      const opened = await start(until);
      if (opened.ok) {
        this.#live++;
        void opened.value.ended.then(() => {
          this.#live--;
          this.#release();
        });
        return opened;
      }
      if (opened.error.code === 'channel-refused' && this.#live > 0) {
        // MaxSessions of the far side is lower than we thought: wait for one of ours to end.
        this.#most = Math.min(this.#most, this.#live);
        this.#release();
        continue;
      }
      this.#release();
      if (opened.error.code !== 'channel-refused' || attempt === OPEN_TRIES) return opened;
      // None of ours is open: the far side has not put the last one away yet, or others use it up.
      await this.#clock.sleep(50 * 2 ** attempt++, until).catch(() => {});
    }
  }

  #turn(until: AbortSignal): Promise<boolean> {
    if (until.aborted) return Promise.resolve(false);
    if (this.#open < this.#most) {
      this.#open++;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const turn = (): void => {
        until.removeEventListener('abort', stop);
        this.#open++;
        resolve(true);
      };
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        resolve(false);
      };
      until.addEventListener('abort', stop, { once: true });
      this.#waiting.push(turn);
    });
  }

  #release(): void {
    this.#open--;
    if (this.#open < this.#most) this.#waiting.shift()?.();
  }
}
