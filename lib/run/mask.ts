import { shellQuote } from '../base/quote.ts';

// Takes secrets out of a stream of bytes, also in the encodings that commands print by themselves, wherever the chunks are cut.
// Knows nothing of where the values come from.

const MASKED = '***';

/** One stream. `push` gives what can be shown already; a possible beginning of a secret is kept back until it is decided. */
export interface Mask {
  push(chunk: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** Shorter pieces would take away half of every log: `secret-unsafe` refuses such values, lines of a longer value are left alone. */
export const SHORTEST_SECRET = 6;

export function maskFor(values: readonly string[]): () => Mask {
  const needles = [...new Set(values.flatMap(forms))].filter((form) => form.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
  if (needles.length === 0) return () => ({ push: (chunk) => chunk, end: () => new Uint8Array() });
  const pattern = needles.map((needle) => needle.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  return () => stream(needles, new RegExp(pattern, 'g'));
}

function stream(needles: readonly string[], pattern: RegExp): Mask {
  let held = '';
  const take = (text: string, open: boolean): Uint8Array => {
    let shown = '';
    let position = 0;
    const beginnings = open ? beginningsAtEnd(text, needles) : [];
    for (;;) {
      pattern.lastIndex = position;
      const match = pattern.exec(text);
      const hold = beginnings.find((start) => start >= position) ?? text.length;
      if (match === null || match.index >= hold) {
        held = text.slice(hold);
        return Buffer.from(shown + text.slice(position, hold), 'latin1');
      }
      shown += text.slice(position, match.index) + MASKED;
      position = match.index + match[0].length;
    }
  };
  // One character a byte: a secret is found whatever text surrounds it, valid UTF-8 or not.
  return { push: (chunk) => take(held + Buffer.from(chunk).toString('latin1'), true), end: () => take(held, false) };
}

/** Where a secret may begin that is not whole yet, ascending. */
function beginningsAtEnd(text: string, needles: readonly string[]): readonly number[] {
  const longest = needles[0]?.length ?? 0;
  const starts: number[] = [];
  for (let start = Math.max(0, text.length - longest + 1); start < text.length; start++) {
    const rest = text.slice(start);
    if (needles.some((needle) => needle.length > rest.length && needle.startsWith(rest))) starts.push(start);
  }
  return starts;
}

/** Every form of a value that is masked, as bytes in Latin-1. */
function forms(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const uri = encodeURIComponent(value);
  const json = JSON.stringify(value).slice(1, -1);
  const texts = [
    value,
    ...value.split(/\r?\n/), // a key file printed line by line, with prefixes
    value.trim(),
    json,
    JSON.stringify(json).slice(1, -1), // JSON in JSON
    json.replaceAll('/', '\\/'),
    shellQuote(value).replace(/^'(.*)'$/s, '$1'),
    uri,
    uri.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    uri.replaceAll('%20', '+'),
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ];
  const hex = bytes.toString('hex');
  return [...texts.map((text) => Buffer.from(text).toString('latin1')), hex, hex.toUpperCase(), ...base64Forms(bytes)];
}

/** Base64 of the value wherever it stands in a longer text: for each of the three alignments, the digits that depend on nothing else. */
function base64Forms(bytes: Buffer): readonly string[] {
  const found: string[] = [];
  for (const lead of [0, 1, 2]) {
    const digits = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((lead * 8) / 6);
    const last = Math.floor(((lead + bytes.length) * 8) / 6);
    const core = digits.slice(first, last);
    found.push(core, core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return found;
}
