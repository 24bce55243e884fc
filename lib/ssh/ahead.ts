import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import { CANCELLED } from './failures.ts';
import type { Channel, Link, Pty } from './link.ts';
import { START } from './start.ts';

type Opened = Result<Channel, Failure>;

/**
 * A link on which the next channels are open before anybody asks for them, with START waiting there for its program: opening one takes two round trips,
 * and so a program takes one. Whoever waits gets the first that opens, so those ahead never keep a channel from him. Knows no programs.
 */
export class AheadLink implements Link {
  readonly #link: Link;
  readonly #waiting: ((opened: Opened) => void)[] = [];
  /** Channels that are being opened, for nobody in particular. */
  readonly #opening: AbortController[] = [];
  readonly #idle: Channel[] = [];
  readonly #ahead: number;

  /** `ahead`: how many wait where nobody asks. */
  constructor(link: Link, ahead = 1) {
    this.#link = link;
    this.#ahead = ahead;
    this.#balance(ahead);
  }

  get label(): string {
    return this.#link.label;
  }

  get carrier(): string | undefined {
    return this.#link.carrier;
  }

  get lost(): AbortSignal {
    return this.#link.lost;
  }

  get failure(): Failure {
    return this.#link.failure;
  }

  /** Any other command than START is told to the link, which may have no channel left but those ahead: they are given up. */
  async exec(command: string, signal: AbortSignal, pty?: Pty): Promise<Opened> {
    if (command === START && pty === undefined) return await this.#take(signal);
    const idle = this.#idle.splice(0);
    this.#balance(0);
    await Promise.all(idle.map(away));
    return await this.#link.exec(command, signal, pty);
  }

  forward(host: string, port: number, until: AbortSignal): Promise<Result<Duplex, Failure>> {
    return this.#link.forward(host, port, until);
  }

  get listen(): Link['listen'] {
    return this.#link.listen?.bind(this.#link);
  }

  get listensForGood(): boolean {
    return this.#link.listensForGood === true;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#link[Symbol.asyncDispose]();
  }

  async #take(signal: AbortSignal): Promise<Opened> {
    if (signal.aborted) return err(CANCELLED);
    const idle = this.#open();
    const taken = idle === undefined ? this.#next(signal) : Promise.resolve(ok(idle));
    this.#balance(this.#ahead);
    return await taken;
  }

  /** One that waits; a shell or an sshd may end what is idle. */
  #open(): Channel | undefined {
    for (let idle = this.#idle.shift(); idle !== undefined; idle = this.#idle.shift()) {
      if (idle.stdin.writable) return idle;
      void away(idle);
    }
    return undefined;
  }

  #next(signal: AbortSignal): Promise<Opened> {
    return new Promise((resolve) => {
      const give = (opened: Opened): void => {
        signal.removeEventListener('abort', stop);
        resolve(opened);
      };
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        resolve(err(CANCELLED));
        this.#balance(this.#ahead);
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.push(give);
    });
  }

  /** As many are opened as are waited for, and until `ahead` more wait. */
  #balance(ahead: number): void {
    const wanted = this.#waiting.length + Math.max(0, ahead - this.#idle.length);
    while (this.#opening.length > wanted) this.#opening.pop()?.abort();
    while (this.#opening.length < wanted) void this.#start();
  }

  async #start(): Promise<void> {
    const drop = new AbortController();
    this.#opening.push(drop);
    const opened = await this.#link.exec(START, drop.signal);
    if (drop.signal.aborted) {
      if (opened.ok) void away(opened.value);
      return;
    }
    this.#opening.splice(this.#opening.indexOf(drop), 1);
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting(opened);
    else if (opened.ok) this.#idle.push(opened.value);
  }
}

/** It has ended once all that it wrote was read. */
async function away(channel: Channel): Promise<void> {
  channel.close();
  channel.stdout.resume();
  channel.stderr.resume();
  await channel.ended;
}
