import { setMaxListeners } from 'node:events';
import { Duplex, PassThrough, Writable } from 'node:stream';
import { err, ok, type Result } from '../../base/result.ts';
import type { Exit } from '../../model/exit.ts';
import type { Failure } from '../../model/failure.ts';
import { CANCELLED, lostFailure } from '../failures.ts';
import type { Keepalive } from '../handshake.ts';
import type { Channel, Link, Pty } from '../link.ts';
import { type Connection, call } from './call.ts';
import { frame } from './frames.ts';
import { LETTER, objectIn, type Question } from './words.ts';

/** The longest piece of what a command reads and writes. */
const PIECE = 64 * 1024;
/** It is on this computer, and does nothing that takes long. */
const BEAT: Keepalive = { interval: 5000, most: 3 };

/** A link that the resident agent holds. Each channel is a connection to it of its own, so that each waits for nobody else's reader. */
export class BorrowedLink implements Link {
  readonly label: string;
  readonly carrier = 'a connection of the resident agent';
  readonly #path: string;
  readonly #name: string;
  readonly #connection: Connection;
  readonly #lost = new AbortController();
  #channels = 0;

  /** `connection`: over which it was lent. It is given back when that ends. */
  constructor(path: string, lent: { readonly link: string; readonly label: string }, connection: Connection, beat = BEAT) {
    this.label = lent.label;
    this.#path = path;
    this.#name = lent.link;
    this.#connection = connection;
    setMaxListeners(0, this.lost);
    connection.socket.once('close', () => this.#lost.abort(lostFailure(this.label, 'the resident agent of sbx has ended')));
    // An agent that hangs closes nothing.
    let missed = 0;
    const beating = setInterval(() => {
      if (missed === beat.most) return this.#lost.abort(lostFailure(this.label, 'the resident agent of sbx does not answer any more'));
      missed += 1;
      this.#tell(LETTER.alive);
    }, beat.interval);
    this.lost.addEventListener(
      'abort',
      () => {
        clearInterval(beating);
        connection.socket.destroy();
      },
      { once: true },
    );
    connection.listen((letter, bytes) => {
      missed = 0;
      if (letter === LETTER.lost)
        this.#lost.abort(objectIn<Failure>(bytes) ?? lostFailure(this.label, 'the resident agent of sbx says so'));
    });
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get failure(): Failure {
    return this.lost.reason as Failure;
  }

  async exec(command: string, signal: AbortSignal, pty?: Pty): Promise<Result<Channel, Failure>> {
    this.#channels += 1;
    const channel = String(this.#channels);
    const question: Question = { ask: 'exec', link: this.#name, channel, command, ...(pty === undefined ? {} : { pty }) };
    const opened = await this.#ask(question, signal);
    return opened.ok ? ok(channelOver(opened.value, (letter) => this.#tell(letter, channel))) : opened;
  }

  async forward(host: string, port: number, until: AbortSignal): Promise<Result<Duplex, Failure>> {
    const opened = await this.#ask({ ask: 'forward', link: this.#name, host, port }, until);
    if (!opened.ok) return opened;
    const { stdin, stdout, close } = channelOver(opened.value, () => {});
    const stream = Duplex.from({ writable: stdin, readable: stdout });
    return ok(stream.once('close', close));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.socket.destroy();
  }

  #tell(letter: string, channel = ''): void {
    const { socket } = this.#connection;
    if (socket.writable) socket.write(frame(letter, channel));
  }

  async #ask(question: Question, signal: AbortSignal): Promise<Result<Connection, Failure>> {
    const until = AbortSignal.any([signal, this.lost]);
    const called = await call(this.#path, question, until);
    if (until.aborted) {
      if (called.is === 'answered') called.connection.socket.destroy();
      return err(this.lost.aborted ? this.failure : CANCELLED);
    }
    if (called.is !== 'answered') return err(lostFailure(this.label, 'the resident agent of sbx has ended'));
    if (called.answer.is === 'open') {
      const { socket } = called.connection;
      const drop = (): void => void socket.destroy();
      this.lost.addEventListener('abort', drop, { once: true });
      socket.once('close', () => this.lost.removeEventListener('abort', drop));
      return ok(called.connection);
    }
    called.connection.socket.destroy();
    if (called.answer.is === 'failed') return err(called.answer.failure);
    return err(lostFailure(this.label, 'the resident agent of sbx answers something else'));
  }
}

/** `tell` says something of the channel beside it. */
function channelOver({ socket, listen }: Connection, tell: (letter: string) => void): Channel {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const streams = { [LETTER.output]: stdout, [LETTER.errors]: stderr };
  let exit: Exit | undefined;
  const ended = new Promise<Exit | undefined>((resolve) => {
    // Once all that was written was read, as with any channel.
    let open = 2;
    const closed = (): void => {
      open -= 1;
      if (open === 0) resolve(exit);
    };
    for (const stream of [stdout, stderr]) stream.once('close', closed).on('error', () => {});
  });
  const end = (): void => {
    stdout.end();
    stderr.end();
    stdin.destroy();
  };
  listen((letter, bytes) => {
    if (letter === LETTER.exit) {
      exit = objectIn<Exit>(bytes);
      socket.end();
      return end();
    }
    const stream = streams[letter as keyof typeof streams];
    if (stream === undefined || stream.destroyed || stream.write(bytes)) return;
    socket.pause();
    stream.once('drain', () => socket.resume());
  });
  socket.once('close', end);
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += PIECE) {
        const last = at + PIECE >= chunk.length;
        socket.write(frame(LETTER.input, chunk.subarray(at, at + PIECE)), last ? () => done() : undefined);
      }
      if (chunk.length === 0) done();
    },
    final(done) {
      socket.write(frame(LETTER.inputEnd), () => done());
    },
  });
  stdin.on('error', () => {});
  return {
    ...{ stdin, stdout, stderr, ended },
    terminate: () => tell(LETTER.terminate),
    resize(rows, columns) {
      if (socket.writable) socket.write(frame(LETTER.resize, JSON.stringify([rows, columns])));
    },
    close() {
      tell(LETTER.close);
      socket.destroy();
      stdout.destroy();
      stderr.destroy();
    },
  };
}
