/** Text that tells whether it is whole: a checksum in front. For files and lines that may be torn or damaged, and are then forgotten. */
import { crc32 } from 'node:zlib';

/** `<8 hexadecimal digits> <text>`. A sealed text without line breaks is a sealed line. */
export function seal(text: string): string {
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}`;
}

/** The text, or undefined if it is not what was sealed. */
export function unseal(sealed: string): string | undefined {
  if (sealed[8] !== ' ') return undefined;
  const text = sealed.slice(9);
  return crc32(text).toString(16).padStart(8, '0') === sealed.slice(0, 8) ? text : undefined;
}

interface SealedLines {
  readonly lines: readonly string[];
  /** `torn`: the last line was not written whole. `damaged`: something before it is wrong, so none of it can be believed. */
  readonly state: 'whole' | 'torn' | 'damaged';
}

/** The lines of a file to which sealed lines were appended. */
export function unsealLines(text: string): SealedLines {
  const raw = text.split('\n');
  const tail = raw.pop();
  const lines: string[] = [];
  for (let i = 0; i < raw.length; i++) {
    const line = unseal(raw[i] as string);
    if (line !== undefined) lines.push(line);
    else return i === raw.length - 1 && tail === '' ? { lines, state: 'torn' } : { lines: [], state: 'damaged' };
  }
  return { lines, state: tail === '' ? 'whole' : 'torn' };
}
