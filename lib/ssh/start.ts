import { shellQuote } from '../base/quote.ts';

// How a program of ours reaches a far side whose login shell is unknown. Knows nothing of SSH.

/**
 * The command line of every channel. The login shell parses it, so it is one line that sh, bash, zsh, fish and csh read alike: single quotes,
 * no `!`, no backslash. The program itself follows as the first line of stdin, where no length limit and no `ps` sees it.
 * `read` takes no byte beyond the line, so the rest of stdin belongs to the program.
 */
export const START = `exec /bin/sh -c 'IFS= read -r sbx; eval "$(printf %b "$sbx")"' sbx`;

/** The same for an interpreter below the supervisor: its words come first, then this. */
export const START_PROGRAM = 'IFS= read -r sbx; eval "$(printf %b "$sbx")"';

/** Shell text as one line of ASCII for START, its newline included. */
export function asLine(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  let line = '';
  for (const byte of bytes) {
    // Digits after an escape would be taken into it if it were shorter: always three.
    line += byte < 0x20 || byte > 0x7e || byte === 0x5c ? `\\0${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
  }
  return Buffer.from(`${line}\n`, 'latin1');
}

/** The line that runs `text` with $1, $2, ... after both streams were marked, so that what start-up files printed is told apart. */
export function programLine(text: string, args: readonly string[], mark: string): Buffer {
  return asLine(`unset sbx; printf %s ${mark}; printf %s ${mark} >&2\nset -- ${args.map(shellQuote).join(' ')}\n${text}`);
}
