/**
 * What our programs on the far side answer: fields that end in NUL, in UTF-8. Names there can hold any byte but NUL, so nothing else
 * can separate them. Knows nothing of what the fields mean.
 */
export interface Fields {
  /** The next field; undefined at the end. */
  next(): string | undefined;
  /** The next field where it need not be UTF-8: `odd` if it is not, and then its text is only good for showing and for leaving it out. */
  nextName(): { readonly text: string; readonly odd: boolean } | undefined;
  /** Whether a field was not UTF-8, or the text ended inside a field. */
  readonly damaged: () => boolean;
}

export function readFields(bytes: Uint8Array): Fields {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let at = 0;
  let damaged = false;
  const nextBytes = (): Uint8Array | undefined => {
    if (at >= bytes.length) return undefined;
    const end = bytes.indexOf(0, at);
    if (end < 0) {
      damaged = true;
      at = bytes.length;
      return undefined;
    }
    const field = bytes.subarray(at, end);
    at = end + 1;
    return field;
  };
  const nextName: Fields['nextName'] = () => {
    const field = nextBytes();
    if (!field) return undefined;
    try {
      return { text: decoder.decode(field), odd: false };
    } catch {
      return { text: Buffer.from(field).toString('latin1'), odd: true };
    }
  };
  return {
    nextName,
    next: () => {
      const name = nextName();
      if (name?.odd) damaged = true;
      return name?.text;
    },
    damaged: () => damaged,
  };
}

/** Fields for a program of ours to read, each with its NUL. No field holds NUL. */
export function writeFields(fields: Iterable<string>): Uint8Array {
  let text = '';
  for (const field of fields) text += `${field}\0`;
  return Buffer.from(text);
}
