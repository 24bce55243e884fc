/**
 * Splits a stream at marks that nobody else can print: 32 random hexadecimal digits. Bytes are passed on as soon as they cannot be the
 * beginning of a mark, so a prompt without a newline is not held back.
 */
export class MarkedStream {
  readonly #mark: Buffer;
  readonly #bytes: (chunk: Uint8Array) => void;
  readonly #marked: () => void;
  #held: Buffer = Buffer.alloc(0);

  /** `marked` is called between the bytes before and after each mark. */
  constructor(mark: string, bytes: (chunk: Uint8Array) => void, marked: () => void) {
    this.#mark = Buffer.from(mark, 'latin1');
    this.#bytes = bytes;
    this.#marked = marked;
  }

  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (let at = rest.indexOf(this.#mark); at >= 0; at = rest.indexOf(this.#mark)) {
      if (at > 0) this.#bytes(rest.subarray(0, at));
      this.#marked();
      rest = rest.subarray(at + this.#mark.length);
    }
    const keep = this.#beginning(rest);
    if (rest.length > keep) this.#bytes(rest.subarray(0, rest.length - keep));
    this.#held = rest.subarray(rest.length - keep);
  }

  /** No more is coming: what looked like the beginning of a mark was not. */
  end(): void {
    if (this.#held.length > 0) this.#bytes(this.#held);
    this.#held = Buffer.alloc(0);
  }

  /** How many bytes at the end of `rest` may be the beginning of a mark. */
  #beginning(rest: Buffer): number {
    for (let length = Math.min(this.#mark.length - 1, rest.length); length > 0; length--) {
      if (rest.subarray(rest.length - length).equals(this.#mark.subarray(0, length))) return length;
    }
    return 0;
  }
}

/** The last bytes of a stream. */
export class Tail {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > 4 * this.#limit) {
      const last = Buffer.concat(this.#chunks).subarray(-this.#limit);
      this.#chunks = [Buffer.from(last)];
      this.#size = last.length;
    }
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#limit).toString('utf8');
  }
}
