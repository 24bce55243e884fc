/**
 * The twelve ways in which programs print a value by themselves. Left out: what only somebody who wants to hide it would do (reversed, encrypted,
 * compressed), UTF-16, and colours between its letters.
 */
export const ENCODINGS: readonly (readonly [name: string, encode: (value: string) => string])[] = [
  ['plain', (value) => value],
  ['base64', (value) => lines(Buffer.from(value).toString('base64'), 76)],
  ['base64 one byte later', (value) => lines(Buffer.from(`:${value}`).toString('base64'), 76)],
  ['base64 two bytes later', (value) => lines(Buffer.from(`u:${value}`).toString('base64'), 64)],
  ['base64url', (value) => Buffer.from(value).toString('base64url')],
  ['hex', (value) => lines(Buffer.from(value).toString('hex'), 60)],
  ['hex in capitals', (value) => Buffer.from(value).toString('hex').toUpperCase()],
  ['percent signs', (value) => encodeURIComponent(value)],
  ['percent signs in small letters, blanks as +', (value) => encodeURIComponent(value).replaceAll('%20', '+')],
  ['JSON', (value) => JSON.stringify(value).slice(1, -1)],
  ['JSON in JSON', (value) => JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1)],
  ['quotes of a shell', (value) => `'${value.replaceAll("'", "'\\''")}'`],
];

function lines(text: string, width: number): string {
  return text.replace(new RegExp(`.{${width}}`, 'g'), '$&\n');
}

/** Any stretch of the value of that length gives it away, whichever encoding it is in. */
const TELLING = 10;

/** A stretch of an encoded value that is in the text: the first that is found. */
export function leakOf(value: string, text: string): string | undefined {
  const flat = text.replace(/[\r\n]/g, '');
  for (const [name, encode] of ENCODINGS) {
    const encoded = encode(value).replace(/[\r\n]/g, '');
    // What depends on the bytes beside it is no part of the value.
    for (let at = 4; at + TELLING + 4 <= encoded.length; at += 1) {
      if (flat.includes(encoded.slice(at, at + TELLING))) return `${name}: ${encoded.slice(at, at + TELLING)}`;
    }
  }
  return undefined;
}
