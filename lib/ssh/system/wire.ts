// Bytes as SSH writes them (RFC 4251), in frames with their length in front. Knows no meaning of any of them.

/** Numbers are uint32, truths one byte, texts and bytes strings with their length in front. */
export type Word = number | boolean | string | Buffer;

/** No frame of an honest peer is as long. */
const LONGEST = 1 << 20;

export function pack(...words: readonly Word[]): Buffer {
  return Buffer.concat(words.flatMap((word) => (typeof word === 'object' ? [uint32(word.length), word] : packed(word))));
}

function packed(word: number | boolean | string): readonly Buffer[] {
  if (typeof word === 'number') return [uint32(word)];
  if (typeof word === 'boolean') return [Buffer.of(word ? 1 : 0)];
  const text = Buffer.from(word, 'utf8');
  return [uint32(text.length), text];
}

/** The bytes with their length in front. */
export function frame(...bytes: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(bytes.reduce((sum, { length }) => sum + length, 0)), ...bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Reads words one after the other; throws where there is none. */
export class Words {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  number(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  bytes(): Buffer {
    const length = this.number();
    if (this.#at + length > this.#bytes.length) throw new RangeError('a string that goes beyond its packet');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return this.bytes().toString('utf8');
  }
}

/** Splits a stream into frames. `take` may be another one after each of them. */
export class Frames {
  take: (frame: Buffer) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(take: (frame: Buffer) => void) {
    this.take = take;
  }

  /** Throws at what is no frame. */
  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (rest.length >= 4) {
      const length = rest.readUInt32BE(0);
      if (length > LONGEST) throw new RangeError(`a frame of ${length} bytes`);
      if (rest.length < 4 + length) break;
      const one = rest.subarray(4, 4 + length);
      rest = rest.subarray(4 + length);
      this.take(one);
    }
    this.#held = rest;
  }
}
