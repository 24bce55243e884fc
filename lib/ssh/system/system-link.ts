import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import { err, ok, type Result } from '../../base/result.ts';
import { limitOf } from '../../io/limit.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../model/io.ts';
import type { Listening } from '../../model/sandbox.ts';
import { Channels } from '../channels.ts';
import { CANCELLED, lostFailure, refusedChannel, refusedPort, unreachedPort } from '../failures.ts';
import type { Keepalive } from '../handshake.ts';
import type { Channel, Link, Pty } from '../link.ts';
import type { FarStream } from './far-stream.ts';
import type { Shared } from './mux.ts';

/** So long what connects to a port that is listened on for us may take to come back, in milliseconds. */
const COMING_BACK = 5000;

interface Carried extends Shared {
  readonly label: string;
  readonly carrier: string;
  readonly keepalive: Keepalive;
  /** Why it was lost, said when it is. */
  readonly end: () => Promise<Failure>;
  /** Ends what carries it; absent: it is not ours. */
  readonly stop?: () => Promise<void>;
}

/** A link that the system's ssh carries: channels of its own in the connection of a master. */
export class SystemLink implements Link {
  readonly label: string;
  readonly carrier: string;
  readonly listen: Link['listen'];
  /** A master takes no word that would end it. */
  readonly listensForGood = true;
  readonly #carried: Carried;
  readonly #lost = new AbortController();
  readonly #channels: Channels;

  constructor(carried: Carried, clock: Clock) {
    this.label = carried.label;
    this.carrier = carried.carrier;
    this.#carried = carried;
    this.listen = carried.stop && ((port, taken, signal) => this.#listen(port, taken, signal));
    this.#channels = new Channels(this.lost, clock);
    setMaxListeners(0, this.lost);
    const { connection, socket, keepalive } = carried;
    socket.once('close', () => {
      void carried.end().then((failure) => this.#lose(failure));
    });
    let missed = 0;
    const beat = setInterval(() => {
      missed = connection.isAlive() ? 0 : missed + 1;
      if (missed >= keepalive.most) this.#lose(lostFailure(this.label, 'Keepalive timeout'));
    }, keepalive.interval);
    this.lost.addEventListener('abort', () => clearInterval(beat), { once: true });
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

  async forward(host: string, port: number, until: AbortSignal): Promise<Result<Duplex, Failure>> {
    const opened = await this.#unless(until, this.#carried.connection.open('direct-tcpip', host, port, '127.0.0.1', 0));
    if (opened === undefined) return err(this.lost.aborted ? this.failure : CANCELLED);
    if (!opened.ok) return err(unreachedPort(this.label, host, port, opened.error));
    opened.value.stderr.resume();
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#carried.socket.destroy();
    await this.#carried.stop?.();
    this.#lose(lostFailure(this.label, 'closed'));
  }

  #lose(failure: Failure): void {
    this.#carried.socket.destroy();
    this.#lost.abort(failure);
    this.#carried.connection.lost();
  }

  async #listen(port: number, taken: (stream: Duplex) => void, signal: AbortSignal): Promise<Result<Listening, Failure>> {
    const until = AbortSignal.any([signal, this.lost]);
    using limit = limitOf(until, COMING_BACK);
    const isOurs = await this.#unless(
      limit.signal,
      this.#carried.connection.listen(port, (stream) => {
        stream.stderr.resume();
        taken(stream);
      }),
    );
    if (until.aborted) return err(this.lost.aborted ? this.failure : CANCELLED);
    if (isOurs !== true) return err(refusedPort(this.label, port));
    const why = (): Failure | undefined => (signal.aborted ? undefined : this.failure);
    const ended = new Promise<Failure | undefined>((resolve) => until.addEventListener('abort', () => resolve(why()), { once: true }));
    return ok({ ended });
  }

  async #start(command: string, until: AbortSignal, pty: Pty | undefined): Promise<Result<Channel, Failure>> {
    const opened = await this.#unless(until, this.#carried.connection.open('session'));
    const gone = (): Failure => (this.lost.aborted ? this.failure : CANCELLED);
    if (opened === undefined) return err(gone());
    if (!opened.ok) return err(this.lost.aborted ? this.failure : refusedChannel(this.label, opened.error));
    const stream = opened.value;
    // What follows the terminal need not wait for its answer: without one the command would be refused too.
    if (pty !== undefined) stream.tell('pty-req', pty.term, pty.cols, pty.rows, 0, 0, Buffer.of(0));
    const started = await this.#unless(until, stream.ask('exec', command));
    if (started !== true) stream.close();
    if (started === undefined) return err(gone());
    return started ? ok(channelOf(stream)) : err(this.lost.aborted ? this.failure : refusedChannel(this.label, 'the command is refused'));
  }

  /** What is not waited for in the end is closed when it comes. */
  #unless<T>(until: AbortSignal, asked: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const stop = (): void => {
        resolve(undefined);
        void asked.then((came) => closeLate(came));
      };
      if (until.aborted) return stop();
      until.addEventListener('abort', stop, { once: true });
      void asked.then((came) => {
        until.removeEventListener('abort', stop);
        resolve(came);
      });
    });
  }
}

function closeLate(came: unknown): void {
  const opened = came as Result<FarStream, string> | boolean;
  if (typeof opened === 'object' && opened.ok) opened.value.close();
}

function channelOf(stream: FarStream): Channel {
  return {
    stdin: stream,
    stdout: stream,
    stderr: stream.stderr,
    ended: stream.ended,
    terminate: () => stream.tell('signal', 'TERM'),
    resize: (rows, columns) => stream.tell('window-change', columns, rows, 0, 0),
    close: () => stream.close(),
  };
}
