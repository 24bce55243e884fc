// How the resident agent and those who borrow from it cut a stream into pieces: a letter, the length in four bytes (big-endian), the bytes.
// Knows nothing of what the letters mean.

const HEAD = 5;
/** The longest piece. */
const MOST = 2 ** 20;

export function frame(letter: string, bytes: Uint8Array | string = ''): Buffer {
  const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const head = Buffer.alloc(HEAD);
  head.write(letter, 0, 'latin1');
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** Puts pieces together again, whatever the stream was cut into on its way. */
export class Frames {
  readonly #heard: (letter: string, bytes: Buffer) => void;
  #left: Buffer = Buffer.alloc(0);

  constructor(heard: (letter: string, bytes: Buffer) => void) {
    this.#heard = heard;
  }

  /** False: that is no stream of pieces. */
  push(chunk: Buffer): boolean {
    this.#left = this.#left.length === 0 ? chunk : Buffer.concat([this.#left, chunk]);
    while (this.#left.length >= HEAD) {
      const length = this.#left.readUInt32BE(1);
      if (length > MOST) return false;
      if (this.#left.length < HEAD + length) return true;
      const letter = this.#left.toString('latin1', 0, 1);
      const bytes = this.#left.subarray(HEAD, HEAD + length);
      this.#left = this.#left.subarray(HEAD + length);
      this.#heard(letter, bytes);
    }
    return true;
  }
}
