import { Duplex, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Exit } from '../../model/exit.ts';
import { pack, type Word, type Words } from './wire.ts';

/** Messages of the connection protocol (RFC 4254) about one channel. */
export const MESSAGE = {
  globalRequest: 80,
  requestFailure: 82,
  open: 90,
  openConfirmation: 91,
  openFailure: 92,
  windowAdjust: 93,
  data: 94,
  extendedData: 95,
  eof: 96,
  close: 97,
  request: 98,
  success: 99,
  failure: 100,
} as const;

/** Bytes that the far side may send before we have read any, and in one packet. */
export const WINDOW = 2 * 1024 * 1024;
export const PACKET = 32 * 1024;
/** Bytes that wait for a reader before no more are granted. */
const READ_AHEAD = 64 * 1024;

/** Sends a message; `done` is called when it is on its way. */
type Send = (type: number, body: Buffer, done?: () => void) => void;

/** What the far side granted when it opened the channel. */
export interface Granted {
  /** Its number over there. */
  readonly far: number;
  readonly window: number;
  readonly packet: number;
}

/** One channel: what is written to it the far side reads, and the other way round. Never emits an error. */
export class FarStream extends Duplex {
  readonly stderr: Readable;
  /** As `ended` of Channel. */
  readonly ended: Promise<Exit | undefined>;
  readonly #far: number;
  readonly #packet: number;
  readonly #send: Send;
  readonly #answers: ((yes: boolean) => void)[] = [];
  /** Bytes that the far side takes yet. */
  #window: number;
  /** Goes on with a write that waits for that. */
  #held: (() => void) | undefined;
  /** Bytes that came and are not granted anew yet. */
  #owed = 0;
  #exit: Exit | undefined;
  #settle: (exit: Exit | undefined) => void = () => {};
  #closed = false;

  constructor({ far, window, packet }: Granted, send: Send) {
    // Not destroyed by itself: when both directions have ended, how the command ended is still to come.
    super({ readableHighWaterMark: READ_AHEAD, autoDestroy: false });
    this.#far = far;
    this.#window = window;
    this.#packet = Math.min(packet, PACKET);
    this.#send = send;
    this.stderr = new Readable({ highWaterMark: READ_AHEAD, autoDestroy: false, read: () => this.#grant() });
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    for (const stream of [this, this.stderr]) stream.on('error', () => {}); // of a far side that goes on behind its end
  }

  /** Asks for something on this channel; false: refused. */
  ask(what: string, ...words: readonly Word[]): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    this.#send(MESSAGE.request, pack(this.#far, what, true, ...words));
    return new Promise((resolve) => this.#answers.push(resolve));
  }

  /** The same, where no answer is wanted. */
  tell(what: string, ...words: readonly Word[]): void {
    if (!this.#closed) this.#send(MESSAGE.request, pack(this.#far, what, false, ...words));
  }

  /** A message of the far side about this channel. */
  heard(type: number, words: Words): void {
    switch (type) {
      case MESSAGE.data:
        this.#arrived(this, words.bytes());
        break;
      case MESSAGE.extendedData:
        words.number(); // there is no other kind than stderr
        this.#arrived(this.stderr, words.bytes());
        break;
      case MESSAGE.windowAdjust:
        this.#window += words.number();
        this.#goOn();
        break;
      case MESSAGE.eof:
        this.push(null);
        this.stderr.push(null);
        break;
      case MESSAGE.success:
      case MESSAGE.failure:
        this.#answers.shift()?.(type === MESSAGE.success);
        break;
      case MESSAGE.request:
        this.#asked(words);
        break;
      case MESSAGE.close:
        void this.#over();
        break;
    }
  }

  /** Nothing more is wanted of it. `ended` tells when the far side has put it away too. */
  close(): void {
    this.destroy();
    this.stderr.destroy();
  }

  /** The connection is gone. */
  lost(): void {
    this.#closed = true;
    this.close();
    this.#leave();
    this.#settle(undefined);
  }

  override _read(): void {
    this.#grant();
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    if (this.#closed || bytes.length === 0) {
      done();
      return;
    }
    let rest = bytes;
    while (rest.length > 0 && this.#window > 0) {
      const part = rest.subarray(0, Math.min(this.#window, this.#packet));
      rest = rest.subarray(part.length);
      this.#window -= part.length;
      this.#send(MESSAGE.data, pack(this.#far, part), rest.length === 0 ? done : undefined);
    }
    if (rest.length > 0) this.#held = () => this._write(rest, _encoding, done);
  }

  override _final(done: () => void): void {
    if (!this.#closed) this.#send(MESSAGE.eof, pack(this.#far));
    done();
  }

  override _destroy(_error: Error | null, done: () => void): void {
    this.#sayClosed();
    done();
  }

  #arrived(stream: Readable, bytes: Buffer): void {
    this.#owed += bytes.length;
    if (this.#owed > WINDOW)
      this.close(); // more than was granted: nobody honest sends that
    else if (stream.destroyed || stream.push(bytes)) this.#grant();
  }

  #grant(): void {
    if (this.#owed < WINDOW / 4 || this.#closed) return;
    this.#send(MESSAGE.windowAdjust, pack(this.#far, this.#owed));
    this.#owed = 0;
  }

  #asked(words: Words): void {
    const what = words.text();
    const answered = words.byte() !== 0;
    if (what === 'exit-status') this.#exit = { code: words.number() };
    else if (what === 'exit-signal') this.#exit = { signal: `SIG${words.text()}` };
    else if (answered && !this.#closed) this.#send(MESSAGE.failure, pack(this.#far));
  }

  #goOn(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  /** Nobody waits any more for what the far side would have said. */
  #leave(): void {
    this.#goOn();
    for (const answer of this.#answers.splice(0)) answer(false);
  }

  #sayClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#send(MESSAGE.close, pack(this.#far));
  }

  /** The far side has closed the channel: what it wrote before is read first. */
  async #over(): Promise<void> {
    this.#sayClosed();
    this.#leave();
    const both = [this, this.stderr];
    for (const stream of both) stream.push(null);
    await Promise.allSettled(both.map((stream) => finished(stream, { writable: false })));
    this.#settle(this.#exit);
    this.close();
  }
}
