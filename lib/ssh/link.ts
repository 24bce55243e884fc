import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Clock } from '../model/io.ts';
import { CANCELLED, lostFailure, reachFailure } from './failures.ts';
import type { Client, ClientChannel } from './ssh2.ts';

/** sshd takes 10 sessions by default; the rest is left to others and to the close of a channel under way. */
const MOST_CHANNELS = 8;
const OPEN_TRIES = 6;

interface Pty {
  readonly term: string;
  readonly cols: number;
  readonly rows: number;
}

/** One authenticated connection. Hands out channels, few at a time, and says once when it is lost. */
export class Link implements AsyncDisposable {
  /** user@host:port. */
  readonly label: string;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #under: AsyncDisposable | undefined;
  readonly #lost = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #most = MOST_CHANNELS;
  /** Channels taken, and those among them that the far side has granted. */
  #open = 0;
  #live = 0;

  /** `under` is the link that carries this one, disposed with it. */
  constructor(client: Client, label: string, clock: Clock, under?: AsyncDisposable) {
    this.label = label;
    this.#client = client;
    this.#clock = clock;
    this.#under = under;
    setMaxListeners(0, this.#lost.signal); // one for each call under way is no leak
    let why = 'closed by the far side';
    client.on('error', (error: Error) => {
      why = error.message;
      this.#lost.abort(lostFailure(label, why));
    });
    client.on('close', () => this.#lost.abort(lostFailure(label, why)));
    client.on('end', () => this.#lost.abort(lostFailure(label, why)));
  }

  /** Aborts when the connection ends, for whatever reason. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** The reason, once it is lost. */
  get failure(): Failure {
    return this.#lost.signal.reason as Failure;
  }

  /** Waits for a free channel and starts `command` on it. Another one is free when it was closed. */
  async exec(command: string, signal: AbortSignal, pty?: Pty): Promise<Result<ClientChannel, Failure>> {
    const until = AbortSignal.any([signal, this.lost]);
    for (let attempt = 0; ; ) {
      if (!(await this.#channel(until))) return err(this.lost.aborted ? this.failure : CANCELLED);
      const opened = await this.#start(command, until, pty);
      if (opened.ok) {
        this.#live++;
        opened.value.once('close', () => {
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

  /** A stream to a port that the far side can reach. */
  forward(host: string, port: number, until: AbortSignal): Promise<Result<Duplex, Failure>> {
    const label = `${host}:${port}`;
    return new Promise((resolve) => {
      const stop = (): void => resolve(err(this.lost.aborted ? this.failure : CANCELLED));
      AbortSignal.any([until, this.lost]).addEventListener('abort', stop, { once: true });
      if (until.aborted || this.lost.aborted) return stop();
      this.#client.forwardOut('127.0.0.1', 0, host, port, (error, stream) => {
        if (error) resolve(err(reachFailure(label, 'dial', { message: `not reachable from ${this.label} (${error.message})` })));
        else resolve(ok(stream));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.lost.aborted) {
      const closed = new Promise<void>((resolve) => this.#client.once('close', () => resolve()));
      this.#client.end();
      const limit = new AbortController();
      await Promise.race([closed, this.#clock.sleep(500, limit.signal).catch(() => {})]);
      limit.abort();
      this.#client.destroy();
    }
    await this.#under?.[Symbol.asyncDispose]();
  }

  #start(command: string, until: AbortSignal, pty: Pty | undefined): Promise<Result<ClientChannel, Failure>> {
    return new Promise((resolve) => {
      const lost = (): void => resolve(err(this.lost.aborted ? this.failure : CANCELLED));
      until.addEventListener('abort', lost, { once: true });
      try {
        this.#client.exec(command, pty === undefined ? {} : { pty: { ...pty, width: 0, height: 0 } }, (error, channel) => {
          until.removeEventListener('abort', lost);
          if (channel !== undefined && until.aborted) channel.close();
          else if (channel !== undefined) resolve(ok(channel));
          else resolve(err(this.#refused(error)));
        });
      } catch (error) {
        resolve(err(this.lost.aborted ? this.failure : lostFailure(this.label, (error as Error).message)));
      }
    });
  }

  #refused(error: Error | undefined): Failure {
    if (this.lost.aborted) return this.failure;
    const why = error?.message ?? 'no reason given';
    return { code: 'channel-refused', message: `${this.label}: no channel (${why})`, hint: 'raise MaxSessions in its sshd_config' };
  }

  #channel(until: AbortSignal): Promise<boolean> {
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
