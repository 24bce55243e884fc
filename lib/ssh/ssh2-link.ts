import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../base/result.ts';
import { atMost } from '../io/limit.ts';
import type { Failure } from '../model/failure.ts';
import type { Clock } from '../model/io.ts';
import type { Listening } from '../model/sandbox.ts';
import { Channels } from './channels.ts';
import { CANCELLED, lostFailure, refusedChannel, refusedPort, unreachedPort } from './failures.ts';
import type { Channel, Link, Pty } from './link.ts';
import type { Client, ClientChannel, TcpConnectionDetails } from './ssh2.ts';
import { channelOf } from './ssh2-channel.ts';

const LOOPBACK = '127.0.0.1';

/** A link that ssh2 carries, in this process. */
export class Ssh2Link implements Link {
  readonly label: string;
  readonly #client: Client;
  readonly #under: AsyncDisposable | undefined;
  readonly #lost = new AbortController();
  readonly #channels: Channels;

  /** `under` is the link that carries this one, disposed with it. */
  constructor(client: Client, label: string, clock: Clock, under?: AsyncDisposable) {
    this.label = label;
    this.#client = client;
    this.#under = under;
    this.#channels = new Channels(this.lost, clock);
    setMaxListeners(0, this.lost); // one for each call under way is no leak
    let why = 'closed by the far side';
    client.on('error', (error: Error) => {
      why = error.message;
      this.#lost.abort(lostFailure(label, why));
    });
    client.on('close', () => this.#lost.abort(lostFailure(label, why)));
    client.on('end', () => this.#lost.abort(lostFailure(label, why)));
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get failure(): Failure {
    return this.lost.reason as Failure;
  }

  exec(command: string, signal: AbortSignal, pty?: Pty): Promise<Result<Channel, Failure>> {
    return this.#channels.open((until) => this.#start(command, until, pty), signal);
  }

  forward(host: string, port: number, until: AbortSignal): Promise<Result<Duplex, Failure>> {
    return new Promise((resolve) => {
      const either = AbortSignal.any([until, this.lost]);
      const stop = (): void => resolve(err(this.lost.aborted ? this.failure : CANCELLED));
      if (either.aborted) return stop();
      either.addEventListener('abort', stop, { once: true });
      this.#client.forwardOut(LOOPBACK, 0, host, port, (error, stream) => {
        either.removeEventListener('abort', stop);
        if (error) resolve(err(unreachedPort(this.label, host, port, error.message)));
        else if (either.aborted) stream.destroy();
        else resolve(ok(stream));
      });
    });
  }

  listen(port: number, taken: (stream: Duplex) => void, signal: AbortSignal): Promise<Result<Listening, Failure>> {
    const client = this.#client;
    return new Promise((resolve) => {
      const until = AbortSignal.any([signal, this.lost]);
      const heard = ({ destPort }: TcpConnectionDetails, accept: () => ClientChannel): void => {
        if (destPort === port) taken(accept().on('error', () => {}));
      };
      const stop = (): void => {
        resolve(err(this.lost.aborted ? this.failure : CANCELLED));
      };
      if (until.aborted) return stop();
      until.addEventListener('abort', stop, { once: true });
      client.on('tcp connection', heard);
      const over = (): Promise<Failure | undefined> => {
        client.off('tcp connection', heard);
        if (this.lost.aborted) return Promise.resolve(signal.aborted ? undefined : this.failure);
        return new Promise((done) => {
          this.lost.addEventListener('abort', () => done(undefined), { once: true });
          client.unforwardIn(LOOPBACK, port, () => done(undefined));
        });
      };
      client.forwardIn(LOOPBACK, port, (error) => {
        if (error) {
          client.off('tcp connection', heard);
          return resolve(err(refusedPort(this.label, port)));
        }
        const ended = new Promise<Failure | undefined>((done) => {
          if (until.aborted) done(over());
          else until.addEventListener('abort', () => done(over()), { once: true });
        });
        resolve(ok({ ended }));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.lost.aborted) {
      const closed = new Promise<void>((resolve) => this.#client.once('close', () => resolve()));
      this.#client.end();
      await atMost(500, closed);
      this.#client.destroy();
    }
    await this.#under?.[Symbol.asyncDispose]();
  }

  #start(command: string, until: AbortSignal, pty: Pty | undefined): Promise<Result<Channel, Failure>> {
    return new Promise((resolve) => {
      const lost = (): void => resolve(err(this.lost.aborted ? this.failure : CANCELLED));
      until.addEventListener('abort', lost, { once: true });
      try {
        this.#client.exec(command, pty === undefined ? {} : { pty: { ...pty, width: 0, height: 0 } }, (error, channel) => {
          until.removeEventListener('abort', lost);
          if (channel !== undefined && until.aborted) channel.close();
          else if (channel !== undefined) resolve(ok(channelOf(channel)));
          else resolve(err(this.lost.aborted ? this.failure : refusedChannel(this.label, error?.message ?? 'no reason given')));
        });
      } catch (error) {
        resolve(err(this.lost.aborted ? this.failure : lostFailure(this.label, (error as Error).message)));
      }
    });
  }
}
