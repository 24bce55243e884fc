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

/** Programs that print a value in lines break it after at least as many characters: 60 of xxd, 64 of PEM, 76 of base64. */
const WRAPPED = 50;

/** A form without its line breaks. `breaks`: lines may end anywhere in it, as base64, xxd and folding programs print long values. */
interface Needle {
  readonly text: string;
  readonly breaks: boolean;
}

export function maskFor(values: readonly string[]): () => Mask {
  const flat = new Map<string, Needle>();
  for (const form of values.flatMap(forms)) {
    const text = form.replace(/[\r\n]+/g, '');
    const breaks = text.length >= WRAPPED || text.length < form.length || flat.get(text)?.breaks === true;
    if (text.length >= SHORTEST_SECRET) flat.set(text, { text, breaks });
  }
  const needles = [...flat.values()].sort((a, b) => b.text.length - a.text.length);
  if (needles.length === 0) return () => ({ push: (chunk) => chunk, end: () => new Uint8Array() });
  return () => stream(needles);
}

function stream(needles: readonly Needle[]): Mask {
  const pattern = new RegExp(needles.map(({ text }) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g');
  const broken = new Set(needles.filter(({ breaks }) => breaks).map(({ text }) => text));
  let held = '';
  const take = (text: string, open: boolean): Uint8Array => {
    const { flat, placeOf } = flatten(text);
    let shown = '';
    let told = 0;
    let position = 0;
    const beginnings = open ? beginningsAtEnd(flat, needles, (start) => text.length - placeOf(start) > flat.length - start) : [];
    for (;;) {
      pattern.lastIndex = position;
      const match = pattern.exec(flat);
      const hold = beginnings.find((start) => start >= position) ?? flat.length;
      if (match === null || match.index >= hold) {
        const kept = Math.max(told, hold === flat.length ? text.length : placeOf(hold));
        held = text.slice(kept);
        return Buffer.from(shown + text.slice(told, kept), 'latin1');
      }
      const [found] = match;
      const from = placeOf(match.index);
      const last = placeOf(match.index + found.length - 1);
      const isOne = last - from === found.length - 1 || broken.has(found);
      if (isOne) [shown, told] = [shown + text.slice(told, from) + MASKED, last + 1];
      position = match.index + (isOne ? found.length : 1);
    }
  };
  // One character a byte: a secret is found whatever text surrounds it, valid UTF-8 or not.
  return { push: (chunk) => take(held + Buffer.from(chunk).toString('latin1'), true), end: () => take(held, false) };
}

/** The text without line breaks, and where in the text a character of it stands. */
function flatten(text: string): { readonly flat: string; readonly placeOf: (at: number) => number } {
  const lines = text.split(/[\r\n]+/);
  if (lines.length === 1) return { flat: text, placeOf: (at) => at };
  const places = new Uint32Array(text.length);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 10 && code !== 13) places[count++] = i;
  }
  return { flat: lines.join(''), placeOf: (at) => places[at] ?? text.length };
}

/** Where a secret may begin that is not whole yet, ascending. `isBroken`: a line ends behind that place. */
function beginningsAtEnd(flat: string, needles: readonly Needle[], isBroken: (start: number) => boolean): readonly number[] {
  const longest = needles[0]?.text.length ?? 0;
  const starts: number[] = [];
  for (let start = Math.max(0, flat.length - longest + 1); start < flat.length; start++) {
    const rest = flat.slice(start);
    const begins = needles.filter(({ text }) => text.length > rest.length && text.startsWith(rest));
    if (begins.length > 0 && (begins.some(({ breaks }) => breaks) || !isBroken(start))) starts.push(start);
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

/**
 * Base64 of the value wherever it stands in a longer text: for each of the three alignments, the digits that depend on nothing else; and where the
 * text ends with it, alone or with a line break, all that follow: the first of them has bits of the value, too.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const found: string[] = [];
  for (const lead of [0, 1, 2]) {
    const first = Math.ceil((lead * 8) / 6);
    const last = Math.floor(((lead + bytes.length) * 8) / 6);
    const [alone = '', withBreak = ''] = ['', '\n'].map((end) =>
      Buffer.concat([Buffer.alloc(lead), bytes, Buffer.from(end)]).toString('base64'),
    );
    for (const digits of [alone.slice(first, last), alone.slice(first), withBreak.slice(first)]) {
      const plain = digits.replace(/=+$/, '');
      found.push(digits, plain, plain.replaceAll('+', '-').replaceAll('/', '_'));
    }
  }
  return found;
}
