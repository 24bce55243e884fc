import type { Socket } from 'node:net';
import { err, ok, type Result } from '../../base/result.ts';
import { FarStream, type Granted, MESSAGE, PACKET, WINDOW } from './far-stream.ts';
import { type Frames, frame, pack, Words } from './wire.ts';

const LOOPBACK = '127.0.0.1';

/**
 * The connection protocol of SSH (RFC 4254) in the clear, as a master of OpenSSH speaks it with whoever shares its connection (PROTOCOL.mux,
 * "proxy mode"): each message is a frame, behind a byte of padding that is none. The master numbers our channels anew for the far side.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #streams = new Map<number, FarStream>();
  readonly #opening = new Map<number, (granted: Result<FarStream, string>) => void>();
  /** What is told of each connection to a port that the far side listens on; it accepts it at once, or not at all. */
  readonly #listeners = new Map<number, (accept: () => FarStream) => void>();
  #next = 0;
  #heard = false;

  /** `frames` is fed by the socket. */
  constructor(socket: Socket, frames: Frames) {
    this.#socket = socket;
    frames.take = (one) => this.#take(one);
  }

  /** Opens a channel; why it was refused otherwise. */
  open(kind: string, ...more: readonly (string | number)[]): Promise<Result<FarStream, string>> {
    if (this.#socket.destroyed) return Promise.resolve(err('the connection is gone'));
    const number = this.#next++;
    this.#send(MESSAGE.open, pack(kind, number, WINDOW, PACKET, ...more));
    return new Promise((resolve) => this.#opening.set(number, resolve));
  }

  /**
   * Has the far side listen on a port of its loopback, as long as the connection lasts. A master asks for it and tells no answer: what connects there is
   * ours if it comes back. Until the promise is kept whatever connects is refused; it is kept late or never where somebody else listens there.
   */
  async listen(port: number, taken: (stream: FarStream) => void): Promise<boolean> {
    const comesBack = new Promise<boolean>((resolve) => this.#listeners.set(port, () => resolve(true)));
    this.#send(MESSAGE.globalRequest, pack('tcpip-forward', false, LOOPBACK, port));
    const tried = await this.open('direct-tcpip', LOOPBACK, port, LOOPBACK, 0);
    const isOurs = tried.ok && (await comesBack);
    if (tried.ok) tried.value.close();
    if (isOurs) this.#listeners.set(port, (accept) => taken(accept()));
    else this.#listeners.delete(port);
    return isOurs;
  }

  /** Whether the far side said anything since the last call, or owes us nothing. Asks it to say something before the next one. */
  isAlive(): boolean {
    const alive = this.#heard || this.#streams.size + this.#opening.size === 0;
    this.#heard = false;
    for (const stream of this.#streams.values()) {
      void stream.ask('keepalive@openssh.com');
      break;
    }
    return alive;
  }

  /** Nothing comes any more. */
  lost(): void {
    for (const answer of this.#opening.values()) answer(err('the connection is gone'));
    this.#opening.clear();
    for (const stream of this.#streams.values()) stream.lost();
    this.#streams.clear();
  }

  #send(type: number, body: Buffer, done?: () => void): void {
    if (this.#socket.writable) this.#socket.write(frame(Buffer.of(0, type), body), done && (() => done()));
    else done?.();
  }

  #take(one: Buffer): void {
    this.#heard = true;
    const type = one.readUInt8(1);
    const words = new Words(one.subarray(2));
    if (type === MESSAGE.open) this.#asked(words);
    if (type <= MESSAGE.open) return; // below are answers to global requests, of which we make none
    const number = words.number();
    const opening = this.#opening.get(number);
    if (type === MESSAGE.openConfirmation || type === MESSAGE.openFailure) {
      this.#opening.delete(number);
      opening?.(type === MESSAGE.openFailure ? err(refusal(words)) : ok(this.#opened(number, words)));
      return;
    }
    this.#streams.get(number)?.heard(type, words);
    if (type === MESSAGE.close) this.#streams.delete(number);
  }

  #opened(number: number, words: Words): FarStream {
    const granted = { far: words.number(), window: words.number(), packet: words.number() };
    return this.#stream(number, granted);
  }

  #stream(number: number, granted: Granted): FarStream {
    const stream = new FarStream(granted, (type, body, done) => this.#send(type, body, done));
    this.#streams.set(number, stream);
    return stream;
  }

  /** Nothing is to come from over there that we did not ask for. */
  #asked(words: Words): void {
    const kind = words.text();
    const far = words.number();
    const granted = { far, window: words.number(), packet: words.number() };
    const listener = kind === 'forwarded-tcpip' && words.text() !== '' ? this.#listeners.get(words.number()) : undefined;
    let isTaken = false;
    listener?.(() => {
      isTaken = true;
      const number = this.#next++;
      this.#send(MESSAGE.openConfirmation, pack(far, number, WINDOW, PACKET));
      return this.#stream(number, granted);
    });
    if (!isTaken) this.#send(MESSAGE.openFailure, pack(far, 1, 'not wanted', ''));
  }
}

function refusal(words: Words): string {
  words.number();
  return words.text();
}
